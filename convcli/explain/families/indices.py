"""Indices and masks, and what is written into a tensor by them: each of one type."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from convcli.explain.evidence.lines import NAME, Line, lines_told
from convcli.explain.families.dtype import SMALL, WHOLE, method
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible

FAMILY = "dtype"

GATHERS = r"(?:^|\.)(?:gather|index_select|scatter\w*|index_(?:add|copy|fill)_?)$"
# Functions and names of code that averages the weights of several models, entry by entry.
AVERAGED = r"(?i)state_dict|aver(?:age|aging)|aggreg|fed_?avg|\bema\b|per_layer|global_(?:model|weights)"
CHAINED = r"(?s)Sequential\((?:.(?!Sequential)){0,400}Embedding\(.{0,200}Embedding\("

CHAINED_TABLES = (
    "in nn.Sequential an Embedding gets what the layer before it computed, and that is no index",
    "model",
    "one Embedding for each column, in an nn.ModuleList: torch.cat([e(x[:, i]) …], 1); no long()",
)


class IndexType(Rule):
    code = "index-dtype"
    signatures = (
        "argument #{place} 'indices' to have one of the following scalar types: Long, Int; but got {given:words} "
        "instead",
        "argument #{place} 'indices' to have scalar type Long; but got {given:words} instead",
        "tensors used as indices must be long",
        "Expected dtype int32/int64 for index",
        "Expected dtype int64 for index",
        "Expected dtype int32 or int64 for index",
        "Expected a long tensor for index, but got {given:word}",
        "one_hot is only applicable to index tensor",
        "Expected object of scalar type Long but got scalar type {given:word} for argument #{place} 'index'",
    )
    says = "indices are whole numbers: torch.int64"
    lookalike = "dtype"
    example = """
        table = nn.Embedding(10, 4)
        words = torch.tensor([1.0, 2.0])
        # RuntimeError: Expected tensor for argument #1 'indices' to have one of the following scalar types: Long,
        # Int; but got torch.FloatTensor instead (while checking arguments for embedding)
        vectors = table(words)
        assert vectors.shape == (2, 4)
    """

    def in_a_row(self) -> Iterator[Hypothesis]:
        if re.search(CHAINED, self.case.raised.text):
            yield likely(*CHAINED_TABLES)

    def summarised(self) -> Iterator[Hypothesis]:
        if self.case.through("torchsummary"):
            says = "torchsummary makes its own input, of fractions, and the first layer looks rows up"
            yield likely(says, "call", "torchinfo: summary(model, input_data=ids), with ids of your data")

    def gathered(self) -> Iterator[Hypothesis]:
        """The index alone has to be whole numbers; what it looks into keeps its type."""
        if not self.line.call(GATHERS) and not self.case.through(r"\bgather"):
            return
        x = "the index" if self.x in ("x", "index") else self.x
        says = f"{x} is of another type than int64: fractions, or int32, as NumPy makes on Windows"
        if method(self.facts.get("given", "")) in WHOLE:
            says = f"{x} holds whole numbers of another type, and this torch takes int64 alone"
        cast = ".long()" if x == "the index" else f"{x}.long()"
        advice = f"{cast} for the index and for nothing else; or int64 where it is made or stored: actions and labels "
        advice += "that are stored among fractions come back as such"
        yield likely(says, "data", advice, self.changed(self.x, "{}.long()") if self._call else None)

    def looked_up(self) -> Iterator[Hypothesis]:
        says = f"{self.x} holds fractions, and is used to look rows up"
        if method(self.facts.get("given", "")) in WHOLE:
            says = f"{self.x} holds whole numbers of another type, and this torch looks rows up by int64 alone"
        advice = "long() where it is made: token ids, class numbers; features that are fractions go into nn.Linear"
        others = self.looked_up_elsewhere()
        if others:
            advice = f"{self.x}.long() here, and in {lines_told(others)}, or in one line before them"
        fix = self.changed(self.x, "{}.long()") if self._call and not others else None
        if len(names := self.looked_up_here()) > 1:
            says = f"{' and '.join(names)} hold fractions, and are used to look rows up"
            fix = self.instead(re.sub(rf"\(({'|'.join(names)})\)", r"(\1.long())", self.line.code))
        yield likely(says, "data", advice, fix)
        if self.case.in_sequential:
            yield possible(*CHAINED_TABLES)

    causes = (in_a_row, summarised, gathered, looked_up)

    @property
    def _call(self) -> Any:
        """The call that looks rows up: of a table by its name, or else the first layer's that no other feeds."""
        if (gathers := self.line.call(GATHERS)) and re.search(GATHERS, ast.unparse(gathers.func)):
            return gathers
        named = self.line.call(r"(?i)emb|table|lookup|vocab")
        fed = [call for call in self.line.calls if "self." not in " ".join(map(ast.unparse, call.args))]
        first = next((call for call in fed if ast.unparse(call.func).startswith("self.")), None)
        return (self.case.direct and (named or first)) or super()._call

    @property
    def x(self) -> str:
        """What is looked up; gather and its kind take the axis before it, and as functions the tensor before both."""
        call = self._call
        if call and re.search(GATHERS, name := ast.unparse(call.func)):
            return (
                self.line.text(self.line.argument(call, 2 if re.match(r"torch\.\w+$", name) else 1, "index")) or "index"
            )
        return super().x

    def looked_up_here(self) -> list[str]:
        """The names that the user's line looks up in several tables, a(x) * b(y)."""
        tables = [re.escape(made.name) for made in self.case.source.made if made.callee == "Embedding" and made.name]
        found = re.findall(rf"(?:{'|'.join(tables)})\((\w+)\)", self.line.code) if tables else []
        return list(dict.fromkeys(found))

    def looked_up_elsewhere(self) -> list[int]:
        """The lines that look other columns of one table up, as embedding(table[:, 1])."""
        base = re.match(r"([\w.]+)\[", self.x)
        tables = [re.escape(made.name) for made in self.case.source.made if made.callee == "Embedding" and made.name]
        return self.case.elsewhere(rf"(?:{'|'.join(tables)})\({re.escape(base[1])}\[") if base and tables else []

    decide = "print({x}.dtype): are they numbers of rows, or features?"


class MaskType(Rule):
    code = "mask-dtype"
    signatures = (
        "where expected condition to be a boolean tensor, but got a tensor with dtype {given:word}",
        "only supports boolean masks, but got mask with dtype {given:word}",
        "only supports boolean masks, but got dtype {given:word}",
        "masked_select: expected BoolTensor for mask",
        "Expected object of scalar type Bool but got scalar type {given:word} for argument #{} 'mask'",
        "Expected object of scalar type Byte but got scalar type {given:word} for argument #{} 'mask'",
        "(operator.invert) is only implemented on integer and Boolean-type tensors",
        "\"bitwise_{operation:word}\" not implemented for '{given:word}'",
    )
    says = "a mask is made of True and False: torch.bool"
    lookalike = "dtype-unsupported"
    example = """
        scores, mask = torch.rand(2, 3), torch.tensor([[1, 1, 0], [1, 0, 0]])
        # RuntimeError: masked_fill_ only supports boolean masks, but got mask with dtype long int
        kept = scores.masked_fill(mask, 0.0)
        assert kept.shape == (2, 3)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given = method(self.facts.get("given", "")) or "of numbers"
        mask = self.mask()
        if self.line.has(r"(?:[<>]=?|[=!]=)[^()&|]*[&|]|[&|][^()&|]*(?:[<>]=?|[=!]=)"):
            says = "& and | bind more tightly than > and ==, and so calculate with the numbers beside them"
            yield certain(says, "call", "brackets around each comparison: (x > 0) & (y < 1)")
        elif "operation" in self.facts:
            says = f"&, | and ^ got numbers that are {given}, and combine what is True or False"
            yield likely(says, "call", "mask.bool(), or (x > 0) & (y > 0): what is meant by true, in brackets")
        else:
            says = f"{mask or 'the mask'} is {given}"
            fix = self.instead(self.line.edited(mask, f"{mask}.bool()")) if NAME.fullmatch(mask) else None
            yield certain(says, "data", "mask.bool(), or bool where it is made: mask = ids != padding", fix)

    def mask(self) -> str:
        """What the user's line hands over as a mask, or turns round with ~."""
        turned = re.search(r"~([\w.]+)", self.line.code)
        if "invert" in self.signature:
            return turned[1] if turned else ""
        call = self.line.call(r"(?:^|\.)(?:masked_\w+|where)$")
        name = self.line.text(call.func) if call else ""
        first = name.rpartition(".")[0] == "torch" and "masked" in name
        return self.line.text(self.line.argument(call, int(first), "mask"))


class WrittenType(Rule):
    code = "dtype-written"
    signatures = (
        "source and destination dtypes match, got {weight:word} for the destination and {given:word} for the source",
        "self ({weight:word}) and source ({given:word}) must have the same scalar type",
        "source expected to have the same dtype, but got (self) {weight:word} and (source) {given:word}",
        "masked_scatter: expected self and source to have same dtypes but got {weight:word} and {given:word}",
        "scatter(): Expected self.dtype to be equal to src.dtype",
    )
    says = "what is written into a tensor has the tensor's type"
    lookalike = "dtype"
    example = """
        rows, new = torch.zeros(4, 3), torch.rand(2, 3).half()
        # RuntimeError: Index put requires the source and destination dtypes match, got Float for the destination and
        # Half for the source.
        rows[torch.tensor([0, 2])] = new
        assert rows.dtype == torch.float32
    """
    decide = "print both dtypes: which of them is the one that was meant?"

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, weight = method(self.facts.get("given", "")), method(self.facts.get("weight", ""))
        says = "the tensor and what is written into it are of two types"
        if given and weight:
            says = f"the tensor is {weight}, and what is written into it {given}"
        if {given, weight} & set(SMALL):
            says += ": autocast, or .half(), made one of them and not the other"
        elif "double" in (given, weight):
            says += ": NumPy's numbers, and Python's in an array, are float64"
        target, value = self.target_and_value()
        advice = "x[index] = new.to(x.dtype), or make the tensor like what it gets: torch.zeros(…, dtype=new.dtype)"
        fix = self.instead(self.line.edited(value, f"{value}.to({target}.dtype)")) if value else None
        yield likely(says, "call", advice, fix)

    def target_and_value(self) -> tuple[str, str]:
        """The tensor that the user's line writes into and the name of what it writes, if it has one."""
        assigned = re.fullmatch(r"([\w.]+)\[.+\] = ([\w.]+)", self.line.code)
        called = re.search(r"([\w.]+)\.(?:index_(?:add|copy)|scatter\w*?)_?\(.+, ([\w.]+)\)", self.line.code)
        found = assigned or called
        return (found[1], found[2]) if found and NAME.fullmatch(found[2]) else ("", "")


class ResultType(Rule):
    code = "dtype-result"
    signatures = (
        "result type {result:word} can't be cast to the desired output type {given:word}",
        "Subtraction, the - operator, with {} bool tensor",
        "Negation, the - operator, on a bool tensor is not supported",
        "value cannot be converted to type {given:word} without overflow",
        "Integer division of tensors using div or / is no longer supported",
    )
    says = "the result doesn't fit into the type that it would have"
    decide = "the line that raised: a loss, or +=, -=, a name that ends in _"
    lookalike = "dtype"
    example = """
        counts = torch.ones(3, dtype=torch.int64)
        # RuntimeError: result type Float can't be cast to the desired output type Long
        counts.div_(2)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.in_loss:
            return  # the targets' rule
        if "division" in self.signature:
            says = "whole numbers are divided, and torch 1.5 to 1.7 leave it to you to say how"
            yield certain(says, "call", "// for indices and sizes, x.float() / y for fractions (which / is since 1.8)")
        elif "overflow" in self.signature:
            says = f"a number, as a mask's -1e9, is larger than any {method(self.given) or self.given} number"
            filled = re.search(r"([\w.]+)\.masked_fill_?\(.*?(-(?:1e\d+|\d{6,}(?:\.\d*)?))\)", self.line.code)
            fix = self.replaced(filled[2], f"torch.finfo({filled[1]}.dtype).min") if filled else None
            yield certain(says, "call", "torch.finfo(x.dtype).min, the least number of x's type", fix)
        elif "result" in self.facts:
            yield from self.in_place()
        else:
            says = "True and False are subtracted, which torch leaves to you to say"
            yield certain(says, "call", "mask.float() to calculate with, ~mask for not, a ^ b for different")

    def in_place(self) -> Iterator[Hypothesis]:
        """What an operation in place, x.add_(y) or x += y, would write into a tensor of whole numbers."""
        found = re.search(r"([\w.\[\]]+)(?:\.(\w+_)\(| [-+*/]= )", self.line.code)
        x, called = (found[1], found[2] or "") if found else ("x", "")
        says = f"an operation in place would put {self.result} results into a {self.given} tensor"
        if not self.line.code:
            yield likely(f"a loss got {self.given} targets, as BCEWithLogitsLoss can't", "data", "targets.float()")
            yield possible(says, "call", "x = x / 2 makes a new tensor; or x.float() before, n.long() for indices")
            return
        if re.match("clamp_|clip_", called):
            says = f"{x} is {self.given}, as indices are, and a bound that {called} gets is a tensor of fractions"
            yield likely(says, "call", f"whole numbers for bounds: {x}.{called}(0, int(size) - 1)", self.bounded())
            return
        fractions = f"{x}.float() where it is made, if it is to hold fractions"
        counters = "of a state_dict's entries BatchNorm's counters, num_batches_tracked, are such, and aren't averaged"
        skip = f"leave them out: if not {x}.is_floating_point(): continue; weights and running means are fractions"
        if found and re.search(AVERAGED, " ".join(self.around())):
            yield likely(f"{says}: {counters}", "call", skip)
            yield possible("it is none of a state_dict's entries", "data", fractions)
            return
        whole = f"{fractions}; .long() on what it meets, if these are indices; or x = x / 2, which makes a new tensor"
        yield likely(says, "call", whole)
        yield possible(counters, "call", skip)

    def around(self) -> list[str]:
        """The user's line, those above it, and the names of the functions that led there."""
        above = self.case.source.above(self.case.frame) if self.case.frame else []
        return [self.line.code, *above, *(f"{each.function} {each.code}" for each in self.case.raised.frames)]

    def bounded(self) -> Fix | None:
        """The user's line with whole numbers in the place of what bounds indices."""
        line = Line(self.line.code)
        code = line.code
        for call in line.calls:
            if re.search(r"\.(?:clamp|clip)_$", ast.unparse(call.func)):
                bounds = (*call.args, *(named.value for named in call.keywords))
                old = new = line.text(call)
                for text in {line.text(each) for each in bounds if not isinstance(each, ast.Constant)}:
                    new = new if text.startswith("int(") else new.replace(text, f"int({text})")
                code = code.replace(old, new)
        return self.instead(code) if code != line.code else None
