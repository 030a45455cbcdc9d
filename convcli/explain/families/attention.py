"""Attention: its features, heads and masks."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from convcli.explain.case import AXIS
from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import NAME, Line, lines_told
from convcli.explain.evidence.names import assigned_by
from convcli.explain.families.kept import of_whole_numbers
from convcli.explain.families.order import moved_below
from convcli.explain.families.projected import widened
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "sequences"

LAYERS = "MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer Transformer"
SMALL_BATCH = 64
MANY_PLACES = 5  # arguments without names; fewer are hardly mixed up
WIDTHS, HEADS = ("embed_dim", "d_model"), ("num_heads", "nhead")
CLIP = 77  # tokens of its every text


def is_mask(name: str) -> bool:
    return bool(re.search(r"(?i)mask|pad(?!ding_idx)", name))


class AttentionSize(Rule):
    code = "attention-size"
    signatures = (
        "was expecting embedding dimension of {expected}, but got {got}",
        "embed_dim must be divisible by num_heads (got embed_dim: {width} and num_heads: {heads})",
        "hidden size ({width}) is not a multiple of the number of attention heads ({heads})",
        "embed_dim must be divisible by num_heads",
        "the feature number of src and tgt must be equal to d_model",
        "the batch number of src and tgt must be equal",
        "expecting {side:word} weights shape of {wanted:shape}, but got {weight:shape}",
        "key shape {key:shape} does not match value shape {value:shape}",
        "key's sequence and batch dims {key:shape} do not match value's {value:shape}",
        "query should be unbatched 2D or batched 3D tensor but received {axes}-D query tensor",
    )
    says = "attention's sizes don't go together"
    layer_named = r"(?i)(?:(?<!fl)att|transformer|encoder|decoder|layer)\w*$"
    lookalike = "attention-mask"
    example = """
        attention = nn.MultiheadAttention(16, 4, batch_first=True)
        words = torch.rand(2, 5, 8)
        # AssertionError: was expecting embedding dimension of 16, but got 8
        out, weights = attention(words, words, words)
        assert out.shape == (2, 5, 8)
    """
    decide = "print the shapes of query, key and value"

    def flattened(self) -> Iterator[Hypothesis]:
        """Steps that the user's code flattens into one token."""
        flat = self.came.flat if "expected" in self.facts else None
        if flat and self.got % self.expected == 0 and self.got > self.expected:
            steps = self.got // self.expected
            says = f"{self.got} = {steps} · {self.expected}: {steps} steps of {self.expected} features were flattened "
            advice = (
                f"don't flatten: [batch, {steps}, {self.expected}] goes in, with batch_first=True and no unsqueeze; "
            )
            advice += "x.mean(1) or x[:, -1] behind it makes one vector of the steps"
            yield likely(f"{says}into one token ({flat.place})", "data", advice)
            says = "each sample is one token, of all its features"
            yield possible(says, "model", f"embed_dim={self.got}; with one token there is nothing to attend to")

    def width(self) -> Iterator[Hypothesis]:
        if "expected" in self.facts:
            made = self.made("MultiheadAttention", embed_dim=self.expected)
            says = f"tokens have {self.got} features, and embed_dim (d_model) is {self.expected}"
            advice = f"embed_dim={self.got}, or an nn.Linear({self.got}, {self.expected}) before it"
            yield likely(says, "model", advice, self.remade(made, embed_dim=self.got))
            yield possible("the features aren't the last axis", "data", "x.transpose(1, 2)")

    def other_memory(self) -> Iterator[Hypothesis]:
        if "side" in self.facts:
            arrive, taken, sets = self.wanted[-1], self.weight[-1], f"{self.side[0]}dim"
            says = f"the {self.side}s have {arrive} features, and the layer is made for {taken}: {sets}, or embed_dim "
            advice = f"{sets}={arrive} where {self.named} is made, or an nn.Linear({arrive}, {taken}) before it"
            yield likely(
                f"{says}where {sets} isn't set", "model", advice, widened(self, self.weight[0], {sets: arrive})
            )

    def batches(self) -> Iterator[Hypothesis]:
        made = self.layer_above("Transformer")
        if "batch number" not in self.case.raised.text:
            return
        if made and made.is_set("batch_first"):
            says = "src and tgt have other numbers of samples on axis 0: queries for one sample, say"
            yield likely(says, "call", "tgt.expand(src.size(0), -1, -1); one batch for both")
            return
        says = "without batch_first=True axis 1 is the batch, and src and tgt differ on it: the steps of "
        says += "[batch, steps, features]"
        fix = self.remade(made, batch_first=True)
        yield likely(says, "model", "batch_first=True for [batch, steps, features]", fix)
        says = "the data are [steps, batch, features], and queries were made for one sample"
        yield possible(says, "call", "tgt.expand(-1, src.size(1), -1)")

    def other(self) -> Iterator[Hypothesis]:
        if "feature number" in self.signature:
            says = "src or tgt has other than d_model features on the last axis"
            yield likely(says, "model", "embed both to d_model first")
        elif "axes" in self.facts:
            says = f"the query has {counted(self.axes, 'axis')}: maps, perhaps"
            yield likely(says, "call", "[batch, places, channels] of maps: x.flatten(2).transpose(1, 2)")
        else:
            says = "query, key and value disagree on length or batch"
            if "key" in self.facts:
                says = f"key {list(self.key)} and value {list(self.value)} have to be as long"
            advice = "[steps, batch, features], or [batch, steps, features] with batch_first=True, for all of them"
            yield likely(says, "call", advice)

    def shared_out(self) -> Iterator[Hypothesis]:
        if not re.search("divisible|multiple", self.case.raised.text):
            return
        width, heads = self.facts.get("width"), self.facts.get("heads")
        frame = self.case.frame
        made = next((each for each in self.case.source.fitting(LAYERS) if frame and each.number == frame.number), None)
        if made:
            made = replace(made, places=dict.fromkeys(WIDTHS, 0) | dict.fromkeys(HEADS, 1))
            width = next(filter(None, map(made.value, WIDTHS)), None)
            heads = next(filter(None, map(made.value, HEADS)), None)
        says, advice = (
            "each head gets embed_dim / num_heads features, a whole number",
            "num_heads that divides embed_dim",
        )
        if width and heads and width % heads:
            says = f"{width} features can't be shared out to {heads} heads"
            fits = [n for n in range(1, min(width, 64) + 1) if width % n == 0]
            advice = f"num_heads of {', '.join(map(str, fits))}; or {width // heads * heads} or "
            advice += f"{(width // heads + 1) * heads} features, where they are set"
        elif handed := self.handed_by_place():
            shifted = f"{handed} hands over many arguments by their places; one that is shifted gets another's value"
            yield likely(shifted, "call", "name them (nhead=…) and print both numbers before the layer is made")
            yield possible(says, "model", advice)
            return
        yield certain(says, "model", advice)

    causes = (flattened, width, other_memory, shared_out, batches, other)

    def handed_by_place(self) -> str:
        """The innermost call of the user's, on the way to the layer, with many arguments without their names."""
        own = [frame for frame in self.case.raised.frames if not frame.of_library][:-1]
        calls = [(line, call) for frame in own for line in [Line(frame.code)] for call in line.calls]
        bare = [line.text(call.func) for line, call in calls if len(call.args) >= MANY_PLACES and not call.keywords]
        return f"{bare[-1]}(…)" if bare else ""

    def deciding(self) -> str:
        if "divisible" not in self.case.raised.text:
            return super().deciding()
        return f"print({self.handed(0, 'embed_dim')}, {self.handed(1, 'num_heads')}) before the layer is made"


class AttentionMask(Rule):
    code = "attention-mask"
    signatures = (
        "The shape of the {axes}D attn_mask is {got:shape}, but should be {expected:shape}",
        "Attention mask should be of size {expected:shape}, but is {got:shape}",
        "The size of the {axes}D attn_mask is not correct",
        "attn_mask's size should be {needed:shape}",
        "Expected key_padded_mask.shape[{axis}] to be {wanted}, but got {size}",
        "expecting key_padding_mask shape of {expected:shape}, but got {got:shape}",
        "expected attn_mask to be None, 2-D or 3-D but found",
        "only bool and floating types of {mask:word} are supported",
        "Only float, byte, and bool types are supported for attn_mask",
        "expected key_padding_mask to be None or {wanted_axes}-D but found",
    )
    says = "attn_mask is [queries, keys], key_padding_mask [batch, keys]"
    lookalike = "attention-size"
    decide = "print(query.shape) and batch_first: which of both sizes is the batch's?"
    example = """
        attention = nn.MultiheadAttention(16, 4)
        words = torch.rand(5, 3, 16)
        # RuntimeError: The shape of the 2D attn_mask is torch.Size([4, 4]), but should be (5, 5).
        out, weights = attention(words, words, words, attn_mask=torch.zeros(4, 4))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "types" in self.case.raised.text:
            yield from of_whole_numbers(self, self.facts.get("mask", "attn_mask"), lambda name: self.followed(name)[0])
        elif "key_padding_mask shape" in self.case.raised.text and self.expected[::-1] == self.got:
            says = f"key_padding_mask is {list(self.got)}, and [batch, keys] is {list(self.expected)}: turned"
            yield self.turned(says)
        elif "key_padding_mask shape" in self.case.raised.text:
            says = f"key_padding_mask is {list(self.got)}, and [batch, keys] is {list(self.expected)}: padded otherwise"
            yield likely(says, "call", "as wide as the padded data: torch.arange(x.size(1)) >= lengths[:, None]")
        elif "axis" in self.facts:
            yield self.of_padding(self.size, self.wanted)
        elif fixed := self.of_length() or self.of_shifted():
            yield fixed
        elif "expected" in self.facts and len(self.expected) == 3 and self.expected[1:] == self.got[1:]:
            says = f"a mask for each sample and head: {self.expected[0]} = batch · heads, and {self.got[0]} came"
            yield likely(says, "call", "mask.repeat_interleave(num_heads, dim=0)")
        elif "expected" in self.facts and len(self.expected) == 4:
            yield self.of_scores(self.expected, self.got)
        else:
            yield from self.of_sizes()

    def of_sizes(self) -> Iterator[Hypothesis]:
        """A mask for another length, or a batch that is read as the length."""
        known = "expected" in self.facts
        batch, length = (self.expected[-1], self.got[-1]) if known else (0, 0)
        if known and not self.batch_first and ((batch < length and batch <= SMALL_BATCH) or length == CLIP):
            says = f"{batch} is read as the length: the batch stands where the {length} steps are expected"
            advice = "batch_first in the attention as in the data (libraries changed it: take the version asked for)"
            yield likely(says, "call", advice)
            says = f"texts of {counted(batch, 'token')} arrive, and the mask is for {length}"
            yield possible(says, "call", f"mask[:n, :n] with n = {batch}, or pad the texts to {length}")
            return
        says = f"{list(self.got)} came where {list(self.expected)} fits" if known else "the mask has other axes"
        says = f"the mask isn't {list(self.needed)}, [queries, keys]" if "needed" in self.facts else says
        advice = "make the mask for the length at hand: [queries, keys]"
        swapped = "" if self.batch_first else "; or batch and steps are swapped (batch_first): print(query.shape)"
        yield likely(says, "call", advice + swapped)

    @property
    def batch_first(self) -> bool | None:
        layer = self.layer_above(LAYERS)
        return layer.is_set("batch_first") if layer else None

    @property
    def mask(self) -> str:
        """What the user's line hands over as a mask."""
        given = [each for call in self.line.calls for each in call.keywords if "mask" in (each.arg or "")]
        padding = [each for each in given if ("padding" in (each.arg or "")) == ("size" in self.facts)]
        return self.line.text(padding[0].value) if padding else ""

    def turned(self, says: str) -> Hypothesis:
        if self.batch_first:
            return likely(says, "call", "mask.T: [batch, keys]")
        with_batch_first = self.remade(self.layer_above(LAYERS), batch_first=True)
        advice = "batch_first=True for data [batch, steps, features]; mask.T for [steps, batch, features]"
        return likely(says, "model" if with_batch_first else "call", advice, with_batch_first)

    def of_padding(self, size: int, wanted: int) -> Hypothesis:
        """One size of a key_padding_mask; keys are looked at after the batch, which agrees then."""
        if self.axis == 0:
            says = f"key_padding_mask is [batch, keys] and has {size} where the batch, {wanted}, is: turned"
            return self.turned(says)
        says = f"key_padding_mask has {size} keys, and there are {wanted} tokens"
        if wanted == size + 1:
            fix = self.changed(self.mask, "torch.nn.functional.pad({}, (1, 0), value=False)") if self.mask else None
            says += ": one (a class token) was put before them after the mask was made"
            return likely(says, "call", "F.pad(mask, (1, 0), value=False) puts one before the mask as well", fix)
        if wanted == size - 1:
            says += ": a token was cut off (targets shifted by one), and the mask was made before"
            return likely(says, "call", "cut the mask as the tokens: mask[:, :-1]")
        if crossed := self.of_other_sequence(says):
            return crossed
        return likely(says, "call", "make the mask from the tokens that go in, after all that changes their number")

    def of_other_sequence(self, says: str) -> Hypothesis | None:
        """A mask of the queries where keys of another sequence are to be masked, as far as the lines tell."""
        query, keys = self.handed(0, ""), self.handed(1, "")
        if not query or not keys or query == keys or not self.mask:
            return None
        says += f": the keys are {keys}, not {query}, and the mask must be that of {keys}"
        mask, line, frame = self.followed(self.mask)
        advice = f"hand over the mask of what {keys} was made of"
        assigned = self.case.source.names.assignments if frame else {}
        masks = {name for (file, name), _ in assigned.items() if frame and file == frame.file and is_mask(name)}
        others = sorted(masks - {mask, self.mask})
        if mask in masks and len(others) == 1 and frame:
            code = line.edited(mask, others[0])
            return likely(
                says,
                "call",
                f"{others[0]}, as it seems, in place of {mask}",
                Fix(code, "instead", frame.file, frame.number),
            )
        return likely(says, "call", advice)

    def followed(self, name: str) -> tuple[str, Line, Frame | None]:
        """What the callers' lines hand over under a name, the outermost, with its line and place."""
        frames, names = self.case.source.frames, self.case.source.names
        line, place = self.line, frames[-1] if frames else None
        for outer, inner in pairwise(frames[::-1]):
            found = names.parameter(name, outer.file, outer.number)
            calling = Line(inner.code, inner.marked)
            handed = (
                calling.argument(calling.call(), found[1].index(name), name) if found and name in found[1] else None
            )
            if not isinstance(handed, ast.Name | ast.Attribute):
                break
            name, line, place = calling.text(handed), calling, inner
        return name, line, place

    def of_length(self) -> Hypothesis | None:
        """A mask that the user's file makes with the batch's axis, or for a layer that takes the steps for it."""
        if "expected" not in self.facts or len(self.expected) != 2 or len(self.got) != 2:
            return None
        layer, got, steps = self.layer_above(LAYERS), self.got[-1], self.expected[-1]
        first, sized = self.batch_first, self.case.axes(self.mask)
        if first and sized == {0}:
            says = f"the mask is made with size(0), the batch of {got}, and the {steps} steps are on axis 1"
            sizes = [number for number, made in self.case.behind(self.mask).items() if AXIS.search(made)]
            where = f"in {lines_told(sizes)}" if sizes else "where the mask is made"
            return likely(says, "call", f"x.size(1) {where}: the layer has batch_first=True")
        if first is False and sized == {1}:
            says = f"the mask is made with size(1), {got}; the layer, without batch_first=True, reads axis 0, {steps}"
            advice = "batch_first=True for [batch, steps, features]"
            return likely(says, "model", advice, self.remade(layer, batch_first=True))
        return None

    def of_shifted(self) -> Hypothesis | None:
        """A mask for one token more than goes in, which is made of the sequence before its last was cut off."""
        facts = self.facts.get("expected"), self.facts.get("got")
        cut = self.case.may_have(r":\s*-1\]")
        if None in facts or not cut or len(self.got) != 2 or tuple(size - 1 for size in self.got) != self.expected:
            return None
        says = f"the mask is for {counted(self.got[-1], 'token')} and {self.expected[-1]} go in: it is made of the "
        says += "targets before they are shifted by one, tgt[:, :-1]"
        advice = "make it of what goes in: tgt_in = tgt[:, :-1] first, then the mask with tgt_in.size(1)"
        return likely(says, "call", advice, self.made_later())

    def made_later(self) -> Fix | None:
        """The statement that makes the mask, of the shifted sequence and below the line that shifts it."""
        mask, _, place = self.followed(self.mask)
        names = self.case.source.names
        made = next(names.behind([mask], place.file, place.number), None) if place else None
        for shift in names.behind(NAME.findall(place.code), place.file, place.number) if place and made else ():
            for name, value in assigned_by(shift):
                cut = re.fullmatch(r"(\w+)\[(?::, |\.\.\., )?:-1\]", ast.unparse(value))
                if cut and made and place and re.search(rf"\b{cut[1]}\b", ast.unparse(made.value)):
                    code = re.sub(rf"\b{cut[1]}\b", name, ast.unparse(made))
                    if shift.lineno < made.lineno:
                        return Fix(code, "instead", place.file, made.lineno, made.end_lineno or 0)
                    moved = moved_below(self.case, place.file, [made], shift)
                    height = (made.end_lineno or made.lineno) - made.lineno + 1
                    above = moved.code.split("\n")[:-height] if moved else []
                    return moved and replace(moved, code="\n".join([*above, code]))
        return None

    def of_scores(self, expected: tuple[int, ...], got: tuple[int, ...]) -> Hypothesis:
        """A mask that transformers wants as [batch, 1, queries, keys]."""
        if len(got) < 4:
            return likely("the mask lacks the heads' axis", "call", "mask.unsqueeze(1): [batch, 1, queries, keys]")
        version = "take the version of transformers that the model's code is for: it counts cached tokens otherwise"
        if expected[-2] == 1 and got[-2:] == (expected[-1],) * 2:
            says = f"one query meets {expected[-1]} keys (a step with a cache), and the mask is for all of them"
            return likely(says, "call", f"mask[..., -1:, :]; {version}")
        says = f"{expected[-1]} keys, with those in the cache, and a mask for {got[-1]}"
        return likely(says, "call", f"{version}; or attention_mask of ones for past and new tokens")
