"""Calls of functions, layers and networks with other arguments than they take."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.calls import MODULES, uncalled
from convcli.explain.families.modules import CHILDREN, IN_ITS_PLACE
from convcli.explain.rule import Hypothesis, Rule, certain, likely
from convcli.wording import counted

FAMILY = "arguments"

COMPARE = "compare the call with def forward(self, …)"
EXAMPLE = r"(torch\.jit\.trace|(?:torch\.)?onnx\.(?:dynamo_)?export|\w+\.add_graph|\b(?:summary|profile|draw_graph))\("
THROUGH = r"[/\\]torch[/\\](jit|onnx)[/\\]"
# Packages that build networks, or train them.
NETWORKS = (
    r"[/\\](timm|torchvision|torchaudio|transformers|diffusers|sentence_transformers|peft|trl|accelerate|open_clip"
    r"|segmentation_models_pytorch|pytorch_lightning|lightning|fastai|mm(?:cv|engine|det|seg|pose|cls|pretrain|action)"
    r"|detectron2|ultralytics|monai|kornia|torch_geometric)[/\\]"
)
SETTINGS = (
    r"\b(?:kernel_size|(?:in|out)_(?:channels|features)|num_features|(?:input|hidden)_size|embed(?:ding)?_dim"
    r"|num_embeddings|num_heads)\b"
)


class CallArguments(Rule):
    code = "call-arguments"
    signatures = (
        "{function:word}() missing {count} required positional argument{}: {names:words}",
        "{function:word}() takes {} but {given} were given",
        "{function:word}() takes {} but {given} was given",
        "{function:word}() takes from {least} to {most} positional arguments but {given} were given",
        "{function:word}() got an unexpected keyword argument '{keyword:word}'",
        "{function:word}() got multiple values for argument '{keyword:word}'",
        "multiple values for keyword argument '{keyword:word}'",
    )
    says = "the call doesn't have the arguments that are taken"
    lookalike = "not-a-tensor"
    example = """
        # TypeError: Conv2d.__init__() got an unexpected keyword argument 'strides'
        conv = nn.Conv2d(3, 8, kernel_size=3, strides=2)
        y = conv(torch.rand(1, 3, 8, 8))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        function, text = self.facts.get("function", "").rpartition(" ")[2], self.case.raised.text
        keyword = self.facts.get("keyword", "")
        layer = re.search(MODULES, function + " " + self.line.code) or re.search(
            SETTINGS, f"{self.facts.get('names', '')} {keyword}"
        )
        if keyword and not function.endswith("forward") and (of_library := self.of_library(function, keyword)):
            yield of_library
            return
        if not (self.case.in_torch or layer or re.search(r"(?:^|\.)forward$", function)):
            return
        if function.endswith("forward") or (self.case.in_torch and "forward" in function):
            yield from self.of_forward(function.rpartition(".")[0], keyword)
        elif "__init__" in function or layer:
            name = layer[0] if layer and layer[0][0].isupper() else function.removesuffix(".__init__") or "the layer"
            name = "the layer" if name == "__init__" else name
            if keyword:
                known = {
                    "strides": "stride",
                    "filters": "out_channels",
                    "activation": "a layer of its own",
                    "kernel": "kernel_size",
                }
                meant = f": {known[keyword]}" if keyword in known else " of this version"
                says = f"{name} has no argument {keyword!r}{meant}"
            else:
                lacks = f": {self.missing()} is missing" if self.missing() else ""
                says = f"{name} was made with too {'few' if 'missing' in text else 'many'} arguments{lacks}"
            advice = "nn.Conv2d(in_channels, out_channels, kernel_size), nn.Linear(in_features, out_features)"
            yield certain(says, "model", advice)

    def of_library(self, function: str, keyword: str) -> Hypothesis | None:
        """A keyword that came through a package that builds networks, and that what it ended at doesn't take."""
        frames, own = self.case.raised.frames, self.case.frame
        found = [each[1] for each in (re.search(NETWORKS, frame.file) for frame in frames) if each]
        handed_on = own is frames[-1] and "**" in own.code if own and frames else False
        if not found or not (handed_on or re.search(NETWORKS, frames[-1].file)):
            return None
        package, name = found[-1], function.removesuffix(".__init__")
        name = f"what {own.function} calls there" if handed_on and own else name.replace("__init__", "what it calls")
        advice = f"install the version of {package} that the code names (requirements.txt, its README); or "
        if own and re.search(rf"\b{keyword}\s*=", own.code):
            says = f"{name} has no argument {keyword!r} in the version of {package} that is installed"
            return likely(says, "call", f"{advice}take it out: the release notes say what came in its place")
        says = f"{package} hands {keyword!r} on, and {name} doesn't take it: the two are of different versions"
        way = f"kwargs.pop({keyword!r}, None) before that call, where it has no use for it"
        return likely(says, "call", advice + (way if handed_on else "update what it calls as well"))

    def of_forward(self, owner: str, keyword: str) -> Iterator[Hypothesis]:
        """A network or layer that is called with other inputs than its forward takes."""
        owners = self.owners() if not owner else set()
        in_a_row = self.case.in_sequential or "Sequential" in owners
        owner = owner or "".join(owners if len(owners) == 1 else ())
        if "given" in self.facts and self.most == 0 and in_a_row and owner in ("", "Sequential"):
            yield self.of_container()
        elif "Sequential" in (owner, *owners) or (self.case.in_sequential and "names" in self.facts):
            says = "nn.Sequential takes one input, and hands one tensor from each layer to the next"
            advice = "a module of your own, whose forward calls the layers with what each takes; or one tuple for all"
            yield certain(says, "model", advice)
        elif "given" in self.facts:
            yield from self.miscounted(owner)
        elif keyword:
            says = f"forward has no argument {keyword!r}: of another version or model, or passed on by a wrapper"
            yield likely(says, "call", COMPARE)
        elif self.case.through("data_parallel|parallel_apply"):
            says = "a GPU of DataParallel got no sample: the batch, often the last, has fewer than there are GPUs"
            advice = "drop_last=True and larger batches; or hand the inputs over by position, as tensors"
            yield likely(says, "data", advice)
        else:
            yield self.with_example() or self.with_nothing() or self.with_too_few(owner)

    def with_example(self) -> Hypothesis | None:
        """What traces or exports a network calls it with one example of its input."""
        told = "\n".join(line for lines in self.case.source.texts.values() for line in lines)
        found = re.search(EXAMPLE, self.line.code or told)
        through = re.search(THROUGH, " ".join(frame.file for frame in self.case.deeper))
        if "names" not in self.facts or not (found or through):
            return None
        caller = found[1] if found else f"torch.{through[1]}" if through else ""
        says = f"{caller} calls the network with the example alone: {self.missing()} is missing, which forward takes"
        advice = (
            "tensors in one tuple, (x, mask), as the example; for a flag or number a small module whose forward(x) "
        )
        return likely(says, "call", f"{advice}calls self.model(x, True). Of nn.DataParallel hand over model.module")

    def with_nothing(self) -> Hypothesis | None:
        """A network or layer that is called without input, or not at all."""
        if called := re.search(r"([\w.]*(?:module|model|net))\(\)", self.line.code):
            says = f"{called[0]} calls the network, with nothing: the brackets are too much"
            named = self.replaced(called[0], called[1], 1)
            return likely(says, "call", f"{called[1]} without brackets is the network itself", named)
        if made := re.search(r"\b([A-Z]\w*)\.forward\(", self.line.code):
            says = f"{made[1]} is a class, and its forward is called without a network that was made of it"
            return certain(says, "call", f"net = {made[1]}(…) once, with its settings, then net(x)")
        if self.missing() == "input" and (fixes := uncalled(self.case)):
            says = f"{lines_told([fix.number for fix in fixes])}: a layer is taken for what it computes, and not called"
            advice = "call it, self.fc(x); and nn.ReLU()(x) or F.relu(x) in place of nn.ReLU(x), which only makes a "
            return likely(says, "model", f"{advice}layer", *fixes)
        if self.missing() == "input" and not self.line.code:
            says = "one of torch's own layers, as its input is called so, was called with nothing"
            advice = "self.fc(x) in place of self.fc(), and nn.ReLU()(x) or F.relu(x) in place of a layer made there"
            return likely(says, "model", advice)
        return None

    def with_too_few(self, owner: str) -> Hypothesis:
        if self.missing() == "indices":
            says = "nn.MaxUnpool2d takes the places that its pooling had, the indices, beside the maps"
            advice = "MaxPool2d(2, return_indices=True) returns both, unpool(x, indices) takes them, and in no "
            return likely(says, "call", f"{advice}nn.Sequential; or nn.MaxPool2d was meant")
        says = f"forward takes more than {self.shown() or 'the model'} is called with"
        says += f": {self.missing()} is missing" if self.missing() else ""
        forward = self.forward(owner)
        says += f", of ({ast.unparse(forward.args)}) in line {forward.lineno}" if forward else ""
        several = len({frame.file for frame in self.case.raised.frames if not frame.of_library}) > 1
        versions = "; where one repository has both, its files are of two versions: take all of them from one"
        return likely(says, "call", COMPARE + versions * several)

    def of_container(self) -> Hypothesis:
        """One of the layers in a row takes no input at all."""
        says = "a layer in the nn.Sequential takes no input: an nn.ModuleList, as it seems, which only holds layers"
        from_children = self.case.source.says("children()")
        return likely(says, "model", IN_ITS_PLACE + (CHILDREN if from_children else ""))

    @property
    def most(self) -> int:
        """How many inputs a forward takes at most, beside self."""
        taken = re.search(r"takes (?:from \d+ to )?(\d+)", self.case.raised.text)
        return int(taken[1]) - 1 if taken else 0

    def owners(self) -> set[str]:
        """The classes that may have made what the user's line calls, as the file says."""
        call, frame = self.line.call() if self.case.direct else None, self.case.frame
        return self.case.source.names.makers(call, frame.file, frame.number) if call and frame else set()

    def miscounted(self, owner: str) -> Iterator[Hypothesis]:
        """Too many or too few inputs, as Python counts them, with self."""
        given, most = self.given - 1, self.most
        called = [call for call in self.line.calls if len(call.args) == given and not self.starred(call)]
        if not (self.case.direct and called):
            says = f"forward takes {counted(most, 'input')} beside self, and {given} came: a batch that was starred "
            says += "(model(*batch)), or an input too many"
            yield likely(says, "call", "compare the call with def forward(self, …); nn.Sequential takes one input")
            return
        name, inputs = self.line.text(called[-1].func), ", ".join(map(self.line.text, called[-1].args))
        forward = self.forward(owner)
        of = f"{owner}.forward" if owner else f"the forward of {name}"
        says = f"{of} takes {counted(most, 'input')} beside self, and {given} are handed over: {inputs}"
        if forward:
            says += f" ({Path(self.case.frame.file).name if self.case.frame else ''}:{forward.lineno} defines it)"
        extra = self.line.text(called[-1].args[-1])
        wide = ", ".join(self.line.text(each).rpartition(".")[2] for each in called[-1].args)
        wide = wide if re.fullmatch(r"[A-Za-z_]\w*(?:, [A-Za-z_]\w*)*", wide) else "…"
        advice = f"leave out what it has no use for ({extra}?), or def forward(self, {wide}) that uses it"
        yield likely(
            says, "call", advice + ("; an nn.Sequential takes one input alone" if most == 1 and not owner else "")
        )

    def starred(self, call: ast.Call) -> bool:
        return any(isinstance(each, ast.Starred) for each in call.args)

    def forward(self, owner: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The forward of a class that stands in the user's file."""
        names = self.case.source.names
        made = {node.name: node for nodes in names.scopes.values() for node in nodes if isinstance(node, ast.ClassDef)}
        body = getattr(made.get(owner), "body", [])
        return next((each for each in names.functions.get("forward", []) if each in body), None)

    def shown(self) -> str:
        """What the user's line calls, where that is what raised."""
        call = self.line.call() if self.case.direct else None
        return self.line.text(call.func) if call else ""

    def missing(self) -> str:
        return str(self.facts.get("names", "")).replace("'", "")
