"""Lists of tensors that aren't what torch.cat and torch.stack take."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.names import holds
from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "cat"

COLLATE = r"collate|worker|fetch"


class CatList(Rule):
    code = "cat-list"
    signatures = (
        "argument 'tensors' (position 1) must be tuple of Tensors, not {given:word}",
        "{function:word}at() takes from 1 to 2 positional arguments but {count} were given",
        "expected a non-empty list of Tensors",
        "expects a non-empty TensorList",
        "expected Tensor as element {element} in argument 0, but got {given:word}",
        "expected Variable as element {element} in argument 0, but got {given:word}",
        "cat received an invalid combination of arguments - got ({received:words})",
    )
    says = "torch.cat and torch.stack take a list of tensors"
    layer_named = r"cat|stack"
    lookalike = "cat-rank"
    example = """
        a, b = torch.rand(2, 3), torch.rand(2, 3)
        # TypeError: cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor
        both = torch.cat(a, b)
        assert both.shape == (4, 3)
    """

    given: str = ""

    def several_types(self) -> Iterator[Hypothesis]:
        if self.facts.get("received", "").startswith(("list", "tuple")):
            says = "the list's tensors are of several types, or on CPU and GPU (before 0.4: Variables beside tensors)"
            yield likely(says, "data", "print([part.type() for part in parts]), and make them one type on one device")

    def no_tensor(self) -> Iterator[Hypothesis]:
        given = self.given
        if "element" not in self.facts:
            if given == "NoneType":
                says = "None was handed over in the place of a list: what makes that returns nothing"
                yield likely(says, "call", "see that it returns the list; parts.append(x) itself gives None")
            return
        if given == "NoneType" and self.case.through(COLLATE):
            says = f"the dataset returned None for sample {self.element} of a batch: a way without return, a bad file"
            advice = "return a tensor on every way, or leave such samples out: of the dataset, or in a collate_fn"
            yield likely(says, "data", advice)
        elif given == "NoneType":
            says = f"element {self.element} of the list is None: what makes it returned nothing"
            yield likely(says, "data", "see where it is made: a forward or function without return, or leave it out")
        else:
            says = f"element {self.element} of the list is of type {given}, not a tensor"
            advice = "torch.as_tensor(…) each of them, or return tensors where they are made"
            if given in ("float", "int", "bool"):
                says = f"the list is one of Python's numbers ({given})"
                advice = "torch.tensor(list), which makes one tensor of numbers; of tensors torch.stack"
            elif re.search(r"tuple|list|Output", given):
                advice = "take the tensor out of it: an index more (states[-1]), or unpack what the layer returns"
            yield likely(says, "call", advice)

    def one_by_one(self) -> Iterator[Hypothesis]:
        given = "Tensor" if "count" in self.facts else self.given
        if not given:
            return
        says = f"the tensors were given one by one ({given} first), not as a list"
        call, fix = self._call, None
        if call and len(call.args) > 1 and given == "Tensor":
            parts = ", ".join(self.line.text(part) for part in call.args if not isinstance(part, ast.Constant))
            fix = self.replaced(parts, f"[{parts}]")
        yield certain(says, "call", "torch.cat([a, b], dim=…)", fix)

    def filtered(self) -> Iterator[Hypothesis]:
        """A list that gets something under a condition alone, in the user's file."""
        name, frame = self.handed(0, ""), self.case.frame
        numbers = self.case.elsewhere(rf"(?<![\w.]){re.escape(name)}\.append\(") if name else []
        if not frame or len(numbers) != 1:
            return
        nodes = self.case.source.names.nodes.get(frame.file, [])
        for test in [each for each in nodes if isinstance(each, ast.If) and holds(each, numbers[0])][-1:]:
            where = f"where {ast.unparse(test.test)} (line {test.lineno})"
            advice = f"if that can be, see to it: if not {name}, return torch.empty(0, …) with the axes of one, or go "
            says = f"{name} is empty: it gets something only {where}, and that never was so"
            yield likely(says, "data", f"{advice}on; print how many pass")

    causes = (several_types, no_tensor, one_by_one, filtered)
    usual = (
        likely(
            "the list is empty: nothing was collected, or a filter kept nothing",
            "data",
            "see why: a loader without batches, a threshold that nothing passes, an empty folder",
        ),
    )
