"""Tensors on different devices."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import NAME
from convcli.explain.families import by_hand, calculated
from convcli.explain.families.placed import MadeWithout, unplaced
from convcli.explain.families.stayed import stayed
from convcli.explain.rule import Hypothesis, certain, likely, possible

FAMILY = "device"

# Arguments of functions that take no weights: torch.cat, arithmetic, masks.
JOINED = r"tensors|other|mask|tensor[12]|end|src|source|values?|condition|grid|window"
# A layer with weights that is made and called in one line; and training that goes on from a checkpoint.
MADE_AND_CALLED = (
    r"nn\.((?:Conv\w*|Linear|\w*Norm\d?d?|Embedding|LSTM|GRU|RNN|PReLU|MultiheadAttention)\([^()\n]{0,200}\))\("
)
TABLE = "index_select|embedding"  # functions that look an index up
META = r"[\"']meta[\"']|init_empty_weights"
# Lines that make weights without values.
EMPTY = r"init_empty_weights|with torch\.device|[A-Z]\w*\(.*device=[\"']meta"
INPUT, WEIGHTS = ("mat1", "input", "index"), ("mat2", "weight", "bias", "running_mean")
RESUMED = r"(?i)resum(?:e|ing)|optimizer\.load_state_dict|恢复训练"


def on_gpu(name: str) -> bool:
    """Whether a device, or a type of tensors, is one of a GPU.

    >>> on_gpu("torch.cuda.FloatTensor"), on_gpu("cpu")
    (True, False)
    """
    return bool(re.search("cuda|gpu|mps|xpu|meta", name.lower()))


class DeviceMixed(MadeWithout):
    code = "device-mixed"
    signatures = (
        "but got {argument:word} is on {got:word}, different from other tensors on {other:word} (when checking "
        "argument",
        "same device, but found at least two devices, {other:word} and {got:word}! (when checking argument for "
        "argument {argument:word} in method {method:word}",
        "same device, but found at least two devices, {one:word} and {other:word}!",
        "All input tensors must be on the same device. Received {other:word} and {got:word}",
        "expected device {other:word} but got device {got:word}",
        "found at least two devices (when checking argument for argument {argument:word} in method {method:word}",
        "Input type ({got:words}) and weight type ({weight:words}) should be the same",
        "Input type ({got:words}) and bias type ({weight:words}) should be the same",
        "Tensor on device {got:word} is not on the expected device {other:word}!",
        "Input and hidden tensors are not at the same device, found input tensor at {other:word} and hidden tensor "
        "at {got:word}",
        "Input and parameter tensors are not at the same device, found input tensor at {got:word} and parameter "
        "tensor at {other:word}",
        "Expected object of device type {other:word} but got device type {got:word} for argument #{place} "
        "'{argument:word}'",
        "Expected object of backend {other:word} but got backend {got:word} for argument #{place} '{argument:word}'",
        "Expected object of type torch.{other:word} but found type torch.{got:word} for argument #{place} "
        "'{argument:word}'",
        "Tensor for argument #{place} '{argument:word}' is on {got:word}, but expected it to be on {other:word}",
        "Tensor for 'out' is on {got:word}, ",
        "is on {got:word}, but expected them to be on {other:word}",
        "indices should be either on cpu or on the same device as the indexed tensor ({other:word})",
        "Placeholder storage has not been allocated on MPS device",
        "Input, output and indices must be on the current device",
        "arguments are located on different GPUs",
        "to have the same device as tensor for argument #{} '{}'; but device {gpu} does not equal {other_gpu}",
        "'; but type {got:word} does not equal {weight:word} (while checking arguments for {}",
        "on the same device, but got {argument:word} on {got:word} and self on {other:word}",
        "on the same device but got self on {other:word} and {argument:word} on {got:word}",
        "on the same device, but {argument:word} is on {got:word} and x and y are on {other:word} and",
        "in the same device, but got (self) {other:word}, ({argument:word}) {got:word}, and (source)",
        "to have the same device type, but got query.device: {other:word} key.device: {got:word} and",
        "slow_conv2d_forward_mps: input(device='{got:word}') and weight(device='{other:word}",
    )
    says = "the tensors of one calculation live on one device"
    lookalike = "dtype"
    example = """
        net = nn.Linear(3, 4, device="meta")  # a second device that every machine has
        x = torch.rand(2, 3)
        # RuntimeError: Tensor on device meta is not on the expected device cpu!
        y = net(x)
        assert y.shape == (2, 4)
    """
    decide = "print({x}.device, next(model.parameters()).device)"

    got = other = one = argument = method = ""  # where the message doesn't say them

    @classmethod
    def read(cls, case: Case) -> Self | None:
        """Types of tensors name a device as well, and not what is wrong where both are of one."""
        rule = super().read(case)
        if rule and rule.got.endswith("Tensor") and rule.other.endswith("Tensor"):
            rule.got, rule.other = ("CUDA" if on_gpu(each) else "CPU" for each in (rule.got, rule.other))
            return rule if rule.got != rule.other else None
        return rule

    @property
    def text(self) -> str:
        return self.case.raised.text

    @property
    def typed(self) -> bool:
        """Whether the message has types; where these are of one device, the device isn't what is wrong."""
        return "weight" in self.facts

    @property
    def kernel(self) -> str:
        """What was made by hand for the function that raised, where message and line say so."""
        on_two = self.typed and on_gpu(self.got) != on_gpu(self.weight)
        return by_hand.kernel(self) if on_two else ""

    @property
    def there(self) -> str:
        """A device that is no CPU, if the message names one."""
        return next(filter(on_gpu, (self.got, self.other, self.one)), self.other)

    @property
    def either(self) -> bool:
        """Whether the message doesn't say which of the tensors it is."""
        return not self.argument and bool(re.search("at least two|but got device|Placeholder|r on device", self.text))

    def in_file(self) -> Iterator[Hypothesis]:
        left = [] if self.generic else list(stayed(self.case, self.argument, self.weights_left()))
        if left:
            yield from left
        elif found := [] if self.generic or (self.typed and not self.kernel) else unplaced(self.case):
            places = [place for place in (self.got, self.other, self.there) if place not in ("", "cpu")]
            yield self.made_without(found, places[0] if places else "")

    def on_meta(self) -> Iterator[Hypothesis]:
        if "meta" in (self.got, self.other) and not self.operated and not self.stands_in():
            says = "the weights are on meta, without values: load_state_dict copies nothing into them"
            advice = "load_state_dict(weights, assign=True), or model.to_empty(device=…) before it"
            yield likely(says, "model", f"{advice}; with device_map, see that no weight is missing")

    def made_anew(self) -> Iterator[Hypothesis]:
        made = re.search(MADE_AND_CALLED, f"{self.case.line.code}\n{self.text}")
        if made and (self.either or self.typed or self.argument in WEIGHTS):
            says = f"nn.{made[1]} is made where it is called: on the CPU, and anew, untrained, in every forward"
            yield likely(says, "model", "make it in __init__ (self.layer = …), so that model.to(device) moves it")

    def optimizer(self) -> Iterator[Hypothesis]:
        if self.either and (self.case.through(r"[/\\]optim[/\\]") or re.search(RESUMED, self.text)):
            says = "the optimizer's state, as a checkpoint has it, is on another device than the weights"
            advice = "model.to(device), then make the optimizer, then optimizer.load_state_dict; map_location=device"
            yield likely(says, "checkpoint", advice)
            yield from self.pair(possible)

    def loaded(self) -> Iterator[Hypothesis]:
        """A whole model that torch.load has put on the GPU, where nothing else in the run asks for one."""
        on_cpu = re.search(r"\b(?:cuda=False|no_cuda=True|device='cpu'|gpu=-1)", self.case.raised.code)
        on_two = not self.typed or on_gpu(self.weight)
        if self.weights_left() is False and on_two and (on_cpu or self.restored()):
            says = "the weights are on the GPU, where they were saved: torch.load puts them back there"
            if on_cpu:
                says += f", and the run has {on_cpu[0]}, by which {self.x} stays on the CPU"
            advice = f"torch.load(path, map_location=device), and {self.x}.to(device); or run it on the GPU (cuda=True)"
            yield likely(says, "checkpoint", advice)

    def restored(self) -> bool:
        """Whether the user's lines call what torch.load made, without a map_location and not moved since."""
        loads = [each for each in self.case.source.made if ast.unparse(each.call.func) == "torch.load" and each.name]
        names = {re.escape(each.name) for each in loads if each.node("map_location") is None}
        text = "\n".join(line for lines in self.case.source.texts.values() for line in lines)
        names = {name for name in names if not re.search(rf"(?<![\w.]){name}\.(?:to|cuda)\(", text)}
        called = "\n".join(frame.code for frame in self.case.raised.frames)
        return any(re.search(rf"(?<![\w.]){name}\(", called) for name in names)

    def made_by_hand(self) -> Iterator[Hypothesis]:
        if self.kernel:
            places = ("the CPU", "the GPU") if on_gpu(self.weight) else ("the GPU", "the CPU")
            says = f"{self.x} is on {places[0]} and {self.kernel} on {places[1]}: no layer's weight but a tensor that "
            says += "was made by hand, which model.to(device) doesn't move"
            name = self.kernel if NAME.fullmatch(self.kernel) else "kernel"
            advice = f"{name}.to({self.x}.device) in the call; or self.register_buffer('kernel', …) in __init__, which "
            moved = f"{name}.to({self.x}.device)" if name == self.kernel else ""
            fix = self.instead(self.line.edited(name, moved)) if moved else None
            yield likely(says, "call", f"{advice}moves with the model", fix)
            yield possible("it is a parameter, and the model wasn't moved", "model", "model.to(device) before training")

    def of_types(self) -> Iterator[Hypothesis]:
        if self.typed and on_gpu(self.got) != on_gpu(self.weight):
            yield from self.one_side(on_gpu(self.weight))

    def gpus(self) -> Iterator[Hypothesis]:
        places = {*re.findall(r"cuda:\d", self.text)}
        places |= {f"cuda:{self.facts[gpu]}" for gpu in ("gpu", "other_gpu") if gpu in self.facts}
        if len(places) < 2 or self.typed:
            return
        says = f"tensors on {' and '.join(sorted(places))} met: one was put on a fixed GPU"
        advice = "no .cuda() and no 'cuda:0' inside forward: torch.zeros(…, device=x.device)"
        if self.argument == "index" and re.search(TABLE, self.text):
            says = f"the index is on {self.got}, its table on {self.other}: a model spread over GPUs, or fixed to one"
            advice = "ids to the device of the first layer; device_map and several processes exclude each other"
        yield likely(says, "device", advice)

    def index(self) -> Iterator[Hypothesis]:
        if "indices should be" in self.text:
            says = f"the index is on another device than the tensor that it looks into ({self.other})"
            yield certain(says, "device", "tensor[index.cpu()], or the tensor to the GPU: tensor.to(index.device)")
        elif self.in_table and self.argument in ("index", "self"):
            yield from self.looked_up()
        elif self.argument in ("index", "indices") and not self.case.in_loss:
            says = f"the index is on another device than what it looks into{f' ({self.other})' if self.other else ''}"
            yield likely(says, "device", "move the index to where the tensor is: index.to(x.device)")

    @property
    def in_table(self) -> bool:
        """Whether an embedding looks rows up, as index_select does for it."""
        named = re.search(TABLE, self.text) and not self.line.has(r"index_select\(")
        return bool(named) or self.case.through(r"embedding|[/\\]sparse\.py")

    def looked_up(self) -> Iterator[Hypothesis]:
        """The ids or the embedding's weights, one of which the message names."""
        ids, table = (self.got, self.other) if self.argument == "index" else (self.other, self.got)
        says = f"the index, the ids of an embedding, is on {ids or 'one device'}, and its table, the first of the "
        says += f"model's weights, on {table or 'another'}"
        follows = "inputs = tokenizer(…).to(model.device), or ids.to(model.device), for every batch"
        if on_gpu(table):
            yield likely(says, "data", f"{follows}: they come on the CPU")
            return
        advice = f"model.to(device) once, behind from_pretrained or where it is made; and {follows}"
        yield likely(says, "model", advice)
        says = "the ids alone stayed on the CPU, where print shows the model on the GPU"
        yield possible(says, "data", "ids.to(model.device), which holds wherever the model is")

    def of_loss(self) -> Iterator[Hypothesis]:
        if self.argument == "weight" and "loss" in self.method:
            says = "the weight of the loss, one number for each class, stayed on the CPU"
            yield certain(says, "device", "weight=weights.to(device) where the loss is made, or criterion.to(device)")
        elif (self.case.in_loss and not self.typed) or self.argument == "target":
            says = "the targets (or the loss's weight) are on another device than the predictions"
            target, outputs = self.handed(1, "targets"), self.handed(0, "outputs")
            moved = self.changed(target, f"{{}}.to({outputs}.device)") if self.case.line.code else None
            yield likely(says, "device", "targets = targets.to(device), where the inputs are moved", moved)

    def hidden_state(self) -> Iterator[Hypothesis]:
        if "hidden tensor" in self.text:
            says = f"the hidden state was made on {self.got} and the input is on {self.other}"
            yield likely(says, "device", "torch.zeros(…, device=x.device) where the hidden state is made")

    def of_two(self) -> Iterator[Hypothesis]:
        """What a line calculates with, each with the device that the message tells of it."""
        if self.argument and self.got and not self.typed and on_gpu(self.got) != on_gpu(self.other):
            yield from filter(None, [calculated.on_two(self, on_gpu(self.got))])

    def joined(self) -> Iterator[Hypothesis]:
        of_none = self.either and self.case.direct and self.operated
        if of_none or re.fullmatch(JOINED, self.argument) or re.search("Received|device type, but", self.text):
            here = "cpu" if "cpu" in (self.got, self.other, self.one) else self.got or "another device"
            says = f"of the tensors that meet here, one is on {here}: made anew, or of the data, and not moved"
            advice = "device=x.device where it is made (zeros, arange, a mask), register_buffer for constants"
            yield likely(says, "device", f"{advice}; .to(device) for what came with the data or from NumPy")

    def sides(self) -> Iterator[Hypothesis]:
        if self.either:
            yield from self.pair()
        elif not self.typed:
            of_weights = self.argument in WEIGHTS or (self.argument == "self" and "addmm" in self.text)
            here = not self.got or of_weights == on_gpu(self.got)
            yield from self.one_side(here, self.there)

    causes = (
        *(in_file, on_meta, made_anew, optimizer, loaded, made_by_hand, of_types),
        *(gpus, index, of_loss, hidden_state, of_two, joined, sides),
    )

    def weights_left(self) -> bool | None:
        """Whether it is the layer's weights that aren't on the GPU, where the message tells."""
        if self.typed or self.argument in INPUT:
            return on_gpu(self.got)
        return not on_gpu(self.got) if self.got and self.argument in WEIGHTS else None

    def stands_in(self) -> bool:
        """Whether the user's file takes meta for a device to work on: it makes no empty weights, and loads none."""
        lines = [line for text in self.case.source.texts.values() for line in text if re.search(META, line)]
        return bool(lines) and not self.case.source.loads and not any(re.search(EMPTY, line) for line in lines)

    def pair(self, sure: Callable[[str, str, str], Hypothesis] = likely) -> Iterator[Hypothesis]:
        says = f"one side is on {self.there or 'the GPU'} and the other isn't: {self.x}, or the model, was not moved"
        yield sure(says, "data", "x = x.to(device), which returns the moved tensor, labels too; and model.to(device)")
        says = "a tensor or layer that was made in forward, or stands in a plain list, doesn't move with the model"
        yield possible(says, "model", "device=x.device where it is made; nn.ModuleList; register_buffer for constants")

    @property
    def operated(self) -> bool:
        """Whether the user's line calculates with tensors and calls no layer."""
        calculated = self.line.operands() or self.line.has(r"\.masked_fill_?\(|\btorch\.(?:where|cat|stack|matmul)\(")
        return bool(calculated) and not self.line.has(r"self\.\w+\(|model\(|net\(")

    def one_side(self, weights_there: bool, device: str = "") -> Iterator[Hypothesis]:
        x = self.x
        if weights_there:
            says = f"the model is on {device or 'the GPU'} and {x} isn't: it was not moved"
            known = device in ("meta", "mps", "cuda:0", "cuda")
            moved = self.changed(x, f'{{}}.to("{device}")') if known and "other" in self.facts else None
            advice = "x = x.to(device), which returns the moved tensor; and labels with it"
            if self.case.in_torch and not self.case.line.has(r"^(?:x|out\w*|y)\s*="):
                advice += ". Tensors made in forward: device=x.device"
            yield likely(says, "data", advice, moved)
            says = "a layer stands in a plain list, or was made in forward, and doesn't move with the model"
            yield possible(says, "model", "nn.ModuleList, or make it in __init__; register_buffer for constants")
        elif self.case.through("torchsummary"):
            says = "torchsummary makes its input on the GPU, and the model isn't there"
            yield likely(says, "call", 'summary(model, input_size, device="cpu"), or model.to("cuda") before')
        else:
            says = f"{x} is on the GPU and the weights of {self.named} are not"
            yield likely(says, "model", "model.to(device) before training, and before the optimizer is made")
            says = "this layer alone stayed behind: it is in a plain list, or made in forward"
            yield possible(says, "model", "nn.ModuleList, or make it in __init__; register_buffer for constants")
