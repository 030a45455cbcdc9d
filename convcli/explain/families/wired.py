"""What the user's file says of the input of a linear layer, which counts more than what its numbers can mean."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from math import isqrt

from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.origin import MAKES, joined
from convcli.explain.evidence.source import Made
from convcli.explain.families.convolved import batch_parted
from convcli.explain.families.features import LAST_MAPS, WIDTHS, columns, flat_picture, maps_counted
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, redefined

FAMILY = "linear"

KINDS = r"(?i)class|action|act_|label|categor|vocab|types?\b|token|\bcond"  # names of what has numbers, and of these
RECURRENT = ("LSTM", "GRU", "RNN")
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
        if halved := batch_parted(self, self.features, self.in_features, -1):
            return halved
        if came.flat and came.merges and self.rows == 1 and self.features % self.in_features == 0:
            return self.of_merged(came.flat)
        if came.joined and (one := self.of_one_number(came.joined)):
            return one
        if came.joined and self.features > self.in_features:
            return self.of_joined(came.joined)
        if came.pooled and self.features > 1 and (came.flat or came.pooled.callee in ("mean", "amax")):
            return self.of_pooled()
        if layer and layer.callee.startswith("Conv") and not (came.flat or came.turned or came.pooled):
            return self.of_maps(layer)
        if came.flat and layer and layer.callee in RECURRENT and (state := self.of_state(came.flat, layer)):
            return state
        if came.turned and self.rows % self.in_features == 0 and came.makes == self.features and self.of_tokens:
            return self.of_turned()
        if came.flat and not layer and came.of_data and (product := self.of_product()):
            return product
        if came.flat and layer and came.makes and self.features % came.makes == 0 and not self.maps:
            return self.of_cells(layer, came.makes)
        if layer and came.makes in (None, 0, self.features) and not (came.flat or came.turned):
            return self.of_layer(layer)
        if came.of_data and not came.flat:
            return self.of_data()
        return None

    @cached_property
    def maker(self) -> tuple[Made, str] | None:
        """The one call that makes the part of the network whose layer it is, and its parameter for in_features."""
        written, names = self.written, self.case.source.names
        node = written.node("in_features") if written and not self.generic else None
        if not written or not isinstance(node, ast.Name):
            return None
        function, parameters = names.parameter(node.id, written.file, node.lineno) or (None, [])
        callers = names.callers(function, written.file) if function else []
        made = self.case.origin.by_call.get(callers[0]) if len(callers) == 1 else None
        places = {name: place for place, name in enumerate(parameters)}
        return (replace(made, places=places), node.id) if made and made.call not in names.repeated else None

    @cached_property
    def part(self) -> tuple[Made, str, str] | None:
        """The maker, and the words for what comes into the part, if the function that makes the part made that."""
        layer, around = self.came.layer, self.case.source.names.around
        if not self.maker or not layer or self.came.makes not in (None, self.features):
            return None
        made, parameter = self.maker
        words = layer.written(MAKES[layer.callee])
        inner, outer = (around(each.file, each.number, ast.FunctionDef) for each in (made, layer))
        of_part = around(self.written.file, self.written.number, ast.FunctionDef) if self.written else None
        same = inner is outer is not of_part and made.file == layer.file
        return (made, parameter, words) if same and (self.came.makes or NAME.fullmatch(words)) else None

    @property
    def own(self) -> str:
        """The features that arrive, as the layer's own, in words."""
        if self.part:
            made, parameter, words = self.part
            return f"{parameter}={words} where {made.callee} is made, in the place of {made.written(parameter)}"
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
        if self.part:
            made, parameter, words = self.part
            return [redefined(made, **{parameter: words})]
        code = f"nn.Linear({self.features}, {self.out_features})"
        return self.remade_alike(self.written, code, in_features=self.features)

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

    def parts(self, *kinds: type[ast.operator]) -> list[tuple[str, int]]:
        """The two names whose sum or product in_features is, with their numbers; 0 where the file says neither."""
        node = self.written.node("in_features") if self.written and not self.generic else None
        if not self.written or not isinstance(node, ast.BinOp) or not isinstance(node.op, kinds):
            return []
        words = [ast.unparse(side) for side in (node.left, node.right)]
        one, other = (self.written.number_of(side) for side in (node.left, node.right))
        if not all(map(NAME.fullmatch, words)):
            return []
        if known := one or other:
            rest = self.in_features - known if isinstance(node.op, ast.Add) else self.in_features // known
            one, other = one or rest, other or rest
        return list(zip(words, (one or 0, other or 0), strict=True))

    def of_product(self) -> Hypothesis | None:
        """Data that are flattened, with steps, say, times columns, and one of these other than was counted."""
        parts = self.parts(ast.Mult)
        each = [(name, size, self.in_features // size) for name, size in parts if size and self.in_features % size == 0]
        fits = [(name, size, rest) for name, size, rest in each if self.features % rest == 0]
        if len(fits) != 1:
            return None
        name, size, rest = fits[0]
        came = self.features // rest
        says = f"{self.features} = {came} · {rest}: the layer is made for {name}={size}, and the data have {came}"
        advice = f"one {name} for both: hand the {size} on to what makes the data (it may have a default of its own)"
        return likely(says, "data", f"{advice}, or {name}={came} where the network is made")

    def of_one_number(self, concatenation: Made) -> Hypothesis | None:
        """A class number that is joined where its one-hot code was counted."""
        terms, listed = self.parts(ast.Add), concatenation.call.args[:1]
        values, size = getattr(listed[0], "elts", []) if listed else [], self.in_features - self.features + 1
        pairs = [(name, told, ast.unparse(value)) for (name, told), value in zip(terms, values, strict=False)]
        ones = [part for name, told, part in pairs if told in (0, size) and re.search(KINDS, f"{name} {part}")]
        if len(ones) != 1 or len(values) != 2 or size < 2:
            return None
        part = ones[0]
        number = re.sub(r"\.(?:float|long|double|to)\([\w.]*\)$", "", part)
        function = "F.one_hot" if self.case.source.says("functional as F") else "torch.nn.functional.one_hot"
        coded = f"{function}({number}.long().squeeze(-1), {size}).float()"
        says = f"{self.in_features} = {' + '.join(name for name, _ in terms)}, and {part} brings 1 of {size}: "
        says += "the number of a class where its one-hot code was counted"
        made, code = concatenation, concatenation.code.strip().replace(part, coded, 1)
        return likely(says, "data", coded, Fix(code, "instead", made.file, made.number, made.last))

    def of_state(self, flat: Made, layer: Made) -> Hypothesis | None:
        """The states of all layers of an RNN, flattened together where the last layer's was meant."""
        layers = layer.value("num_layers") or 1
        if layers < 2 or not self.came.makes or self.features != layers * self.came.makes:
            return None
        says = f"{self.features} = {layers} · {self.came.makes}: the states of all {layers} layers of {layer.name} "
        says += f"are flattened into one row, and {self.named} takes {self.in_features}"
        state = re.match(r"(\w+) = (\w+)\.", flat.code.strip())
        fits = state and self.in_features == self.came.makes and layer.written("bidirectional") != "True"
        code = f"{state[1]} = {state[2]}[-1]" if state and fits else ""
        fix = Fix(code, "instead", flat.file, flat.number, flat.last) if code else None
        return likely(
            says, "model", f"the last layer's alone, h[-1] (both directions: the last two); or {self.own}", fix
        )

    @property
    def of_tokens(self) -> bool:
        """Whether in_features is called so that it counts tokens or steps."""
        words = self.maker[0].written(self.maker[1]) if self.maker else ""
        words += self.written.written("in_features") if self.written else ""
        return bool(re.search(r"(?i)token|patch|seq|len|step|time|frame|node|point|window", words))

    def of_turned(self) -> Hypothesis:
        """Tokens [batch, tokens, features], of which the layer is to mix the tokens."""
        samples = self.rows // self.in_features
        says = f"{self.x} is [{samples}, {self.in_features}, {self.features}], it seems: {self.named} is made for the "
        says += f"{self.in_features} of the axis before the last, and a Linear reads the last"
        advice = "swap the two around the part that mixes them: part(x.transpose(1, 2)).transpose(1, 2)"
        return likely(says, "call", f"{advice}; in_features={self.features} only if those are meant")

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

    def merged(self, times: int) -> Iterator[Hypothesis]:
        """One row that is several times as long: of several samples, or of one that is larger than was counted."""
        features, ins = self.features, self.in_features
        merged = f"{features} = {times} · {ins}: the batch was flattened with the features"
        if fix := self.unmerge():
            yield likely(merged, "call", KEEP_BATCH, fix)
            return
        if picture := flat_picture(features):
            says = f"{picture} arrives where {ins} features are taken: what makes features of it is left out"
            advice = f"send the picture through that (the convolutions, an encoder), and hand on its {ins} features"
        elif ins == self.out_features and isqrt(times) ** 2 != times and self.case.through("transformers"):
            says = f"{merged.partition(':')[0]}: {times} tokens of {ins} stand in one row, by a reshape or view before"
            advice = f"[batch, tokens, {ins}] there; or the version of the library that the model's code is written for"
            yield likely(says, "call", advice)
            return
        elif self.out_features >= 1000 or ins in WIDTHS:
            side = isqrt(times)
            cells = f"{side}×{side}" if side * side == times else times
            says = f"{features} = {times} · {ins}: {ins} maps of {cells} cells, where one cell each was counted"
            advice = "nn.AdaptiveAvgPool2d(1) before the flatten, or pictures of the size the net was made for (224)"
        else:
            says = f"a sample has {features} values and the net was made for {ins}: of other data, or several at once"
            advice = f"in_features={features} (the option for the state's or input's size), or hand over {ins} of them"
        larger = likely(says, "data", advice)
        batch = times <= 16 or times in (32, 64, 128, 256)
        square = ins in LAST_MAPS and isqrt(times) ** 2 == times
        first, second = likely(merged, "call", KEEP_BATCH), larger
        yield from (first, second) if batch and ins >= 64 and not square else (second, first)

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
