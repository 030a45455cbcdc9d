"""What all errors of a convolution's channels share: their message, and what the user's file says of them."""

from collections.abc import Iterator
from functools import cached_property
from typing import Self

from convcli.explain.case import Case
from convcli.explain.kernel import LAYERS
from convcli.explain.rule import Fix, Rule, shaped
from convcli.explain.source import Made
from convcli.refusals import AXIS_NAMES

FAMILY = "channels"


class OfChannels(Rule):
    signatures = (
        "Given groups={groups}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given transposed={transposed}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given groups={groups}, weight{weight:shape}, so expected input{input:shape} to have {expected} channels, "
        "but got {got} channels instead",
    )
    says = "the convolution takes {expected} channels, axis 1 of its input {input} has {got}"
    layer_named = r"(?i)conv|down|proj|stem|features|inc$"
    not_that = "x.view(…) to a shape that fits runs, and mixes pixels of different channels and places"

    @classmethod
    def read(cls, case: Case) -> Self | None:
        rule = super().read(case)
        return rule if rule and rule.ndim in AXIS_NAMES else None

    @property
    def ndim(self) -> int:
        return len(self.weight) - 2

    def operands(self) -> Iterator[tuple[str, str]]:
        names = ("batch", "channels?", *AXIS_NAMES.get(self.ndim, ()))
        yield self.x, shaped(self.input, *names)
        yield (
            self.layer,
            f"weight {list(self.weight)}: [{'in, out' if 'transposed' in self.facts else 'out, in/groups'}, *kernel]",
        )

    def rebuilt(self) -> str:
        transposed = "transposed" in self.facts
        ins, outs = (self.weight[:2]) if transposed else (self.expected, self.weight[0])
        kind = "ConvTranspose" if transposed else "Conv"
        layer = f"nn.{kind}{self.ndim}d({ins}, {outs}, {self.weight[2:]}, groups={self.facts.get('groups', 1)})"
        return f"layer = {layer}\nx = torch.rand({self.input})\ny = layer(x)"

    @cached_property
    def written(self) -> Made | None:
        outs = self.weight["transposed" in self.facts]
        return self.made(LAYERS, in_channels=self.expected, out_channels=outs)

    @property
    def of_layers(self) -> bool:
        """Whether the file says that the channels are those of layers before, and so in their place."""
        return bool(self.came.joined or self.came.makes == self.got)

    def taking(self, channels: int) -> str:
        """The sentence that has the layer take other channels."""
        return f"{self.setting(self.written, 'in_channels', channels)}; pretrained weights then no longer fit it"

    def widened(self, channels: int) -> Fix | None:
        """The layer's own line with other input channels; no code where its stride and padding aren't known."""
        return self.remade(self.written, in_channels=channels)
