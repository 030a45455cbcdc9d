"""Linear layers whose in_features was counted wrong: of maps, of vectors that are joined, of columns."""

import re
from collections.abc import Iterator, Sequence

from convcli.explain.families.features import (
    JOINED,
    JOINS,
    SAME_COLUMNS,
    columns,
    flat_picture,
    one_side,
    spectra,
    times,
)
from convcli.explain.families.wired import OfLinear
from convcli.explain.rule import Fix, Hypothesis, likely, possible

FAMILY = "linear"

BOTH = "bidirectional"
RESIZED = ", or resize the pictures to what it was sized for (pretrained weights stay)"


class Miscounted(OfLinear):
    """What the numbers of a linear layer tell where in_features is the wrong one."""

    def batch_as_features(self) -> Iterator[Hypothesis]:
        rows, features = self.rows, self.features
        if rows == self.in_features:
            says = f"in_features={rows} is the number of rows (the batch), not of the {features} features of one"
            yield likely(says, "model", self.own, *self.remade_for_features)
            says = f"x is turned, [features, batch]: its {rows} rows are the features"
            yield possible(says, "call", "x.T before the layer")

    def other_maps(self) -> Iterator[Hypothesis]:
        if not self.maps:
            return
        channels, side, counted = self.maps
        sizes = f"the {channels} last maps are {side}×{side}, not {counted}×{counted}"
        says, advice = f"the net is for {'larger' if side < counted else 'smaller'} pictures: {sizes}", self.own
        told, fixes = self.recounted()
        if told:
            says = f"{sizes}: {told}"
            advice = "count them as strides, kernels and poolings make them, or from zeros that go through these"
        if "//" not in told:
            advice += RESIZED
        if counted == 1:
            says += ", as pooling them would make them"
            advice = f"nn.AdaptiveAvgPool2d(1) before the flatten; or {advice}"
        yield from self.miscounted(says, advice, fixes)

    def other_inputs(self) -> Iterator[Hypothesis]:
        features, ins = self.features, self.in_features
        if longer := times(features, ins):
            says = f"the net was sized for smaller pictures: {features} = {longer}² · {ins}, so the last maps are "
            says += f"{longer} times as high and wide as was counted"
            yield from self.miscounted(says, self.own + RESIZED)
        elif bins := spectra(features, ins):
            says = f"{bins[0]}, where {bins[1]} was counted on"
            yield from self.miscounted(says, f"the same n_fft for both, or {self.own}")

    def joined(self) -> Iterator[Hypothesis]:
        features, ins, advice = self.features, self.in_features, self.own
        (parts, rest), joins = divmod(features, ins), self.case.may_have(JOINS)
        says = f"{features} = {parts} · {ins}: "
        if not rest and self.squeezes():
            says = f"{ins} → {self.out_features} squeezes the channels of a block, and {parts} · {ins} come: "
            says += "its width is multiplied (an expansion) before"
        elif features == 2 * ins and self.case.may_have(f"{JOINS}|{BOTH}"):
            says += "two vectors arrive, of both directions of an RNN or concatenated"
        elif not rest and parts <= 8 and ins >= 64 and joins:
            says += f"{parts} vectors arrive concatenated"
            advice += ", or the weights of the model that is made for them"
        elif features - ins in JOINED and joins:
            says = f"{features} = {ins} + {features - ins}: {features - ins} more features are concatenated"
        elif features >= 16 and ins % features == 0 and ins <= 16 * features and self.case.may_have(f"{JOINS}|unfold"):
            parts = ins // features
            says = f"{ins} = {parts} · {features}: {parts} vectors were to be joined, and one arrives"
            advice = f"join them before the layer (torch.cat, F.unfold), or {advice}"
        else:
            return
        yield from self.miscounted(says, advice)

    def other_counts(self) -> Iterator[Hypothesis]:
        features, ins = self.features, self.in_features
        if sides := one_side(features, ins):
            says = f"a side of the last maps has {sides[0]} cells, {sides[1]} were counted: inputs of another size"
            yield from self.miscounted(says, f"{self.own}, or bring the inputs to the size that it was made for")
            return
        other = "a column was lost or added, and the layer is right"
        if not (says := columns(features, ins)):
            arrive = flat_picture(features) or f"{features} features"
            says = f"{arrive} arrive{'s' * arrive.startswith('a')}, and in_features={ins} was counted for others"
            more = f"{abs(ins - features)} features too {'few' if features < ins else 'many'} come"
            other = f"the layer is right (its weights are loaded, say), and {more}"
        yield likely(says, "model", self.own, *self.remade_for_features)
        yield possible(other, "data", f"data and settings that make {ins} of them; {SAME_COLUMNS}")

    def miscounted(self, says: str, advice: str, fixes: Sequence[Fix | None] = ()) -> Iterator[Hypothesis]:
        yield likely(says, "model", advice, *(fixes or self.remade_for_features))
        if self.samples and self.samples < self.rows and not self.flattened():
            says = f"{self.x} isn't flattened yet (it then has more than 2 axes here)"
            yield possible(says, "call", "x = x.flatten(1)")

    counts = (batch_as_features, other_maps, other_inputs, joined, other_counts)

    def flattened(self) -> bool:
        """Whether the user's line, or one shortly above, flattens."""
        frame = self.case.frame
        lines = [self.line.code, *(self.case.source.above(frame)[:5] if frame else [])]
        return any(re.search(r"flatten|\.view\(|reshape\(|Flatten\(", line) for line in lines)

    def squeezes(self) -> bool:
        """Whether the layer makes few channels of those of a block, to weigh them, as in squeeze and excitation."""
        narrow = 1 < self.out_features <= self.in_features // 4 and self.in_features % self.out_features == 0
        named = r"(?i)(?:^|[/\\_ ])se(?:_|net|layer|block|module|\b)|squeeze|excit|cbam|channel_?att"
        return narrow and (self.case.through(named) or self.line.has(r"\.view\(\w+, \w+, 1, 1\)"))
