"""Recurrent layers, embeddings and attention: axes, lengths and sizes."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.families.targets import is_chosen
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "sequences"


MANY_COLUMNS = 16  # in a table of measurements; windows of a series are longer


def is_longest(tokens: int) -> bool:
    """Whether it is how many tokens a model takes at most: a power of two, or CLIP's 77 and RoBERTa's 514.

    >>> [n for n in (77, 128, 512, 1000, 16384) if is_longest(n)]
    [77, 512, 16384]
    """
    return tokens in (77, 514) or (tokens >= 512 and tokens & (tokens - 1) == 0)


def alternatives(value: ast.expr | None) -> list[ast.expr]:
    """The values that an expression can have: both of ``a if b else c``."""
    if isinstance(value, ast.IfExp):
        return [*alternatives(value.body), *alternatives(value.orelse)]
    return [value] if value else []


class RnnInput(Rule):
    code = "rnn-input"
    signatures = (
        "input.size(-1) must be equal to input_size. Expected {expected}, got {got}",
        "input has inconsistent input_size: got {got} expected {expected}",
        "input has inconsistent input_size: got {got}, expected {expected}",
    )
    says = "the RNN reads {expected} features a step, the last axis has {got}"
    layer_named = r"(?i)rnn|lstm|gru"
    lookalike = "rnn-state"
    rebuild = "layer = nn.LSTM({expected}, 8)\nx = torch.rand(5, 3, {got})\ny = layer(x)"
    example = """
        lstm = nn.LSTM(10, 20, batch_first=True)
        steps = torch.rand(4, 7, 8)
        # RuntimeError: input.size(-1) must be equal to input_size. Expected 10, got 8
        out, state = lstm(steps)
        assert out.shape == (4, 7, 20)
    """
    decide = "print({x}.shape): which axis is the features'?"

    def hypotheses(self) -> Iterator[Hypothesis]:
        made = self.made("LSTM GRU RNN LSTMCell GRUCell RNNCell", input_size=self.expected)
        series = f"a series of {self.got} values has no feature axis: one feature a step"
        with_axis = f"{self.x}.unsqueeze(-1): [batch, steps, 1]"
        if self.expected == 1 and self.got > MANY_COLUMNS:
            yield likely(series, "data", with_axis, self.changed(self.x, "{}.unsqueeze(-1)"))
            says = f"each step has {self.got} columns"
            yield possible(says, "model", f"input_size={self.got} (the shape has three axes then)")
            return
        says = f"each step has {self.got} features, and input_size={self.expected} was given"
        advice = f"input_size={self.got}, or steps of {self.expected} feature{'s' * (self.expected != 1)}"
        yield likely(says, "model", advice, self.remade(made, input_size=self.got))
        if self.expected == 1:
            yield possible(series, "data", with_axis)
            return
        yield possible("features and steps are swapped", "data", "x.transpose(1, 2): the features come last")


class RnnState(Rule):
    code = "rnn-state"
    signatures = (
        "Expected hidden[{which}] size {expected:shape}, got {got:shape}",
        "Expected hidden size {expected:shape}, got {got:shape}",
        "Input batch size {batch} doesn't match hidden{} batch size {got_batch}",
        "For batched 3-D input, hx and cx should also be 3-D but got",
        "For batched 3-D input, hx should also be 3-D but got {axes}-D tensor",
        "For unbatched 2-D input, hx and cx should also be 2-D but got",
        "For unbatched 2-D input, hx should also be 2-D but got {axes}-D tensor",
        "hidden{} has inconsistent hidden_size: got {got_size}, expected {size}",
    )
    says = "the state is [layers·directions, batch, hidden_size], batch_first or not"
    layer_named = r"(?i)rnn|lstm|gru"
    lookalike = "rnn-input"
    example = """
        lstm = nn.LSTM(10, 20)
        steps = torch.rand(5, 3, 10)
        state = (torch.zeros(1, 4, 20), torch.zeros(1, 4, 20))
        # RuntimeError: Expected hidden[0] size (1, 3, 20), got [1, 4, 20]
        out, state = lstm(steps, state)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        expected, got = self.facts.get("expected"), self.facts.get("got")
        if "batch" in self.facts:
            expected, got = (1, self.batch, 1), (1, self.got_batch, 1)
        if "unbatched" in self.signature:
            says = "the input has two axes, one sample without its batch, and the state three"
            yield likely(says, "data", "unsqueeze the input: [batch, steps, features]")
        elif "size" in self.facts:
            says = f"the state has {self.got_size} features, and the cell's hidden_size is {self.size}"
            yield likely(says, "model", "one hidden_size for the cell and what makes its first state")
        elif expected is None:
            yield from self.of_axes()
        elif len(expected) != len(got) and got == expected[1:] and self.facts.get("which") == 0:
            says = f"the state is one tensor {list(expected)}, a GRU's, and an LSTM takes a pair: it reads a slice"
            yield likely(says, "call", "out, (h, c) = lstm(x, (h0, c0)), both of that shape")
            says = f"h and c are a pair, and each has {counted(len(got), 'axis')}, {list(got)}, none for layers"
            yield possible(says, "call", f"make both {list(expected)}: h.unsqueeze(0)")
        elif len(expected) != len(got):
            yield likely(f"the state has {counted(len(got), 'axis')}, {list(got)}", "call", f"make it {list(expected)}")
        elif got[0] == expected[1] != expected[0] and got[1] != expected[1]:
            says = f"the state {list(got)} has its batch first, as an encoder's whole output has, which is no state"
            advice = "its last state, h_n, [layers·directions, batch, hidden_size]; batch_first doesn't turn that"
            if got[1] == expected[0]:
                says = f"the state {list(got)} has its batch first, and a state's layers come first, batch_first or not"
                advice = "torch.zeros(layers·directions, batch, hidden_size) where it is made, or leave it out"
            yield likely(says, "call", advice)
        elif expected[0] != got[0]:
            yield self.of_layers(got[0], expected[0])
        elif "batch" in self.facts and self.batch > 1 and got[1] % self.batch == 0:
            says = f"{got[1]} = {got[1] // self.batch} · {self.batch}: states of several layers, directions or beams"
            yield likely(says, "call", "one state [batch, hidden_size] for each layer; the input repeated for beams")
        elif self.facts.get("batch") == 1 and "hidden[0]" in self.case.raised.text:
            says = f"an LSTMCell's state is a pair (h, c); one tensor came, and its row of {got[1]} was read as h"
            yield likely(says, "call", "h, c = cell(x, (h, c))")
            yield possible(f"the state was made for a batch of {got[1]}", "call", "make it for the batch at hand")
        elif expected[1] != got[1]:
            yield from self.of_batches(got[1], expected[1])
        else:
            says = f"hidden_size is {expected[-1]} and the state has {got[-1]}"
            yield likely(says, "model", "one hidden_size for both; the number of steps has no place in a state")

    def of_axes(self) -> Iterator[Hypothesis]:
        """The state has other axes than it takes: an LSTM reads the first two slices of one tensor as its pair."""
        says, advice = "the state has no axis for layers", "torch.zeros(layers·directions, batch, hidden_size)"
        flat = (says, "call", advice)
        if "hx and cx" not in self.case.raised.text:
            yield likely(*flat)
            return
        pair = "one tensor is the state, as of a GRU, and an LSTM takes a pair (h, c): it read slices of it as h and c"
        advice = "(h, c), two tensors [layers·directions, batch, hidden_size], where the state is made; or nn.GRU"
        match self.one_tensor():
            case "":
                yield likely("h and c have no axis for layers", "call", advice.removesuffix("; or nn.GRU"))
                yield possible(pair, "call", advice)
            case where:
                yield likely(f"{pair}{where}", "call", advice)

    def one_tensor(self) -> str:
        """Where the user's file makes one tensor for the state, in words; empty where nothing says that it does."""
        state = self.line.argument(self.line.call(self.layer_named), 1, "hx")
        for made in self.case.origin.steps(state) if state else ():
            returns = self.case.source.names.returns(made.call, made.file, made.number)
            values = [part for each in returns for part in alternatives(each.value)]
            if re.search(r"^(?:new_)?(?:zeros|ones|rand|randn|empty)(?:_like)?$", made.callee):
                return f"; line {made.number} makes it"
            if values and not any(isinstance(part, ast.Tuple | ast.List) for part in values):
                built = [part for part in values if re.search(r"zeros|rand", ast.unparse(part))]
                if built:
                    return f"; line {built[0].lineno} makes it"
        return ""

    def of_layers(self, got: int, expected: int) -> Hypothesis:
        says = f"the state has {got} layers·directions, and the RNN {expected}"
        lines = self.case.behind(self.handed(1, "")).values()
        made = any(re.search(r" = \(?torch\.(?:zeros|rand)", line) for line in lines)
        if got != 2 * expected or made:
            return likely(says, "model", "num_layers, twice that if bidirectional=True, as its first size")
        if self.case.source.says("bidirectional=True"):
            says += ": it comes from a bidirectional one, with a state for each direction"
            return likely(says, "call", "join both before it is handed over: h = h[::2] + h[1::2], an LSTM's c as well")
        advice = "as many layers and directions on both sides: zeros(num_layers · directions, …) for a state that is "
        advice += "made; h[::2] + h[1::2] joins the two directions of an encoder, h[-1:] is its last layer"
        return likely(says, "model", advice)

    def of_batches(self, got: int, expected: int) -> Iterator[Hypothesis]:
        layer = self.layer_above("LSTM GRU RNN")
        first, sized = layer and layer.is_set("batch_first"), self.case.axes(self.handed(1, ""))
        says = f"{counted(expected, 'step')} read as the batch, which is {got}: the two are swapped"
        advice = "x.transpose(0, 1), or batch_first=True for [batch, steps, features], as the data are"
        swapped = (says, "call", advice)
        says = f"the state was made for a batch of {got}, and the input's axis for it has {expected}"
        advice = "make it for each batch, x.size(0) with batch_first=True (x.size(1) without), or leave it out"
        if first and sized == {1}:
            says += ": it is made with size(1), the steps of [batch, steps, features]"
            advice = "size(0) where the state is made, as the layer has batch_first=True; or leave it out"
        remade = (says, "call", advice)
        if first is False and sized == {0}:
            says = f"the layer has no batch_first=True: the {expected} on axis 1 are its batch, and the state is made "
            says += f"with size(0), {got}"
            advice = "batch_first=True, for data [batch, steps, features]"
            yield likely(says, "model", advice, self.remade(layer, batch_first=True))
            return
        # A last batch is smaller than what the state was made for, and batches are chosen as powers of two.
        steps = (expected > got and not is_chosen(expected)) or 1 == expected < got
        if first or (first is False and sized == {1}):
            steps = False
        yield likely(*(swapped if steps else remade))
        yield possible(*(remade if steps else swapped))

    decide = "print(x.shape, state[0].shape): the last batch of an epoch may be smaller"


class RnnRank(Rule):
    code = "rnn-rank"
    signatures = (
        "{kind:word}: Expected input to be {least}D or {most}D, got {got}D instead",
        "{kind:word}: Expected input to be {least}D or {most}D, got {got}D tensor instead",
        "{kind:word}: Expected input to be {least}-D or {most}-D but received {got}-D tensor",
        "input must have {most} dimensions, got {got}",
        "Expected input to be {least}-D or {most}-D but received {got}-D tensor",
    )
    says = "the RNN takes {most} axes: batch (or steps), steps (or batch), features"
    layer_named = r"(?i)rnn|lstm|gru|cell"
    lookalike = "rnn-input"
    example = """
        lstm = nn.LSTM(64, 20, batch_first=True)
        maps = torch.rand(5, 7, 8, 8)
        # ValueError: LSTM: Expected input to be 2D or 3D, got 4D instead
        out, state = lstm(maps)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.got == 4:
            yield self.of_maps()
        elif self.got > self.most:
            says = f"{self.x} has {counted(self.got, 'axis')}; a cell takes one step"
            yield likely(says, "call", "for x in steps.unbind(1): h = cell(x, h)")
        elif self.got == 1:
            says = f"{self.x} has 1 axis: the features of one step, without steps and batch"
            yield likely(says, "data", f"{self.x}.view(1, 1, -1); a series of one feature a step is view(1, -1, 1)")
        else:
            says = f"{self.x} has {counted(self.got, 'axis')}: [steps, features] of one sample lack the batch"
            advice = f"{self.x}.unsqueeze(0) with batch_first=True, unsqueeze(1) without"
            if state := self.line.text(self.line.argument(self._call, 1, "hx")):
                yield self.of_step(state)
                yield possible(says, "data", advice)
                return
            yield likely(says, "data", advice)
            yield possible("[batch, steps] lack the features", "data", f"{self.x}.unsqueeze(-1) for one feature a step")

    def of_step(self, state: str) -> Hypothesis:
        """One step, as a decoder takes it that hands its state over each time."""
        says = f"{self.x} has {counted(self.got, 'axis')}, [batch, features]: one step, as {state} is handed over with "
        says += "it, without the axis of the steps"
        advice = f"{self.x}.unsqueeze(0), and squeeze(0) of the output; unsqueeze(1) and squeeze(1) with "
        advice += "batch_first=True; the state has three axes as well, [layers·directions, batch, hidden_size]. Or an "
        return likely(says, "call", f"{advice}nn.LSTMCell (GRUCell), which takes one step as it is")

    def of_maps(self) -> Hypothesis:
        """Maps where steps are taken; the user's file may say which axis comes first."""
        says, layer = f"{self.x} has 4 axes: maps or pictures", self.layer_above("LSTM GRU RNN")
        first = layer.is_set("batch_first") if layer else None
        came = self.arriving(layer)
        if layer is None or first is None or not came.layer or not came.layer.callee.endswith("2d") or came.flat:
            advice = "x.flatten(2).transpose(1, 2), or x.squeeze(1) for an axis of 1, with batch_first=True"
            return likely(says, "call", f"make a sequence of them: {advice}")
        columns = "flatten(2)" if layer.value("input_size") == came.makes else "flatten(1, 2)"
        turn = f"{{}}.{columns}.{'transpose(1, 2)' if first else 'permute(2, 0, 1)'}"
        order = "[batch, steps, features]" if first else "[steps, batch, features], without batch_first=True"
        says += f" [batch, channels, height, width]; {self.layer} takes {order}"
        return likely(says, "call", f"make steps of its columns: {turn.format(self.x)}", self.changed(self.x, turn))

    decide = "print({x}.shape): which axis is missing?"


class PackLengths(Rule):
    code = "pack-lengths"
    signatures = (
        "lengths array must be sorted in decreasing order when enforce_sorted is True",
        "array has to be sorted in decreasing order",
        "'lengths' argument should be a 1D CPU int64 tensor",
        "Expected len(lengths) to be equal to batch_size, but got {got} (batch_size={expected})",
        "Length of all samples has to be greater than 0",
    )
    says = "pack_padded_sequence takes one length a sample, on the CPU, none of them 0"
    layer_named = r"pack_(?:padded_)?sequence$"
    lookalike = "rnn-state"
    example = """
        steps, lengths = torch.rand(3, 5, 2), torch.tensor([1, 2, 3])
        # RuntimeError: `lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can
        # pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if
        # you do not need ONNX exportability.
        packed = nn.utils.rnn.pack_padded_sequence(steps, lengths, batch_first=True)
        assert packed.batch_sizes.tolist() == [3, 2, 1]
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "sorted" in self.signature:
            whole = self.line.text(self.line.call("pack_padded_sequence"))
            fix = self.replaced(whole, whole[:-1] + ", enforce_sorted=False)")
            says = "the samples aren't sorted by length, the longest first"
            yield certain(says, "call", "enforce_sorted=False sorts them, and back", fix)
        elif "CPU" in self.signature:
            lengths = self.handed(1, "lengths")
            yield certain("the lengths are on the GPU", "device", "lengths.cpu()", self.changed(lengths, "{}.cpu()"))
        elif "greater" in self.signature:
            yield certain("a sample is empty", "data", "drop empty samples, or give them length 1 of padding")
        else:
            says = f"{counted(self.got, 'length')} for a batch of {self.expected}"
            if self.line.has("batch_first=True"):
                yield likely(says, "data", "one length for each row of the input: lengths as [batch]")
                return
            yield likely(f"{says}: steps and batch swapped", "call", "batch_first=True for [batch, steps, features]")
