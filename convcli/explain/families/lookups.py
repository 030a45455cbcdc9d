"""Indices that aren't there: of an embedding's rows, and of what is gathered."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from convcli.explain.evidence.lines import NAME
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible, redefined

FAMILY = "sequences"

SPECIAL = r"<\w{1,6}>|\[(?:PAD|UNK|CLS|SEP|MASK|BOS|EOS)\]"  # what stands in a vocabulary beside words
LISTS = (ast.BinOp, ast.List, ast.Dict)
FROM_ONE = r"enumerate\(.*, (?:start=)?1\)|: (?:1 \+ \w+|\w+ \+ 1) for"


ONE_HOT = r"(?i)one_?hot|scatter_?\(.*(?:label|target)"
MARKED = r"(?<![\w.])-100\b|ignore_index=-\d"
# A negative number that stands for padding, or for what isn't known, in the calls that write one.
NEGATIVE = r"(-\d{1,3})(?![\d.e])"
PADDED_BY = (r"(?:padding_value|constant_values) ?= ?", r"[\"']constant[\"'], ?(?:value ?= ?)?", r"\[(?=-\d+\] ?\*)")
UNKNOWN_BY = r"\.get\((?![\"'])[^()]*, ?"
PADS = rf"(?:{'|'.join(PADDED_BY)}|{UNKNOWN_BY}){NEGATIVE}"
FILLS = rf"(?:masked_fill_?|full(?:_like)?|pad)\(.*?(?:, ?|value ?= ?){NEGATIVE}\)"
LABELLED = r"(?i)label|target|tag|(?<![a-z])ys?(?![a-z])"
LOSS = r"(?i)loss|criterion|cross_entropy|crit$"


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - {"self", "torch", "F"}


class EmbeddingRange(Rule):
    code = "embedding-range"
    signatures = (
        "index out of range in self",
        "Assertion srcIndex < srcSelectDimSize failed",
        'Assertion index >= -sizes[i] && index < sizes[i] && "index out of bounds" failed',
        'Assertion -sizes[i] <= index && index < sizes[i] && "index out of bounds" failed',
        "Assertion ind >= 0 && ind < ind_dim_size && {} failed",
        "index out of range at {}TH",
        "index out of range: Tried to access index {index} out of table with {rows}",
        "device-side assert triggered",
    )
    says = "a row is looked up that the table hasn't got"
    layer_named = r"(?i)emb|wte|token"
    lookalike = "target-range"
    example = """
        table = nn.Embedding(10, 4)
        words = torch.tensor([1, 10])
        # IndexError: index out of range in self
        vectors = table(words)
    """
    decide = "print({x}.min(), {x}.max(), and the table's num_embeddings)"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "device-side" in self.case.raised.text and not self.case.through("(?i)embedding"):
            return
        caller = (self.case.caller.marked or self.case.caller.code) if self.case.caller else ""
        next_one = "rows" in self.facts and self.index == self.rows + 1 and self.rows < 5000  # rows counted from 0
        if next_one or self.case.through("(?i)position") or re.search("(?i)position|pos_emb|wpe", caller):
            says = "the text is longer than the table of positions"
            yield likely(says, "data", "truncate it to the model's max_length")
            if re.search(r"(?i)(?:word|tok)\w*\(", caller):
                says = "a token's number is not below the rows of the other table in the line"
                yield possible(says, "model", "num_embeddings = largest index + 1; tokenizer and weights of one model")
        elif counted_short := self.counted_short():
            yield counted_short
        elif ignored := self.ignored():
            yield ignored
        elif padded := self.padded():
            yield padded
            yield replace(self.not_below(), likelihood="possible")
        elif len(tables := self.tables()) > 1:
            yield from self.of_columns(tables)
        else:
            if self.case.in_use:
                says = "tokens that training hadn't: the vocabulary is made anew for testing, and counts otherwise"
                advice = "save the training's vocabulary with the weights, load it here, and map unknown words to <unk>"
                yield likely(says, "data", advice)
            yield self.not_below()
            says = "the text is longer than the table of positions"
            yield possible(says, "data", "truncate it to the model's max_length")

    def not_below(self) -> Hypothesis:
        """An index beyond the table, whose rows the user's file may count by the length of something."""
        says = "an index is not below num_embeddings, or negative: counted from 1, with gaps, or a larger vocabulary"
        advice = "num_embeddings = largest index + 1; tokenizer and weights of one model; resize_token_embeddings"
        source = self.case.source
        made = source.layer("Embedding", self.layer)
        made, argument = source.maker(made, "num_embeddings") or (made, "num_embeddings") if made else (None, "")
        if made and re.fullmatch(r"len\([\w.]+\)", rows := made.written(argument)):
            says = (
                f"the table has {rows} rows ({made.place}), and what is looked up is numbered beyond: special tokens "
            )
            says += "(padding, unknown) that this doesn't count, numbers from 1, or gaps"
            advice = f"the length of the table that gives the numbers, or the largest + 1, in place of {rows}"
        return likely(says, "model", advice)

    def tables(self) -> list[str]:
        """The rows of the user's tables as they are written, each once, where none is for positions or words."""
        made = self.case.source.fitting("Embedding")
        of_text = any(re.search(r"(?i)pos|tok|word|vocab", f"{each.name} {each.code}") for each in made)
        return [] if of_text else list(dict.fromkeys(each.written("num_embeddings") for each in made))

    def of_columns(self, tables: list[str]) -> Iterator[Hypothesis]:
        """Ids of several kinds are looked up, each in a table of its own."""
        own = self.case.source.layer("Embedding", self.layer)
        rows = own.written("num_embeddings") if own else "as many"
        others = ", ".join(each for each in tables if each != rows)
        says = f"ids of another table's column, of {others} rows, are looked up in {self.named}, which has {rows}"
        says = says if own else f"ids of one table's column are looked up in another: the tables have {others} rows"
        advice = "see that columns and arguments keep one order, from where they are stacked or read to the call"
        swapped = (says, "call", advice)
        says = f"{self.x} has ids with gaps, or counted from 1, and {rows} rows were made for as many ids"
        gaps = (says, "data", f"number them 0, 1, … {rows} − 1, as pandas.factorize does; or the largest id + 1 rows")
        counts = any(map(self.case.source.says, (".nunique(", ".unique(", "len(set(")))
        yield likely(*(gaps if counts else swapped))
        yield possible(*(swapped if counts else gaps))

    def ignored(self) -> Hypothesis | None:
        """Labels that hold a negative mark for the loss, and that the user's line looks up as well."""
        line = self.line
        value = line.argument(self._call, 0)
        if value is None or not self.case.elsewhere(MARKED):
            return None
        looked_up = _names(value)
        calls = [call for call in self.case.source.names.calls if re.search(LOSS, ast.unparse(call.func))]
        compared = [call for call in calls if len(call.args) > 1 and looked_up & _names(call.args[1])]
        if not compared:
            return None
        labels = ", ".join(sorted(looked_up & _names(compared[0].args[1])))
        says = f"{labels} are the loss's targets as well (line {compared[0].lineno}), and the mark that it leaves out, "
        says += "-100 or the like, is no row of a table"
        table = self.case.source.layer("Embedding", self.layer)
        padding = table.written("padding_idx") if table else ""
        name = self.x if NAME.fullmatch(self.x) else "tokens"
        filled = f"{name}.masked_fill({name} < 0, {padding or 'padding'})"
        advice = f"{filled} for what is looked up; the loss keeps its labels"
        code = line.edited(self.x, filled)
        fix = self.instead(code if name == self.x else f"{name} = {self.x}\n{code}") if padding else None
        return likely(says, "data", advice, fix)

    def padded(self) -> Hypothesis | None:
        """A negative number that the user's files put in for padding, or for words that they don't know."""
        names = _names(self.line.argument(self._call, 0) or ast.Name("x"))
        for file, lines in self.case.source.with_imported.texts.items():
            for number, line in enumerate(lines, 1):
                code = line.partition("#")[0]
                filled = re.match(r"\s*(\w+) = ", code)
                found = re.search(PADS, code)
                found = found or (re.search(FILLS, code) if filled and filled[1] in names else None)
                if found and not re.search(LABELLED, code):
                    place = f"{Path(file).name}:{number}"
                    return self.of_negative(f"{place} puts {found[1]} in", found[1])
        index = self.facts.get("index", 0)
        return self.of_negative(f"{index} was looked up", str(index)) if index < 0 else None

    def of_negative(self, says: str, number: str) -> Hypothesis:
        x = self.x if NAME.fullmatch(self.x) else "ids"
        says += f" for padding (or what isn't known), and a table has no row {number}"
        says += ": a mask behind the look-up comes too late" if self.line.has("mask") else ""
        advice = f"an index of its own in place of {number}, padding_idx with it and one row more, and {x} != that for "
        advice += (
            f"the mask; or look {x}.clamp(min=0) up, where a mask takes these places out again. A larger table alone "
        )
        return likely(says, "data", f"{advice}doesn't help")

    def counted_short(self) -> Hypothesis | None:
        """What the user's file counts for the table's rows, where it numbers more than that."""
        source = self.case.source
        made = source.layer("Embedding", self.layer)
        if made is None:
            return None
        made, argument = source.maker(made, "num_embeddings") or (made, "num_embeddings")
        rows = made.written(argument)
        if special := self.special(rows):
            table, names = special
            says = f"{' and '.join(names)} have numbers as well, and {rows} counts the words without them"
            advice = f"{table} rows, a number for each that is looked up"
            return likely(says, "model", advice, redefined(made, **{argument: table}))
        nodes = [node for nodes in source.names.nodes.values() for node in nodes]
        from_one = [
            node.lineno for node in nodes if isinstance(node, ast.DictComp) and re.search(FROM_ONE, ast.unparse(node))
        ]
        if from_one and re.fullmatch(r"len\([\w.]+\)|[\w.]+", rows):
            says = f"numbers are counted from 1 in line {from_one[0]}: the largest is {rows}, and rows end before it"
            fix = redefined(made, **{argument: f"{rows} + 1"})
            return likely(says, "model", f"{rows} + 1 rows: row 0 is then free, for padding", fix)
        return None

    def special(self, rows: str) -> tuple[str, list[str]] | None:
        """The length of the user's list or dict of words with special ones, if it isn't what is counted for rows."""
        assignments = self.case.source.names.assignments
        ends = rows.rpartition(".")[2]
        every = [(name.rpartition(".")[2], name, value) for (_, name), made in assignments.items() for _, value in made]
        counted = " ".join([rows, *(ast.unparse(value) for end, _, value in every if end == ends)])
        for end, name, value in every:
            parts = ast.walk(value) if isinstance(value, LISTS) else ()
            texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
            names = [text for text in texts if re.fullmatch(SPECIAL, text)]
            if names and "len(" in counted and not re.search(rf"\b{end}\b", counted):
                owner = rows.rpartition(".")[0] if "." in name else ""
                return f"len({owner}.{end})" if owner else f"len({name})", names
        return None


class GatherRange(Rule):
    code = "gather-range"
    signatures = (
        "index {index} is out of bounds for dimension {axis} with size {size}",
        "Found indices in '{of:word}' that are larger than {last} (got {index})",
        "INDICES element is out of DATA bounds, id={index} axis_dim={size}",
    )
    says = "index {index} is asked for, and there are fewer"
    decide = "print the index's min() and max(), and the tensor's shape"
    lookalike = "target-range"
    example = """
        scores = torch.rand(4, 3)
        # RuntimeError: index 3 is out of bounds for dimension 1 with size 3
        chosen = scores.gather(1, torch.tensor([[3]]))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.through(r"[/\\]rnn\.py") and self.size == 1:
            says = "an LSTM's state is a pair (h, c), and one tensor was handed over"
            yield certain(says, "call", "out, (h, c) = lstm(x, (h, c)); a GRU's state is one tensor")
            return
        size = self.facts.get("size", self.facts.get("last", 0) + 1)
        above = self.case.source.above(self.case.frame)[:8] if self.case.frame else []
        places = [f"{frame.file} {frame.code}" for frame in self.case.raised.frames if not frame.of_library]
        told = " ".join([self.case.raised.text, self.line.code, *above, *places])
        of_graph = self.case.through("torch_(?:geometric|scatter)")
        graph = of_graph or re.search(r"edge_index|(?<![.\w])scatter(?:_\w+)?\(|\bG\w{1,3}Conv|GCN", told)
        what, table = ("nodes of edge_index", "x.size(0)") if graph else ("classes, ids or rows", "the size")
        if size < 1:
            yield likely("it is empty: nothing was found, loaded or kept", "data", "see to the case len(x) == 0")
        elif size == 1 and not graph:
            says = "one element is there: an axis of 1, as of a batch, stands where a longer one is meant"
            yield likely(says, "call", "print the shape: squeeze that axis, or index the one that is meant")
        elif self.line.has(ONE_HOT):
            says = f"class numbers go from 0 to {size - 1}, and a label is {self.index}"
            city = " (Cityscapes: trainIds, not ids)" if 18 < size < 34 else ""
            advice = f"number the labels 0 to {size - 1} where they are read{city}, and what "
            advice += f"isn't labelled (255) by a class of its own; {self.index + 1} classes only if there are so many"
            yield likely(says, "data", advice)
        elif self.index == size:
            says = f"indices go from 0 to {size - 1}, and {size} is one more: {what} are counted from 1"
            advice = "subtract 1 where they are made, or end a loop earlier (if this is its axis); the largest is below"
            yield likely(says, "data", f"{advice} {table}")
            if not graph:
                says = (
                    f"their smallest is 0, and the {size} of the vocabulary, table or output were counted too small, "
                )
                says += "without special tokens (padding, unknown), say"
                advice = f"the largest + 1, {self.index + 1} or more, where that is made; one vocabulary for all that "
                yield possible(says, "model", f"{advice}makes indices")
        elif size == 1 and graph:
            says = f"there is 1 node, and edges go to node {self.index}: a leading axis of 1 is read as the nodes"
            yield likely(says, "data", f"x.squeeze(0): [nodes, features]; and edge_index below {table}")
        elif graph:
            yield self.of_nodes(size, told)
        else:
            says = f"indices go from 0 to {size - 1}: {what} that the tensor hasn't got, or another axis is meant"
            yield likely(says, "call", f"print the index's max() and the shape; renumber what has gaps, below {table}")

    def of_nodes(self, size: int, told: str) -> Hypothesis:
        """Edges between nodes that x hasn't got, or hasn't any more."""
        says = f"edge_index has node {self.index}, and x has {size} nodes, 0 to {size - 1}: "
        find = "print(edge_index.max(), x.size(0)) before each layer finds where they part"
        if re.search(r"(?i)pool(?!ing_?type)|top_?k", told):
            says += "the edges are those before pooling left fewer, as it seems"
            advice = (
                "take all that the pooling returns, x, edge_index, edge_attr, batch, *_ = pool(x, edge_index, …), as "
            )
            return likely(says, "call", f"{advice}this version of the library returns it; {find}")
        says += "numbers with gaps or from 1, or another graph's edges"
        advice = "renumber the nodes 0, 1, …; a Batch for several graphs, which counts on from one to the next"
        return likely(says, "call", f"{advice}; {find}")
