"""Query, key and value of scaled_dot_product_attention that are of several types."""

import re
from collections.abc import Iterator

from convcli.explain.evidence.lines import NAME
from convcli.explain.families.dtype import SMALL, method
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "dtype"

PARTS = ("query", "key", "value")


class AttentionType(Rule):
    code = "attention-dtype"
    signatures = (
        "Expected query, key, and value to have the same dtype, but got query.dtype: {query:words} key.dtype: "
        "{key:words} and value.dtype: {value:words} instead",
        "Expected query, key, and value to have the same dtype, but got query.dtype: {query:words} key.dtype: "
        "{key:words} and",
    )
    says = "query, key and value of attention are of one type"
    layer_named = r"(?:^|\.)scaled_dot_product_attention$"
    lookalike = "dtype"
    example = """
        q = torch.rand(2, 4, 5, 8)
        k, v = torch.rand(2, 4, 5, 8).double(), torch.rand(2, 4, 5, 8).double()
        # RuntimeError: Expected query, key, and value to have the same dtype, but got query.dtype: float key.dtype:
        # double and value.dtype: double instead.
        y = F.scaled_dot_product_attention(q, k, v)
        assert y.dtype == torch.float32
    """
    decide = "print the dtypes where each of the three is made: which of them was meant?"

    def hypotheses(self) -> Iterator[Hypothesis]:
        types = [method(self.facts.get(part, self.key)) for part in PARTS]
        if not all(types) or len(set(types)) == 1:
            return
        names = [self.handed_as(part) for part in PARTS]
        wanted = next((each for each in types if each in SMALL), "float" if "float" in types else types[0])
        like = names[types.index(wanted)]
        odd = [name for name, kind in zip(names, types, strict=True) if kind != wanted]
        says = ", ".join(f"{name} is {kind}" for name, kind in zip(names, types, strict=True))
        if wanted in SMALL:
            says += f": what makes {' and '.join(odd)} (an adapter, a norm, rotary positions) stayed in float32"
        advice = f"{' and '.join(f'{name}.to({like}.dtype)' for name in odd)} here; or convert what makes "
        advice += f"{'them' if odd[1:] else 'it'}, or autocast around all of it"
        yield likely(says, "call", advice, self.cast(odd, like))

    def handed_as(self, part: str) -> str:
        return self.line.text(self.line.argument(self._call, PARTS.index(part), part)) or part

    def cast(self, odd: list[str], like: str) -> Fix | None:
        """The user's line with the tensors of other types cast where they stand."""
        code = call = self.line.text(self._call) if self.line.has("scaled_dot_product_attention") else ""
        for name in odd:
            cast = f"{name if NAME.fullmatch(name) else f'({name})'}.to({like}.dtype)"
            code = re.sub(rf"(?<=[(,= ]){re.escape(name)}(?=[,)])", cast, code, count=1)
        return self.replaced(call, code) if code != call else None
