"""Maps that are added, and what is added to them: shortcuts, skips, and vectors with one value a channel."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.names import assigned_by
from convcli.explain.evidence.origin import MAKES
from convcli.explain.families.meeting import Meeting
from convcli.explain.rule import Fix, Hypothesis, likely, possible

FAMILY = "addition"

REACH = r"\(k\w* ?- ?1\) ?\*(?!.*/)"  # of a dilated kernel, all of it before the step
KEPT = r"(?i)self\.\w*(?:down_?samp|short_?cut|skip_?(?:conv|proj)|res_?(?:conv|proj)|proj)\w*$"
SHORTCUT = r"(?i)short|skip|resid|identity|downsample"


class OfMaps(Meeting):
    def of_channels_that_differ(self) -> Iterator[Hypothesis]:
        """Maps of one size, as heights and widths are compared first."""
        (main, shortcut), a, b = self.sides, self.a, self.b
        if re.search(SHORTCUT, main) and not re.search(SHORTCUT, shortcut):
            (main, shortcut), a, b = (shortcut, main), b, a
        if joined := self.of_unet():
            yield joined
        says = f"the main path has {a} channels and the shortcut {b}: a residual block that changes its channels"
        advice = f"send the shortcut through nn.Conv2d({b}, {a}, kernel_size=1); heights and widths agree already"
        if unless := self.projected_unless():
            test, widened = unless
            says += f", and its 1×1 convolution is made only where {test}"
            yield likely(says, "model", "make it where the channels change as well", widened)
            return
        if unapplied := list(self.unapplied(shortcut, a, b)):
            yield from unapplied
            return
        yield (possible if joined else likely)(says, "model", advice)
        if self.line.code:
            says, advice = "axis 1 isn't channels here", "make both sizes agree where they are made"
        else:
            says = "in a library's model: parts that don't belong together (adapter, checkpoint, another version)"
            advice = "take all of them for one base model, and the library's version that they were made with"
        yield possible(says, "call", advice)

    def unapplied(self, shortcut: str, a: int, b: int) -> Iterator[Hypothesis]:
        """A layer for the shortcut that the user's class keeps and doesn't apply, or that may be None."""
        names, frame = self.case.source.names, self.case.frame
        scopes = [each for scopes in names.scopes.values() for each in scopes if isinstance(each, ast.ClassDef)]
        known = frame is not None and frame.file in names.trees
        around = names.around(frame.file, frame.number, ast.ClassDef) if frame and known else None
        owners = [owner for owner in scopes if owner is around or not known]
        kept = [(owner.name, *each) for owner in owners for each in kept_layers(owner)]
        if len(kept) != 1:
            return
        owner, name, handed, read, called = kept[0]
        differ = f"the main path has {a} channels and the shortcut {b}"
        where = f" where {name} is not None" if handed else ""
        if not read:
            code = f"{shortcut} = {name}({shortcut})"
            fix = self.before(f"if {name} is not None:\n    {code}" if handed else code)
            says = f"{differ}; {owner} keeps {name}, and its forward{', as it is shown,' * (not known)} never "
            fits = known and shortcut.isidentifier()
            yield likely(f"{says}applies it", "model", f"{code} before the sum{where}", fix if fits else None)
        if handed and (called or not (read or known)):
            says = f"{name} is None in this {owner}, or was made for other channels"
            says = f"{differ}; {says}" if read else says
            advice = f"hand over a 1×1 convolution, of {b} channels to {a}, wherever {owner} changes stride or channels"
            yield (likely if read else possible)(says, "model", advice)

    def of_unet(self) -> Hypothesis | None:
        """A decoder that adds the skip, which a U-Net concatenates; the layer that gets it may say what it takes."""
        one, two = self.sides
        total = f"{one} + {two}"
        layers = [call for call in self.line.calls if call.args and self.line.text(call.args[0]) == total]
        layer = self.line.text(layers[0].func) if layers else ""
        taken = [made.value("in_channels") for made in self.case.source.made if layer and made.name == layer]
        both = self.a + self.b
        decoder = re.search(r"(?i)(?:^|[._])(?:dec|up)", layer) or self.case.through(r"(?i)u_?net|decoder")
        if not (taken == [both] or (decoder and layer and taken in ([], [None]))):
            return None
        says = f"{layer} is a decoder's, and a U-Net concatenates its skips: {self.a} + {self.b} = {both} channels"
        if taken == [both]:
            says = f"{layer} takes {both} = {self.a} + {self.b} channels: both are to be concatenated, not added"
        joined = f"torch.cat([{one}, {two}], dim=1)"
        advice = joined if taken == [both] else f"{joined} where {layer} takes {both} channels"
        return likely(says, "model", advice, self.replaced(total, joined, 1) if taken == [both] else None)

    def projected_unless(self) -> tuple[str, Fix] | None:
        """The condition on a stride alone under which the user's class makes its 1×1 convolution, and a wider one."""
        frame, source = self.case.frame, self.case.source
        owner = source.names.around(frame.file, frame.number, ast.ClassDef) if frame else None
        for node in ast.walk(owner) if owner else ():
            if not isinstance(node, ast.If | ast.IfExp) or "stride" not in ast.unparse(node.test):
                continue
            inner = list(ast.walk(ast.Module(node.body, []))) if isinstance(node, ast.If) else list(ast.walk(node.body))
            made = [each for each in source.fitting("Conv2d") if each.call in inner]
            test, lines = ast.unparse(node.test), source.texts[frame.file] if frame else []
            line = lines[node.test.lineno - 1].strip()
            changes = f"{made[0].written('in_channels')} != {made[0].written('out_channels')}" if made else ""
            if changes and frame and test in line and "!=" in changes and changes not in test:
                code = line.replace(test, f"{test} or {changes}", 1)
                return test, Fix(code, "definition", frame.file, node.test.lineno)
        return None

    def vectors_spread(self) -> Fix | None:
        """The user's line with axes for height and width in the side that alone a linear layer made."""
        nodes = list(ast.walk(self.line.tree)) if self.line.tree else []
        names = {node.id: node for node in nodes if isinstance(node, ast.Name)}
        vectors = [name for name, node in names.items() if self.maker(node) == "Linear"]
        of_vectors = [any(re.search(rf"\b{name}\b", side) for name in vectors) for side in self.sides]
        if self.axis < 2 or of_vectors[0] == of_vectors[1]:
            return None
        code = self.line.code
        for name in vectors:
            code = re.sub(rf"(?<![\w.]){name}(?![\w.(\[])", f"{name}[:, :{', None' * (self.axis - 1)}]", code)
        return self.instead(code) if code != self.line.code else None

    def of_causal(self) -> Hypothesis | None:
        """Convolutions of the user's class that are padded by all that their kernels reach, and no end is cut off."""
        source, frame = self.case.source, self.case.frame
        owner = source.names.around(frame.file, frame.number, ast.ClassDef) if frame else None
        calls = set(ast.walk(owner)) if owner and not re.search("(?i)chomp|:-", ast.unparse(owner)) else set()
        causal = [
            made for made in source.fitting("Conv1d") if made.call in calls and made.written("padding") not in "01"
        ]
        if not causal or not frame or not self.case.elsewhere(REACH):
            return None
        made, padding = causal[0], causal[0].written("padding")
        says = f"Conv1d at {made.place} is padded by {padding} on both sides, and its output isn't cut: it is as many "
        says += "steps longer, and the last of them aren't causal"
        fixes = []
        for called in (
            source.names.called.get(made.name, ()) if padding.startswith("self.") and len(causal) == 1 else ()
        ):
            whole, code = ast.unparse(called), source.texts[frame.file][called.lineno - 1].strip()
            code = code.replace(whole, f"{whole}[..., :-{padding}]", 1)
            fixes.append(Fix(code, "instead", frame.file, called.lineno))
        advice = f"cut the end off what each such convolution makes: y[..., :-{padding}] (Chomp1d in papers' code)"
        return likely(says, "model", advice, *fixes)

    def maker(self, node: ast.expr) -> str:
        """The kind of the last layer that a value came through."""
        return next((step.callee for step in self.case.origin.steps(node) if step.callee in MAKES), "")

    def statistics_spread(self, values: int) -> Fix | None:
        """The user's line with axes for height and width in its mean and std, of one value a channel."""
        code, named = self.line.code, r"((?:self\.)?\w*(?:mean|std)\w*)(?![\w.(\[])"
        spread = re.sub(rf"(?<![\w.]){named}", r"\1[:, None, None]", code, flags=re.I)
        return self.instead(spread) if values in (3, 4) and self.axis >= 2 and spread != code else None


def kept_layers(owner: ast.ClassDef) -> list[tuple[str, bool, bool, bool]]:
    """The layers for a shortcut that a class with a forward keeps, each with what is known of it.

    That is whether it is handed over, whether it is read, and whether it is called.
    """
    nodes = list(ast.walk(owner))
    read = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
    called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    forward = "forward" in {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    made = {name: value for node in nodes if isinstance(node, ast.Assign) for name, value in assigned_by(node)}
    kept = [(name, value) for name, value in made.items() if forward and re.match(KEPT, name)]
    kinds = ast.Name | ast.Call
    return [(n, isinstance(v, ast.Name), n in read, n in called) for n, v in kept if isinstance(v, kinds)]
