"""Activations that learn a number for each channel."""

from collections.abc import Iterator
from functools import cached_property

from convcli.explain.evidence.source import Made
from convcli.explain.rule import Hypothesis, Rule, likely, possible
from convcli.wording import counted

FAMILY = "channels"


class PreluChannels(Rule):
    code = "prelu-channels"
    signatures = (
        "Mismatch of parameter numbers and input channel size. Found parameter numbers = {expected} and channel size = "
        "{got}",
    )
    says = "PReLU has numbers for {expected} channels, and axis 1 of its input has {got}"
    layer_named = r"(?i)relu|act"
    lookalike = "norm-channels"
    rebuild = "layer = nn.PReLU({expected})\nx = torch.rand(2, {got}, 4)\ny = layer(x)"
    example = """
        net = nn.Sequential(nn.Conv2d(3, 32, kernel_size=3), nn.PReLU(16))
        # RuntimeError: Mismatch of parameter numbers and input channel size. Found parameter numbers = 16 and channel
        # size = 32.
        maps = net(torch.rand(4, 3, 8, 8))
        assert maps.shape == (4, 32, 6, 6)
    """
    decide = "print the shape of what goes in: axis 1 is the channels"

    @cached_property
    def written(self) -> Made | None:
        return self.made("PReLU", num_parameters=self.expected)

    def hypotheses(self) -> Iterator[Hypothesis]:
        layer = self.came.layer if self.came.makes == self.got else None
        before = f"{layer.callee} at {layer.place}" if layer else "the layer before"
        says = f"{before} makes {counted(self.got, 'channel')}, and the PReLU behind it was made for {self.expected}"
        fix = self.remade(self.written, f"nn.PReLU({self.got})", num_parameters=self.got)
        own = self.setting(self.written, "num_parameters", self.got)
        yield likely(says, "model", f"{own}; or nn.PReLU(), which learns one number for all channels", fix)
        if not layer:
            says = f"the {self.expected} are features on another axis, and axis 1 has steps or tokens"
            yield possible(says, "call", "x.transpose(1, 2) before it and after it, or nn.PReLU()")
