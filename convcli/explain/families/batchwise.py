"""What has as many entries as a batch has samples: made for another batch, repeated, or looked up one by one."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from convcli.explain.evidence.names import last_name
from convcli.explain.evidence.source import Made
from convcli.explain.families.meeting import Meeting
from convcli.explain.families.tokens import ALLOCATES
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, redefined

FAMILY = "addition"

BATCH = r"(?i)batch|^(?:self\.)?bsz?$"
TIME = r"(?:t|ts|t_\w+|\w*time_?steps?|steps?)"
# A table that is looked up by the time steps of the samples, and gets no further axes.
LOOKED_UP = rf"(?<![\w.])[\w.]+(?:\[{TIME}\]|\.gather\((?:dim=)?(?:-1|0), (?:index=)?{TIME}\))"
BARE = r"(?!\.(?:view|reshape|un)|\[)"
OF_FEATURES = r"(?i)emb|weight|table|bias"


def looked_up(code: str) -> list[str]:
    """The values in a line that are looked up by time steps, and aren't features.

    >>> looked_up("x = a[t] * x + (1 - a[t]) * noise + self.emb[t] + b[t].view(-1, 1)")
    ['a[t]']
    """
    found = (each[0] for each in re.finditer(LOOKED_UP + BARE, code))
    return list(dict.fromkeys(each for each in found if not re.search(OF_FEATURES, each)))


def for_fixed_batch(rule: Rule, names: tuple[str, str], sizes: tuple[int, int], axis: int) -> Iterator[Hypothesis]:
    """One of two tensors that the user's file makes for a fixed number of samples, and not for those of the other."""
    yield from fixed_batch(rule, names, sizes, axis) or fixed_batch(rule, names[::-1], sizes[::-1], axis)


def fixed_batch(rule: Rule, names: tuple[str, str], counts: tuple[int, int], axis: int) -> list[Hypothesis]:
    """The same of the first of both."""
    (name, other), (size, samples) = names, counts
    made = allocated(rule, name)
    sizes = made.call.args if made else []
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List):
        sizes = sizes[0].elts
    if not made or axis >= len(sizes):
        return []
    known, written = made.number_of(sizes[axis]), ast.unparse(sizes[axis])
    plain = known and not axis and size > samples and rule.case.source.says("DataLoader")
    if known not in (None, size) or not (re.search(BATCH, written) or plain):
        return []
    given = written if written == str(size) else f"{written} = {size}"
    last = "the last batch of an epoch is smaller" if size > samples else "another loader's are larger"
    says = f"{name} is made for a fixed batch of {given} ({made.place}), and {other} has {samples}: {last}"
    at_hand = f"{other}.size({axis})"
    advice = f"{at_hand} in the place of {written}, for the batch at hand; drop_last=True leaves samples out"
    fix = replace(redefined(replace(made, places={"size": axis}), size=at_hand), where="instead")
    in_reach = sizes is made.call.args and reaches(rule, other, made.number)
    return [likely(says, "call", advice, fix if in_reach else None)]


def reaches(rule: Rule, name: str, number: int) -> bool:
    """Whether a line stands in the function of the user's line, with a name that is made above it."""
    names, frame = rule.case.source.names, rule.case.frame
    if not frame or not names.around(frame.file, number, ast.FunctionDef):
        return False
    here = (names.around(frame.file, each, ast.FunctionDef) for each in (number, frame.number))
    above = any(each.lineno < number for each, _ in names.assigned(name, frame.file, number))
    return len(set(here)) == 1 and (above or names.parameter(name, frame.file, number) is not None)


def allocated(rule: Rule, name: str) -> Made | None:
    """The call with the sizes of a tensor that is made in the user's file, as an attribute or a buffer, say."""
    source, frame = rule.case.source, rule.case.frame
    values = [value for _, value in source.names.assigned(name, frame.file, frame.number)] if frame else []
    registered = [made.call for made in source.fitting("register_buffer") if len(made.call.args) > 1]
    named = [call.args[1] for call in registered if ast.unparse(call.args[0])[1:-1] == name.removeprefix("self.")]
    calls = [part for value in values + named for part in ast.walk(value) if isinstance(part, ast.Call)]
    fits = [call for call in calls if last_name(call.func) in ALLOCATES]
    return next((made for made in source.made if len(fits) == 1 and made.call is fits[0]), None)


class OfSamples(Meeting):
    def for_a_fixed_batch(self) -> Iterator[Hypothesis]:
        if self.axis < 2:
            yield from for_fixed_batch(self, self.sides, (self.a, self.b), self.axis)

    def one_value_a_sample(self) -> Iterator[Hypothesis]:
        """A number that each sample's time step looks up, which meets the last axis."""
        spread, lines = f".view(-1{', 1' * self.axis})", self.made_with()
        for place, code in lines.items() if self.axis else ():
            if found := looked_up(code):
                says = f"{found[0]} has one value a sample, and is matched with the last axis: {self.a} meets {self.b}"
                advice = f"{found[0]}{spread}: an axis of 1 for each that the samples have besides"
                own = next(iter(lines.items()))
                together = dict([own, (place, code), *self.case.behind(self.line.code).items()])
                yield likely(says, "call", advice, *self.spread_at(together, spread))
                return

    def made_with(self) -> dict[int, str]:
        """The user's line, what makes its two sides, and what the functions return that are called for them."""
        names, frame = self.case.source.names, self.case.frame
        if not frame:
            return {0: self.line.code}
        parts = [*self.sides, *re.findall(r"[A-Za-z_]\w*", " ".join(self.sides))]
        lines = {frame.number: self.line.code, **self.case.behind(" ".join(parts))}
        called = [call for call in self.line.calls if last_name(call.func) in names.functions]
        for returned in (each for call in called for each in names.returns(call, frame.file, frame.number)):
            if returned in names.nodes.get(frame.file, ()):
                inner = [each.id for each in ast.walk(returned) if isinstance(each, ast.Name)]
                made = names.behind(inner, frame.file, returned.lineno)
                lines |= {each.lineno: ast.unparse(each) for each in (returned, *made)}
        return lines

    def spread_at(self, lines: dict[int, str], spread: str) -> list[Fix]:
        """All of these lines that look such values up, with axes behind them; none if one of them can't be written."""
        frame, fixes = self.case.frame, list[Fix]()
        for number, code in sorted(lines.items()):
            own = not frame or number == frame.number
            text = self.line.code if own or not frame else self.case.source.texts[frame.file][number - 1].strip()
            if looked_up(code) != looked_up(text):
                return []
            for value in looked_up(code):
                text = re.sub(rf"(?<![\w.]){re.escape(value)}{BARE}", value + spread, text)
            if looked_up(code):
                fixes.append(self.instead(text) if own or not frame else Fix(text, "instead", frame.file, number))
        return fixes

    def of_a_product(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.a, self.b))
        if not (self.case.through(r"functional\.py.*(?:matmul|attention)") or self.line.has(r"@|\bmatmul\(|\bbmm\(")):
            return
        says = f"the batches of a matrix product differ: {self.a} and {self.b}"
        advice = "all axes but the last two have to agree, or be 1"
        if high % low == 0:
            says += "; one side was repeated (beams, captions, heads) and the other wasn't"
        if high == low * low:
            says += f", or, as {high} = {low} · {low}, repeated {low}-fold twice"
            advice += "; drop one repeat_interleave or expand where the code and its library's generate() both repeat, "
            advice += "or take the library's version that the code was written for"
        yield likely(says, "call", advice)
