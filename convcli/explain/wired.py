"""What the user's file says of the input of a linear layer, which counts more than what its numbers can mean."""

import ast
import re
from functools import cached_property

from convcli.explain.features import columns, maps_counted
from convcli.explain.origin import joined
from convcli.explain.rule import Fix, Hypothesis, Rule, likely
from convcli.explain.source import Made

FAMILY = "linear"

KEEP_BATCH = "x.flatten(1) keeps the batch axis; x.flatten() and view(-1) don't"


class OfLinear(Rule):
    """A linear layer with its numbers as facts: rows, features, in_features and out_features."""

    @cached_property
    def written(self) -> Made | None:
        return self.made("Linear", in_features=self.in_features, out_features=self.out_features)

    def remade_alike(self, made: Made | None, code: str = "", **changes: int) -> list[Fix | None]:
        """The same for all layers that get the same tensor and are made with the same number; not two on one line."""
        alike = self.case.source.alike(made, *changes) if made and not self.generic else [made]
        fixes = list(dict.fromkeys(self.remade(each, code, "", **changes) for each in alike))
        return fixes if len({fix.number for fix in fixes if fix}) == len(fixes) or fixes == [None] else []

    @property
    def channels(self) -> int:
        """The channels of the last maps, if the file says them; 0 otherwise."""
        factors = self.written.factors("in_features") if self.written and not self.generic else ()
        counted = factors[0] if len(factors) == 3 else 0
        return (self.came.makes or counted) if self.came.flat or not self.came.layer else 0

    @property
    def maps(self) -> tuple[int, int, int] | None:
        """Channels, sides and counted sides of the last maps, if the features are those of maps."""
        if self.came.pooled or self.came.joined or (self.came.layer and not self.came.flat):
            return None
        maps = maps_counted(self.features, self.in_features, self.channels)
        return None if self.rows in (self.in_features, 1) and maps and 1 in maps[1:] else maps

    @property
    def samples(self) -> int:
        """How many samples there are if all the features of one are spread over several rows; 0 if they can't be."""
        return 0 if self.rows * self.features % self.in_features else self.rows * self.features // self.in_features

    def unflattened(self) -> bool:
        """Whether rows and features can be the maps of samples: the rows of square maps for each channel, or steps."""
        rows, features, ins = self.rows, self.features, self.in_features
        return (
            bool(self.samples)
            and ins > features > 0
            and ins // features % features == 0
            and rows % (ins // features) == 0
        )

    def known(self) -> Hypothesis | None:
        """What the user's file says of the input, which counts more than what numbers can mean."""
        came, layer = self.came, self.came.layer
        if halved := self.of_batch_parted():
            return halved
        if came.flat and came.merges and self.rows == 1 and self.features % self.in_features == 0:
            return self.of_merged(came.flat)
        if came.joined and self.features > self.in_features:
            return self.of_joined(came.joined)
        if came.pooled and self.features > 1 and (came.flat or came.pooled.callee in ("mean", "amax")):
            return self.of_pooled()
        if layer and layer.callee.startswith("Conv") and not (came.flat or came.turned or came.pooled):
            return self.of_maps(layer)
        if came.flat and layer and came.makes and self.features % came.makes == 0 and not self.maps:
            return self.of_cells(layer, came.makes)
        if layer and came.makes in (None, 0, self.features) and not (came.flat or came.turned):
            return self.of_layer(layer)
        if came.of_data and not came.flat:
            return self.of_data()
        return None

    @property
    def own(self) -> str:
        """The features that arrive, as the layer's own, in words."""
        return self.setting(self.written, "in_features", self.features)

    def recounted(self) -> tuple[str, list[Fix | None]]:
        """The statement that counts the features, told, and fixes for it and for views that count on the same maps."""
        source = self.case.source
        found = source.counted(self.written, "in_features") if self.written and not self.generic else None
        if not found or not self.maps:
            return "", []
        (channels, side, counted), (statement, file, whole) = self.maps, found
        new = f"{ast.unparse(statement.targets[0])} = {f'{channels} * {side} * {side}' if whole else side}"
        fixes: list[Fix | None] = [Fix(new, "instead", file, statement.lineno, statement.end_lineno or 0)]
        sizes = re.compile(rf"\b{channels}, {counted}, {counted}(?!\w)")
        for made in source.made:
            if re.search("(?i)^(?:view|reshape|unflatten)$", made.callee) and sizes.search(made.code):
                code = sizes.sub(f"{channels}, {side}, {side}", made.code.strip())
                fixes.append(Fix(code, "instead", made.file, made.number, made.last))
        return f"{ast.unparse(statement)} (line {statement.lineno}) counts on {counted}×{counted}", fixes

    @property
    def remade_for_features(self) -> list[Fix | None]:
        code = f"nn.Linear({self.features}, {self.out_features})"
        return self.remade_alike(self.written, code, in_features=self.features)

    def of_batch_parted(self) -> Hypothesis | None:
        """A chunk without its axis, which parts the batch and not the features."""
        parts, frame = self.features // self.in_features, self.case.frame
        lines = self.case.elsewhere(rf"\bchunk\((?:[^,]+, )?{parts}\)")
        if self.features % self.in_features or not frame or len(lines) != 1:
            return None
        code = self.case.source.texts[frame.file][lines[0] - 1].strip()
        says = f"{self.features} = {parts} · {self.in_features}: chunk({parts}) at line {lines[0]} parts axis 0, the "
        fixed = re.sub(rf"(\bchunk\((?:[^,]+, )?{parts})\)", r"\1, dim=-1)", code)
        advice = f"chunk({parts}, dim=-1) parts the features"
        return likely(f"{says}batch", "call", advice, Fix(fixed, "instead", frame.file, lines[0]))

    def of_merged(self, flat: Made) -> Hypothesis:
        says = f"{self.features} = {self.features // self.in_features} · {self.in_features}: "
        says += "the batch was flattened with the features"
        return likely(says, "call", KEEP_BATCH, self.unmerge(flat))

    def of_joined(self, concatenation: Made) -> Hypothesis:
        says = f"{joined(concatenation)} are joined, {self.features} features in all, "
        says += f"and {self.named} was made for {self.in_features}"
        return likely(says, "model", f"{self.own}, the sum of what is joined", *self.remade_for_features)

    def of_pooled(self) -> Hypothesis:
        says = f"the maps are pooled to one cell, so {self.features} are their channels; "
        says += f"{self.named} was made for {self.in_features}"
        if self.features % self.in_features == 0 and self.case.source.says("expansion"):
            says += f": the blocks have {self.features // self.in_features} times the channels (expansion)"
        return likely(says, "model", self.own, *self.remade_for_features)

    def of_maps(self, layer: Made) -> Hypothesis | None:
        """Maps that go in as they are, neither flattened nor turned."""
        rows, features, ins, makes = self.rows, self.features, self.in_features, self.came.makes or 0
        if makes == ins and rows % ins == 0 and layer.callee.endswith("1d"):
            says = f"{layer.callee} makes [batch, {ins} channels, {features} steps]; a Linear reads the last axis"
            return likely(
                says, "call", "swap the two axes before the layer", self.changed(self.x, "{}.transpose(1, 2)")
            )
        if makes and ins % (makes * features) == 0 and rows % makes == 0:
            says = f"the maps aren't flattened: {makes} channels of {ins // makes} cells are {ins} features"
            flat = self.changed(self.x, "{}.flatten(1)") or self.flattening()
            return likely(says, "call", "nn.Flatten() or x.flatten(1) before the layer", flat)
        return None

    def of_cells(self, layer: Made, makes: int) -> Hypothesis:
        """Maps, or steps, of another size than was counted on."""
        features, ins = self.features, self.in_features
        cells = "cells" if layer.callee.startswith("Conv") else "steps"
        says = f"{features} = {makes} · {features // makes} {cells}, which {layer.callee} at {layer.place} makes; "
        says += f"{ins // makes} {cells} were" if ins % makes == 0 else f"{ins}, no multiple of {makes}, was"
        advice = f"{self.own}, or data of the size or length that was counted on"
        return likely(f"{says} counted", "model", advice, *self.remade_for_features)

    def of_layer(self, layer: Made) -> Hypothesis:
        makes, ins = self.came.makes, self.in_features
        twice = f" (2 · {makes // 2}, both directions)" if makes and layer.written("bidirectional") == "True" else ""
        says = f"{layer.callee} at {layer.place} makes {self.features} features{twice}, and {self.named} takes {ins}"
        advice = f"{self.own}, or {ins} from the layer before: one number for both"
        return likely(says, "model", advice, *self.remade_for_features)

    def of_data(self) -> Hypothesis | None:
        features, ins = self.features, self.in_features
        if ins in (self.rows, self.rows * features) or self.unflattened():
            return None
        says = columns(features, ins) or f"the data have {features} values a sample, and {ins} were counted"
        advice = f"{self.own}; or data with the {ins} that it was made for"
        return likely(says, "model", advice, *self.remade_for_features)

    def flattening(self) -> Fix | None:
        """The line of an nn.Sequential that makes the layer, with a flatten before it."""
        made = self.written
        if not made or not self.case.in_sequential or self.generic:
            return None
        call = ast.unparse(made.call.func)
        code = made.code.strip().replace(f"{call}(", f"{call.removesuffix('Linear')}Flatten(), {call}(", 1)
        return Fix(code, "definition", made.file, made.number, made.last)

    def unmerge(self, made: Made | None = None) -> Fix | None:
        """The flatten that spares the batch, where the user's line, or the one that flattens, has one."""
        code = made.code.strip() if made else self.line.code
        spared = re.sub(r"torch\.flatten\(([\w.]+)\)", r"torch.flatten(\1, 1)", code)
        spared = re.sub(r"\.(?:flatten\(|(?:view|reshape)\(-1|ravel\()\)", ".flatten(1)", spared, count=1)
        if spared == code:
            return None
        return Fix(spared, "instead", made.file, made.number) if made else self.instead(spared)
