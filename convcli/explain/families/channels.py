"""Convolutions whose input has other channels than their weight takes."""

import ast
from collections.abc import Iterator
from functools import cached_property
from math import isqrt, prod

from convcli.explain.families.convolved import OfChannels, batch_parted, dense
from convcli.explain.families.features import JOINS, spectra
from convcli.explain.families.trained import as_trained
from convcli.explain.rule import Fix, Hypothesis, certain, likely, possible
from convcli.refusals import AXIS_NAMES
from convcli.wording import counted

FAMILY = "channels"

GREY = ('convert("L")', "convert('L')", "Grayscale(", "IMREAD_GRAYSCALE", "MNIST(")
NECK = (256, 512, 1024, 2048)  # channels of a ResNet's levels, which detectors are set for
# Channels that the denoising network of an image generator expects, and those that arrive.
LATENTS = {
    (5, 4): "weights that take a depth map too (4 latents + 1) are in a pipeline that gives 4 channels",
    (9, 4): "weights for inpainting (4 latents + 1 mask + 4 of the masked picture) are in a pipeline that gives 4",
    (8, 4): "weights for editing (4 latents + 4 of the picture) are in a pipeline that gives 4 channels",
    (4, 9): "a pipeline for inpainting gives 9 channels (4 + 1 + 4), and the weights are for 4 latents",
    (4, 12): "a pipeline for relighting gives 12 channels (4 + 4 + 4), and the weights are for 4 latents",
    (4, 8): "a pipeline for editing gives 8 channels (4 latents + 4 of the picture), and the weights are for 4",
    (4, 16): "latents of 16 channels (SD3, Flux) went into weights for 4 (SD 1 and 2, SDXL)",
    (16, 4): "latents of 4 channels (SD 1 and 2, SDXL) went into weights for 16 (SD3, Flux)",
}
BATCHED = r"batch_?size(?:: int)?\s*=\s*{}\b"


class ChannelsLast(OfChannels):
    code = "channels-last"
    says = "PyTorch wants channels before height and width; here they are last: {input}"
    lookalike = "channels-colour"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=3)
        images = pictures = torch.rand(4, 28, 28, 3)  # as Pillow, NumPy and Keras have them
        # RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input[4, 28, 28, 3] to have 3
        # channels, but got 28 channels instead
        maps = conv(images)
        assert maps.shape == (4, 8, 26, 26)
        assert torch.equal(images[:, 0], pictures[..., 0])
    """
    not_that = "x.reshape(…) to [batch, {expected}, …] runs as well, and scrambles the picture: axes have to be moved"

    def hypotheses(self) -> Iterator[Hypothesis]:
        *_, last = self.input
        if self.ndim == 2 and last == self.expected == self.input[-2] and self.expected > 4:
            return  # square maps that happen to be as large
        if last != self.expected or len(self.input) != self.ndim + 2 or self.input[1] == self.expected:
            return
        if self.of_layers:
            return
        if self.ndim == 1:
            move = self.changed(self.x, "{}.transpose(1, 2)")
            says = f"{self.x} is [batch, length, features]; nn.Conv1d wants [batch, features, length]"
            yield likely(says, "data", "swap the last two axes before the convolution (and back after it)", move)
            return
        sure = certain if self.expected in (3, 4) and min(self.input[1:-1]) > 4 else likely
        order = (0, len(self.input) - 1, *range(1, len(self.input) - 1))
        # One picture alone is reported with a batch axis that it may not have.
        moved = f"{{}}.movedim(-1, -{self.ndim + 1})" if self.input[0] == 1 else f"{{}}.permute{order}"
        says = f"{self.x} has its {last} channels on the last axis, as Pillow, NumPy, OpenCV and Keras do"
        advice = "move them to axis 1 where the data are loaded (ToTensor does it), or just before the layer"
        yield sure(says, "data", advice, self.changed(self.x, moved))


class ChannelsBatch(OfChannels):
    code = "channels-batch"
    says = "a batch of {got} was taken for one sample with {got} channels"
    lookalike = "channels-colour"
    example = """
        conv = nn.Conv2d(1, 8, kernel_size=3)
        digits = torch.rand(64, 28, 28)  # 64 grey pictures
        # RuntimeError: Given groups=1, weight of size [8, 1, 3, 3], expected input[1, 64, 28, 28] to have 1
        # channels, but got 64 channels instead
        maps = conv(digits)
        assert maps.shape == (64, 8, 26, 26)
    """
    decide = "print({x}.shape) before the line: 3 axes mean the first"

    def flattened(self) -> bool:
        """Whether this can be [batch, channels, pixels], which is read as one sample's channels, height and width."""
        one, batch, channels, pixels = self.input if len(self.input) == 4 else (0, 0, 0, 0)
        return one == 1 and channels == self.expected and batch > 1 and pixels > 64 and isqrt(pixels) ** 2 == pixels

    def rebuilt(self) -> str:
        return super().rebuilt().replace(str(self.input), str(self.input[1:]))

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.flattened():
            side = isqrt(self.input[3])
            says = f"{self.x} is {self.got} flattened pictures, {list(self.input[1:])}: {side**2} = {side} · {side}"
            pictures = self.changed(self.x, f"{{}}.unflatten(-1, ({side}, {side}))")
            yield likely(
                says, "data", f"give them their height and width back: [{self.got}, …, {side}, {side}]", pictures
            )
            return
        if (
            self.of_layers
            or self.input[0] != 1
            or self.expected != 1
            or (self.got <= (2 if self.ndim == 1 else 4) and not self.case.elsewhere(BATCHED.format(self.got)))
            or len(self.input) != self.ndim + 2
        ):
            return
        axes = ", ".join(AXIS_NAMES[self.ndim])
        says = f"{self.x} is [{self.got} batch, {axes}] without a channel axis, so its batch was read as channels"
        yield likely(says, "data", "add the channel axis: [batch, 1, …]", self.changed(self.x, "{}.unsqueeze(1)"))
        yield possible(f"it is one sample that really has {self.got} channels", "model", self.taking(self.got))


class ChannelsOrder(OfChannels):
    code = "channels-order"
    lookalike = "channels-colour"
    says = "the {expected} channels stand on another axis of {input} than axis 1"
    example = """
        conv = nn.Conv3d(3, 8, kernel_size=3)
        clip = torch.rand(2, 16, 3, 32, 32)  # frames before channels
        # RuntimeError: Given groups=1, weight of size [8, 3, 3, 3, 3], expected input[2, 16, 3, 32, 32] to have 3
        # channels, but got 16 channels instead
        maps = conv(clip)
        assert maps.shape == (2, 8, 14, 30, 30)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        places = [i for i in range(2, len(self.input) - 1) if self.input[i] == self.expected and not self.of_layers]
        if self.ndim == 3 and places == [2]:
            says = f"{self.x} is [batch, frames, channels, height, width]; nn.Conv3d wants channels before frames"
            yield likely(says, "data", "swap the two axes", self.changed(self.x, "{}.transpose(1, 2)"))
        elif len(places) == 1 and (self.expected <= 4 or (self.ndim == 2 and self.got == self.input[-1])):
            says = f"axis {places[0]} of {list(self.input)} is the one with {self.expected}"
            yield likely(says, "data", "move it to axis 1", self.changed(self.x, f"{{}}.movedim({places[0]}, 1)"))


def loaded(mode: str) -> Fix:
    return Fix(f'image = Image.open(path).convert("{mode}")', placeholder=True)


class ChannelsColour(OfChannels):
    code = "channels-colour"
    says = "the network takes pictures with {expected} channels, and got {got}"
    lookalike = "channels"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)
        scans = torch.rand(4, 1, 32, 32)  # grey
        # RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input[4, 1, 32, 32] to have 3
        # channels, but got 1 channels instead
        maps = conv(scans)
        assert maps.shape == (4, 8, 16, 16)
    """
    not_that = "nn.Conv2d({got}, …) in a pretrained network throws the weights of its first layer away"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if (
            self.of_layers
            or self.ndim != 2
            or "transposed" in self.facts
            or self.weight_made()
            or len(self.input) != 4
            or min(self.input[2:]) < 8
        ):
            return
        match self.got, self.expected:
            case (1, 3) | (3, 1):
                grey, colour = "grey pictures (1 channel)", "colour pictures (3 channels)"
                given, taken, mode = (grey, "colour", "RGB") if self.got == 1 else (colour, "grey pictures", "L")
                says = f"{given} went into a network for {taken}, of {counted(self.expected, 'channel')}"
                advice = f'Image.open(path).convert("{mode}") where they are loaded, or transforms.Grayscale'
                spread = self.changed(self.x, "{}.expand(-1, 3, -1, -1)") if self.got == 1 else loaded(mode)
                data = likely(says, "data", f"{advice}({self.expected})", spread)
                model, made = f"the network is your own and shall read {given}", self.widened(self.got)
                if meant := self.meant(given) if made else "":
                    model = f"{meant}, and {self.named} was made for {self.expected}"
                    yield likely(model, "model", self.setting(self.written, "in_channels", self.got), made)
                    yield data
                    return
                yield data
                sure = likely(model, "model", self.taking(self.got), made)
                yield sure if made else possible(model, "model", self.taking(self.got))
            case (4, 3) | (4, 1) | (2, 1) | (2, 3) if min(self.input[2:]) >= 16 and self.weight[0] < 300:
                says = f"the pictures have an alpha channel: {self.got} channels where {self.expected} are taken"
                mode = "RGB" if self.expected == 3 else "L"
                yield likely(says, "data", f'convert("{mode}") each picture where it is loaded', loaded(mode))
                yield possible(f"all {self.got} channels are meant to be read", "model", self.taking(self.got))

    def meant(self, given: str) -> str:
        """What the user's file says of grey pictures that are meant to be grey, for a network without weights."""
        source, frame = self.case.source, self.case.frame
        if self.got != 1 or source.loads:
            return ""
        if words := next(filter(source.says, GREY), ""):
            return f"{given} are loaded on purpose, {words}"
        own = frame and source.names.around(frame.file, frame.number, ast.ClassDef)
        if own and self.case.direct and source.says(".backward("):
            return f"{given} arrive, {getattr(own, 'name', '')} is your own and trained here from the start"
        return ""

    def warning(self) -> str:
        return "" if self.meant("") else super().warning()

    def deciding(self) -> str:
        return "what the network was trained on: with pretrained weights the data have to change"


class Channels(OfChannels):
    code = "channels"
    lookalike = "pool-too-small"
    example = """
        net = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=3),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1),
        )
        # RuntimeError: Given groups=1, weight of size [64, 32, 3, 3], expected input[2, 16, 14, 14] to have 32
        # channels, but got 16 channels instead
        maps = net(torch.rand(2, 3, 16, 16))
        assert maps.shape == (2, 64, 7, 7)
    """
    decide = "print the shapes of what is concatenated or handed over before the layer"

    def why(self) -> str:
        if "transposed" in self.facts:
            return f"The weight is [in, out/groups, …]: its first axis says that {self.expected} channels come in."
        product = f"{self.weight[1]} · {self.groups} groups = " if self.groups > 1 else ""
        return f"Axis 1 of the weight is in/groups: {product}{self.expected} channels have to come in; {self.got} did."

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.groups and len(self.input) == self.ndim + 2 and prod(self.input) >= 0:
            yield from as_trained(self, super().hypotheses(), self.got, self.expected)

    @cached_property
    def wider(self) -> Fix | None:
        return self.widened(self.got) if self.got % self.groups == 0 else None

    def in_file(self) -> Iterator[Hypothesis]:
        if weight := self.weight_made():
            yield self.of_weight(weight)
        elif told := self.shuffled() or batch_parted(self, self.got, self.expected, 1):
            yield told
        elif self.of_layers:
            yield from self.known(self.wider)

    def other_pipeline(self) -> Iterator[Hypothesis]:
        got, expected = self.got, self.expected
        if min(self.input[-2:]) < 16:
            return
        diffusion = self.weight[0] == 320 or 16 in (expected, got)  # the first layer of such a network
        if (expected, got) in LATENTS and diffusion and len(self.input) in (4, 5):
            advice = "use a pipeline, an encoder and weights that belong together"
            yield likely(LATENTS[expected, got], "checkpoint", advice)
        elif self.weight[0] == 320 and expected in (4, 5, 8, 9) and got > 3:
            says = f"a pipeline that gives {got} channels (latents, masks, pictures) runs weights that are for "
            advice = "weights of the kind that the pipeline is for: plain, inpainting, editing, depth"
            yield likely(f"{says}{expected}", "checkpoint", advice)

    def fourth_channel(self) -> Iterator[Hypothesis]:
        """Colour pictures where a layer reads four channels."""
        if (self.expected, self.got) != (4, 3) or min(self.input[-2:]) < 64:
            return
        if self.generates():
            says = "pictures (3 channels) went where 4 are read: latents of an encoder, or pictures with alpha or depth"
            yield likely(says, "data", "encode the pictures first (vae.encode), or load them with their fourth channel")
        elif self.groups == 1 and self.layer != "layer":
            says = f"the pictures have 3 channels (RGB), and {self.named} was made for 4"
            advice = f"{self.setting(self.written, 'in_channels', 3)}, if colour is what is meant"
            yield likely(says, "model", advice, self.wider)
            advice = 'Image.open(path).convert("RGBA") for alpha, torch.cat([rgb, depth], 1) for depth or another band'
            yield possible("a fourth channel is meant, and isn't loaded", "data", advice)

    def repeated(self) -> Iterator[Hypothesis]:
        got, expected = self.got, self.expected
        if len(self.input) == 4 and len(set(self.input[1:])) == 1 and got > 64 > expected:
            says = f"all three axes behind the batch have {got}: a picture was repeated along itself, or its channels "
            says += "left out"
            yield likely(says, "data", f"[batch, {expected}, {got}, {got}]: print the shape where the picture is read")

    def blocks(self) -> Iterator[Hypothesis]:
        """Layers that were made in a loop, or are gone through in one."""
        got, expected = self.got, self.expected
        plain = self.groups == 1 and min(got, expected) > 4
        if all(lists := self.paired()):
            yield self.of_pairs(*lists)
        elif plain and expected < got and (grown := dense(self.case, got, expected)):
            yield grown
        elif plain and (block := self.of_block()):
            yield self.of_blocks(block, self.wider)

    def bins(self) -> Iterator[Hypothesis]:
        if bins := spectra(self.got, self.expected):
            says = f"{bins[0]} arrive, and the layer is for {bins[1]}"
            yield likely(says, "data", "the same n_fft (filter length) for all that makes and reads spectra")

    def other_layers(self) -> Iterator[Hypothesis]:
        if says := self.multiple():
            yield likely(says, "model", self.taking(self.got), self.wider)
        elif self.weight == (256, self.expected, 1, 1) and self.expected in NECK and self.got > 4:
            says = f"1×1 from {self.expected} to 256, as a detector's neck (FPN) begins, is for another backbone: here "
            says += f"{self.got} channels come at this level"
            yield likely(says, "model", "set the neck's in_channels to [f.shape[1] for f in backbone(x)]")
        elif passed := self.passed_by():
            yield likely(passed, "call", "print what each layer makes; see which name forward calls, and hands on")
            says = "what comes before was exchanged (another backbone or setting)"
            yield possible(says, "model", self.taking(self.got))

    def other_data(self) -> Iterator[Hypothesis]:
        got, expected = self.got, self.expected
        if not self.first():
            return
        what = "bands, planes, classes, values a point, stereo or mono"
        says = f"the data have {counted(got, 'channel')} ({what}); the network is for {expected}"
        advice = f"give it what it was made for, or make it for {got}: in_channels={got}, or the option that sets it"
        if got > expected == 3 and got % 3 == 0:
            says += f"; {got} = {got // 3} · 3, so {got // 3} pictures may be stacked along their channels"
        if self.ndim == 1 and {got, expected} == {1, 2}:
            sound = ("mono", "stereo (2 channels)")
            says = f"{sound[got - 1]}, as of sound, went into a network for {sound[expected - 1]}"
            advice = ("x.repeat(1, 2, 1) makes two of it", "x.mean(dim=1, keepdim=True) makes it mono")[got - 1]
        yield likely(says, "data", advice, self.wider)

    def miscounted(self) -> Iterator[Hypothesis]:
        got, expected, groups = self.got, self.expected, self.groups
        says = f"what comes before {self.named} makes {counted(got, 'channel')}, and it was made for {expected}"
        advice = f"{self.taking(got)}, or out_channels={expected} in the layer before"
        halved = expected == 2 * got and self.case.may_have(JOINS)
        if groups > 1 and got % groups == 0:
            says = f"with groups={groups} the layer takes {expected} channels; {got} arrive"
        elif groups > 1:
            advice = f"{expected} channels from the layer before (a picture's {got} go through a convolution first)"
        elif not halved and self.case.may_have(JOINS):
            advice += "; after a concatenation it is the sum of what is joined"
        yield likely(says, "model", advice, self.wider)
        if halved:
            says = f"{expected} = 2 · {got}: two maps were to be concatenated, and only one arrives"
            yield possible(says, "call", "torch.cat([a, b], dim=1) before the layer")

    causes = (
        OfChannels.recurrent,
        in_file,
        other_pipeline,
        fourth_channel,
        repeated,
        blocks,
        bins,
        other_layers,
        other_data,
        miscounted,
    )
