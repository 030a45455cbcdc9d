"""Sizes that can't be spread over a target, told by how the two differ."""

import re
from collections.abc import Iterator
from functools import cached_property

from convcli.explain.rule import Hypothesis, Rule, likely
from convcli.wording import counted

FAMILY = "view"


class OfSpread(Rule):
    sizes: tuple[int, ...] = ()
    target: tuple[int, ...] = ()

    @cached_property
    def aligned(self) -> tuple[int, ...]:
        """The sizes, with an axis of 1 in front for each that the target has more."""
        return (1,) * (len(self.target) - len(self.sizes)) + self.sizes

    @cached_property
    def room(self) -> tuple[int, ...]:
        """The target, with the tensor's own size where it has -1."""
        return tuple(own if size == -1 else size for size, own in zip(self.target, self.aligned, strict=False))

    @property
    def wrong(self) -> list[int]:
        return [i for i, (a, b) in enumerate(zip(self.aligned, self.room, strict=False)) if a not in (1, b)]

    def nothing_chosen(self) -> Iterator[Hypothesis]:
        if 0 in self.room:
            says = f"nothing is chosen where {list(self.sizes)} is to be put: {list(self.target)}, by an index or mask "
            advice = "print mask.sum(), or the index: are there such places (tokens, boxes)?"
            yield likely(f"{says}that is empty", "data", advice)

    def odd_width(self) -> Iterator[Hypothesis]:
        """Sines and cosines that take turns, of which there is one more sine where the width is odd."""
        sizes, room = self.sizes, self.room
        found = re.match(r"([\w.]+)\[(?:.*, ?)?1::2\] = (?:.*\* ?(\w+)\)$)?", self.line.code)
        if not (found and sizes and room) or sizes[-1] != room[-1] + 1:
            return
        name, factor = found[1], found[2] or "x"
        says = f"the width of {name}, {sizes[-1] + room[-1]}, is odd: it has {sizes[-1]} columns for sines and "
        shorter = f"{factor}[:{name}.size(-1) // 2]"
        fix = self.instead(self.line.edited(factor, shorter)) if found[2] else None
        advice = f"{shorter} for the cosines, or an even width (d_model)"
        yield likely(f"{says}{room[-1]} for cosines", "model", advice, fix)

    def misplaced(self) -> Iterator[Hypothesis]:
        """An unsqueeze in the user's line that puts its axis of 1 elsewhere than where it is to be repeated."""
        found, sizes = re.search(r"\.unsqueeze\((\d)\)(?=\.(?:expand|repeat))", self.line.code), self.sizes
        place = int(found[1]) if found else -1
        if not found or len(self.wrong) != 1 or not 0 <= place < len(sizes) == len(self.room) or sizes[place] != 1:
            return
        (axis,), moved = self.wrong, [*sizes[:place], *sizes[place + 1 :]]
        moved.insert(axis, 1)
        says = f"{found[0][1:]} made {list(sizes)}, and axis {axis} is to be repeated, where {sizes[axis]} stand"
        right = f".unsqueeze({axis})"
        yield likely(says, "call", f"{right[1:]}: {moved}", self.replaced(found[0], right, 1))

    def more_axes_or_mask(self) -> Iterator[Hypothesis]:
        places, room, more = self.sizes[-1:], self.room, len(self.sizes) - len(self.room)
        square = len(self.sizes) > 1 and self.sizes[-1] == self.sizes[-2] > 1
        if more > 0:
            says = f"{list(self.sizes)} has {counted(more, 'axis')} more than {list(self.target)}"
            if square and len(self.sizes) == 3 and self.sizes[0] in (3, 4):
                says += f": a picture of {self.sizes[0]} channels, where one map, of class numbers say, is meant"
                yield likely(says, "data", 'read it as one: Image.open(path).convert("L"), or map colours to numbers')
                return
            if square and len(self.sizes) > 3:
                says += ": a mask [batch, 1, queries, keys] taken for [batch, keys], and expanded once more"
            yield likely(says, "call", "hand over what has those axes already as it is, or squeeze the extra one")
        elif square and room[-2:] == (1, *places):
            says = f"one query meets {places[0]} keys (a step with a cache), and the mask is for all queries"
            yield likely(says, "call", "take the mask's last row: mask[..., -1:, :]")
        elif square and room[-2:-1] == room[-1:] != places:
            says = f"a mask for {places[0]} places meets {room[-1]} of them: made for another length or picture size"
            yield likely(says, "call", "make the mask for the tokens at hand: prompts, frames and pixels counted anew")

    def one_axis(self) -> Iterator[Hypothesis]:
        if not len(self.sizes) == 1 < len(self.room):
            return
        if self.sizes[0] == self.room[-2]:
            says = f"there is one value for each row of {list(self.target)}, and values are matched with columns, the "
            advice = "x.unsqueeze(-1), or keepdim=True in the sum, mean or norm that made it"
            yield likely(f"{says}last axis", "call", advice)
        elif self.room[-1] > 1:
            says = f"{self.sizes[0]} values, one for each class, channel or joint, meet {self.room[-1]} of them"
            advice = "class weights, a bias, means or a pose for as many as the model has; count both"
            yield likely(says, "model", advice)

    def turned(self) -> Iterator[Hypothesis]:
        sizes, room = self.sizes, self.room
        fits = all(a in (1, b) for a, b in zip(sizes, room[::-1], strict=False))
        if fits and len(sizes) > 1 and sizes != sizes[::-1]:
            says = f"the axes of {list(sizes)} are in the reverse order of {list(self.target)}"
            yield likely(says, "call", "x.T, or x.permute(…)")
        elif sizes[-1:] == room[1:2] != room[-1:] and room[-1] in (1, 3, 4) and len(room) >= 3:
            says = f"channels are last in {list(self.target)}, first in {list(sizes)}"
            yield likely(says, "data", "permute one of them")

    def other_number(self) -> Iterator[Hypothesis]:
        wrong, as_many_axes = self.wrong, len(self.sizes) == len(self.room)
        come, room = (self.aligned[wrong[0]], self.room[wrong[0]]) if wrong else (0, 0)
        if wrong == [0] and as_many_axes and come < room:
            says = f"{room} rows were kept ready, and {come} come: the last batch is smaller"
            yield likely(says, "call", "write as many as come, kept[i : i + len(x)] = x, or make it for x.size(0)")
        elif len(wrong) == 1 and abs(come - room) == 1:
            says = f"{come} and {room} differ by one: one side counts an element (a start token, say) that the other "
            advice = "one length for both where they are made; library versions may differ in it"
            yield likely(f"{says}lacks", "call", advice)
        elif as_many_axes and len(self.sizes) == 1:
            says = f"{self.sizes[0]} values come for {self.room[0]} chosen places: index and values are counted from "
            advice = "count both, batch by batch: more targets than queries (raise num_queries), indices that repeat"
            yield likely(f"{says}different things", "data", advice)
        elif len(wrong) == 1 and room == 1:
            says = f"{come} columns come where one is kept: scores of all classes where one value is meant"
            yield likely(says, "call", "choose or reduce them (argmax, mean), or make the room as wide")

    def other_sizes(self) -> Iterator[Hypothesis]:
        sizes, room, wrong = self.sizes, self.room, self.wrong
        first = min(wrong, default=0)
        of_maps = len(sizes) >= 3 and wrong and first >= len(room) - 2 >= 2
        if of_maps and (max(room[-2:]) <= 512 or sizes[-3] in (1, 3, 4)):
            says = f"maps of {sizes[-2]}×{sizes[-1]} come where {room[-2]}×{room[-1]} were kept ready: of pictures or "
            advice = "one resolution for both: of pictures, of the pooling's output, or by padding"
            yield likely(f"{says}settings that differ", "model", advice)
        elif len(wrong) == 1 and self.aligned[first] > room[first] >= 64:
            says = f"{self.aligned[first]} elements come, with room for {room[first]}: more than it was made for"
            advice = "cut the input to that length, or make the room (cache, positions, mask) longer"
            yield likely(says, "data", advice)
        else:
            says = f"{list(sizes)} and {list(self.target)} differ on axis {first}, and only an axis of size 1 is "
            advice = "print both shapes where they are made, and mend the one that isn't as meant"
            yield likely(f"{says}repeated", "call", advice)

    between = (nothing_chosen, odd_width, misplaced, more_axes_or_mask, one_axis, turned, other_number, other_sizes)
