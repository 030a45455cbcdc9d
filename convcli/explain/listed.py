"""What is handed to torch.cat and torch.stack and is no list of tensors, or an empty one."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.names import holds
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

    def hypotheses(self) -> Iterator[Hypothesis]:
        given = "Tensor" if "count" in self.facts else self.facts.get("given", "")
        if self.facts.get("received", "").startswith(("list", "tuple")):
            says = "the list's tensors are of several types, or on CPU and GPU (before 0.4: Variables beside tensors)"
            yield likely(says, "data", "print([part.type() for part in parts]), and make them one type on one device")
        elif given == "NoneType" and self.case.through(COLLATE):
            says = f"the dataset returned None for sample {self.element} of a batch: a way without return, a bad file"
            advice = "return a tensor on every way, or leave such samples out: of the dataset, or in a collate_fn"
            yield likely(says, "data", advice)
        elif given == "NoneType":
            says = f"element {self.element} of the list is None: what makes it returned nothing"
            yield likely(says, "data", "see where it is made: a forward or function without return, or leave it out")
        elif "element" in self.facts:
            says = f"element {self.element} of the list is of type {given}, not a tensor"
            advice = "torch.as_tensor(…) each of them, or return tensors where they are made"
            if re.search(r"tuple|list|Output", given):
                advice = "take the tensor out of it: an index more (states[-1]), or unpack what the layer returns"
            yield likely(says, "call", advice)
        elif given:
            says = f"the tensors were given one by one ({given} first), not as a list"
            call = self._call
            fix = None
            if call and len(call.args) > 1 and given == "Tensor":
                parts = ", ".join(self.line.text(part) for part in call.args if not isinstance(part, ast.Constant))
                fix = self.replaced(parts, f"[{parts}]")
            yield certain(says, "call", "torch.cat([a, b], dim=…)", fix)
        else:
            if filtered := self.filtered():
                yield filtered
                return
            says = "the list is empty: nothing was collected, or a filter kept nothing"
            advice = "see why: a loader without batches, a threshold that nothing passes, an empty folder"
            yield likely(says, "data", advice)

    def filtered(self) -> Hypothesis | None:
        """A list that gets something under a condition alone, in the user's file."""
        name = self.handed(0, "")
        numbers = self.case.elsewhere(rf"(?<![\w.]){re.escape(name)}\.append\(") if name else []
        frame = self.case.frame
        nodes = self.case.source.names.nodes.get(frame.file, []) if frame and len(numbers) == 1 else []
        tests = [each for each in nodes if isinstance(each, ast.If) and holds(each, numbers[0])]
        if not tests:
            return None
        test = max(tests, key=lambda each: each.lineno)
        says = f"{name} is empty: it gets something only where {ast.unparse(test.test)} (line {test.lineno}), and that "
        advice = f"if that can be, see to it: if not {name}, return torch.empty(0, …) with the axes of one, or go on"
        return likely(f"{says}never was so", "data", f"{advice}; print how many pass")
