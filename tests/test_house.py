"""The house holds: who may import whom, how large a room may be, where torch is let in, and what a module is called.

Each check reads sources, a dict of module names and their text, and gives what is wrong with them; beside it stand
made-up sources that it has to object to.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

import convcli
import convcli.layers.without_windows  # enters the layers that chains have besides
from convcli.layers import LAYERS

ROOT = Path(__file__).parent.parent
# The rooms from the ground up: a module imports its own room and those before it, nothing else.
ROOMS = [
    "arithmetic",
    "version",
    "process",
    "wording",
    "colours",
    "whole_numbers",
    "matching",
    "refusals",
    "layers",
    "data",
    "plan",
    "picks",
    "limits",
    "memory",
    "sizing",
    "traps",
    "engine",
    "report",
    "explain",
    "network",
    "views",
    "api",
    "explore",
    "cli",
    "__main__",
]
MOST_LINES = 350
HEAVY = {"torch", "numpy", "PIL"}  # slow to import
WITH_VALUES = {"convcli.engine.forward", "convcli.engine.replay", "convcli.explain.verify"}  # import them at once
WITH_VALUES |= {f"convcli.network.{name}" for name in ("answering", "building", "running", "tracing")}
WITH_TORCH = WITH_VALUES | {"convcli.cli.waiting", "convcli.data.formats", "convcli.data.saving"}
WITH_TEXTUAL = "convcli.explore.explorer"  # an extra, that nothing else may need
ABSTRACT = {"Layer", "Windowed", "Sliding"}  # what others may ask whether a layer is
NO_TEST = {"__init__", "__main__", "version"}  # names without a test file of their own

Sources = dict[str, str]


def package() -> Sources:
    found = {}
    for path in sorted((ROOT / "convcli").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts)] = path.read_text(encoding="utf-8")
    return found


def imported(source: str) -> Iterator[tuple[str, ast.AST]]:
    """Every module or name that is imported anywhere, ``package.name`` for ``from package import name``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((each.name, node) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield from ((f"{dots}{node.module or ''}.{each.name}", node) for each in node.names)


def graph(sources: Sources) -> dict[str, set[str]]:
    """The modules of the package that each module imports, a package standing for its ``__init__``."""
    edges: dict[str, set[str]] = {}
    for module, source in sources.items():
        edges[module] = set()
        for name, _ in imported(source):
            parent = name.rpartition(".")[0]
            targets = (name, f"{name}.__init__", parent, f"{parent}.__init__")
            edges[module] |= set([each for each in targets if each in sources][:1])
    return edges


def room(module: str) -> str:
    """The first name after the package's: a directory, or a module that is a room of its own."""
    return module.split(".")[1]


def rooms_in_order(sources: Sources) -> Iterator[str]:
    for module, targets in graph(sources).items():
        if room(module) == "__init__":  # what convcli gives out, from wherever it is
            continue
        if room(module) not in ROOMS:
            yield f"{module} stands in no room"
            continue
        for target in targets:
            if room(target) not in ROOMS[: ROOMS.index(room(module)) + 1]:
                yield f"{module} imports {target}"


def no_circles(sources: Sources) -> Iterator[str]:
    left = graph(sources)
    while ends := [module for module, targets in left.items() if not targets & set(left)]:
        for module in ends:
            del left[module]
    if left:
        yield f"a circle among {', '.join(left)}"


def absolute_imports(sources: Sources) -> Iterator[str]:
    """The other checks understand only these."""
    for module, source in sources.items():
        yield from (f"{module} imports {name}" for name, _ in imported(source) if name.startswith("."))


def small_modules(sources: Sources) -> Iterator[str]:
    for module, source in sources.items():
        if (count := len(source.splitlines())) > MOST_LINES:
            yield f"{module} has {count} lines"


def deferred(tree: ast.Module) -> set[ast.AST]:
    """What doesn't run when a module is imported: functions' bodies, and what is for type checkers alone."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if later or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            inside |= set(ast.walk(node))
    return inside


def heavy_only_with_values(sources: Sources) -> Iterator[str]:
    for module, source in sources.items():
        tree = ast.parse(source)
        late = {node.lineno for node in deferred(tree) if isinstance(node, ast.Import | ast.ImportFrom)}
        for name, node in imported(source):
            top = name.split(".")[0]
            if top in HEAVY and module not in WITH_VALUES and node.lineno not in late:
                yield f"{module} imports {top} as soon as it is imported itself"
            if (top == "torch" and module not in WITH_TORCH) or (top == "textual" and module != WITH_TEXTUAL):
                yield f"{module} imports {top}"


def layers_answer_for_themselves(sources: Sources) -> Iterator[str]:
    """Nobody outside ``layers`` looks at which layer it is to know how it behaves."""
    inside = [ast.parse(source) for module, source in sources.items() if room(module) == "layers"]
    classes = {node.name for tree in inside for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    classes |= {layer.__name__ for layer in LAYERS.values()}
    for module, source in sources.items():
        if room(module) != "layers":
            asked = (asks_which_layer(node, classes - ABSTRACT) for node in ast.walk(ast.parse(source)))
            yield from (f"{module}: {words}" for words in asked if words)


def asks_which_layer(node: ast.AST, classes: set[str]) -> str:
    """The words of a comparison with a layer's name or type, of a match on it or of a look into a table by it."""
    subjects: list[ast.AST] = []
    if isinstance(node, ast.Compare):
        subjects = [node.left, *node.comparators]
    elif isinstance(node, ast.Match):
        subjects = [node.subject]
    elif isinstance(node, ast.Subscript):
        subjects = [node.slice]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # axis.name.startswith("…"), or {…}.get(layer.type)
        subjects = [*node.args, node.func.value] if node.func.attr in ("get", "startswith", "endswith") else []
    elif (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass")
    ):
        named = {each.id for each in ast.walk(node.args[1]) if isinstance(each, ast.Name)}
        return ast.unparse(node) if named & classes else ""
    if any(is_its_type(each) for each in subjects):
        return ast.unparse(node)
    if isinstance(node, ast.Compare):
        names = {each.id for each in subjects if isinstance(each, ast.Name)}
        words = any(isinstance(each, ast.Constant) and each.value for side in subjects for each in ast.walk(side))
        if names & classes or (words and any(isinstance(s, ast.Attribute) and s.attr == "name" for s in subjects)):
            return ast.unparse(node)
    return ""


def is_its_type(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # layer.type.lower()
        return is_its_type(node.func.value)
    return isinstance(node, ast.Attribute) and node.attr in ("type", "__name__", "norm_type")


def names_of_their_own(sources: Sources) -> Iterator[str]:
    names = [(module, module.split(".")[-1]) for module in sources if not module.endswith("__")]
    # A package has the name of its directory.
    names += [(module, module.split(".")[-2]) for module in sources if module.endswith(".__init__")]
    names = [(module, name) for module, name in names if module != "convcli.__init__"]
    for module, name in names:
        if name in sys.stdlib_module_names:
            yield f"{module} is called like a module of Python"
        if name in convcli.__all__:
            yield f"{module} is called like convcli.{name}"
    for (one, name), (other, same) in combinations(names, 2):
        if name == same:
            yield f"{one} and {other} are called the same"


def mirrored(sources: Sources, tests: set[str] | None = None) -> Iterator[str]:
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")} if tests is None else tests
    for module in sources:
        *rooms, name = module.split(".")[1:]
        path = "/".join(["tests", *rooms, f"test_{name}.py"])
        if name not in NO_TEST and path not in there:
            yield f"{module} has no {path}"


BAD = {
    rooms_in_order: [
        {"convcli.plan": "from convcli.cli import main", "convcli.cli.__init__": ""},
        {"convcli.plan": "def f():\n    import convcli.views.page", "convcli.views.page": ""},
        {
            "convcli.layers.base": "if TYPE_CHECKING:\n    from convcli.engine.forward import Values",
            "convcli.engine.forward": "",
        },
        {"convcli.attic": ""},
    ],
    no_circles: [
        {"convcli.data.one": "from convcli.data.two import x", "convcli.data.two": "import convcli.data.one"},
        {
            "convcli.data.one": "from convcli.data import two",
            "convcli.data.two": "def f():\n    from convcli.data.three import x",
            "convcli.data.three": "if TYPE_CHECKING:\n    from convcli.data import one",
        },
        {"convcli.data.one": "from convcli.data import x", "convcli.data.__init__": "from convcli.data.one import x"},
    ],
    absolute_imports: [{"convcli.plan": "from .data import arrays"}, {"convcli.plan": "from . import data"}],
    small_modules: [{"convcli.plan": "\n" * 351}],
    heavy_only_with_values: [
        {"convcli.plan": "import numpy as np"},
        {"convcli.plan": "class A:\n    from PIL import Image"},
        {"convcli.plan": "try:\n    import torch.nn as nn\nexcept ImportError:\n    pass"},
        {"convcli.engine.steps": "from numpy import array"},
        {"convcli.plan": "def f():\n    from torch.nn import functional"},
        {"convcli.plan": "if TYPE_CHECKING:\n    import torch"},
        {"convcli.explore.knobs": "def f():\n    from textual.app import App"},
    ],
    layers_answer_for_themselves: [
        {"convcli.plan": 'plan.layer.type == "Conv2d"'},
        {"convcli.plan": 'plan.layer.type.lower() in ("conv2d", "conv3d")'},
        {"convcli.plan": 'axis.name == "height"'},
        {"convcli.plan": 'layer.name in ("conv2d", "conv3d")'},
        {"convcli.plan": 'type(layer).__name__ == "Conv2d"'},
        {"convcli.plan": 'layer.type.startswith("Conv")'},
        {"convcli.plan": "layer.norm_type == 1"},
        {"convcli.plan": 'match layer.type:\n    case "Conv2d":\n        pass'},
        {"convcli.plan": '{"Conv2d": 1}[layer.type]'},
        {"convcli.plan": '{"Conv2d": 1}.get(layer.type)'},
        {"convcli.plan": "isinstance(layer, ReLU)"},
        {"convcli.plan": "isinstance(layer.reduction, (int, Mean))", "convcli.layers.reductions": "class Mean: ..."},
        {"convcli.plan": "type(layer) is ReLU"},
    ],
    names_of_their_own: [
        {"convcli.views.json": ""},
        {"convcli.explain.run": ""},
        {"convcli.json.__init__": ""},
        {"convcli.views.steps": "", "convcli.engine.steps": ""},
        {"convcli.views.data": "", "convcli.data.__init__": ""},
    ],
    mirrored: [{"convcli.attic": ""}, {"convcli.data.attic": ""}],
}
GOOD: Sources = {
    "convcli.__init__": "from convcli.plan import Plan",
    "convcli.plan": (
        "from convcli.data.arrays import Array\nfrom convcli.layers import Layer\nisinstance(layer, Layer)\n"
        'if TYPE_CHECKING:\n    import numpy\ndef f():\n    import numpy\n    each.name == name\n    f"nn.{layer.type}"'
    ),
    "convcli.layers.__init__": "from convcli.layers.base import Layer",
    "convcli.layers.base": 'class Layer:\n    def f(self):\n        return self.type == "Conv2d"',
    "convcli.data.arrays": "",
    "convcli.engine.forward": "import torch",
    "convcli.data.saving": "def f():\n    import torch",
}
GOOD_TESTS = {"tests/test_plan.py", "tests/layers/test_base.py", "tests/data/test_arrays.py"}
GOOD_TESTS |= {"tests/engine/test_forward.py", "tests/data/test_saving.py"}
Check = Callable[[Sources], Iterator[str]]


@pytest.mark.parametrize("check", BAD, ids=lambda check: check.__name__)
def test_the_house(check: Check) -> None:
    assert list(check(package())) == []


@pytest.mark.parametrize(
    ("check", "sources"),
    [(check, bad) for check, examples in BAD.items() for bad in examples],
    ids=lambda value: value.__name__ if callable(value) else "objected",
)
def test_each_check_objects(check: Check, sources: Sources) -> None:
    assert list(check(sources)), "this should have been objected to"


@pytest.mark.parametrize("check", BAD, ids=lambda check: check.__name__)
def test_no_check_objects_to_what_is_right(check: Check) -> None:
    assert list(mirrored(GOOD, GOOD_TESTS) if check is mirrored else check(GOOD)) == []


def test_every_room_of_the_list_is_there() -> None:
    assert {room(module) for module in package()} == {*ROOMS, "__init__"}


def given_out(source: str) -> set[str]:
    """What a module imports for its users to take from it: under TYPE_CHECKING, or by the same name's dunder."""
    return {name.rpartition(".")[2] for name, _ in imported(source) if name.startswith("convcli.")}


def undocumented(values: dict[str, object]) -> list[str]:
    """Of what is given out, what has no docstring with an example in it."""
    return [name for name, value in values.items() if ">>> " not in (value.__doc__ or "")]


def test_what_convcli_gives_out() -> None:
    assert set(convcli.__all__) == given_out(package()["convcli.__init__"]) == {*convcli.HOMES, "__version__"}
    assert undocumented({name: getattr(convcli, name) for name in convcli.__all__ if name != "__version__"}) == []
    with pytest.raises(AttributeError, match="attic"):
        _ = convcli.attic


def test_the_checks_of_what_is_given_out_object() -> None:
    def described() -> None:
        """Without an example."""

    assert undocumented({"described": described, "bare": lambda: None}) == ["described", "bare"]
    assert given_out("if TYPE_CHECKING:\n    from convcli.api import run\nfrom typing import Any") == {"run"}
