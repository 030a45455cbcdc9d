"""What options are set to: keys of dictionaries, attributes of classes of settings, flags of a command line."""

import ast
from collections.abc import Iterable, Iterator

NAMESPACES = {"dict", "Namespace", "SimpleNamespace", "EasyDict", "edict", "DotDict"}


def options(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """The options that a file sets, each with what it is set to.

    >>> code = "class Cfg:\\n  wide: int = 8\\nhp = {'deep': 3}\\np.add_argument('--n-heads', default=4)"
    >>> [(name, value.value) for name, value in options(ast.walk(ast.parse(code)))]
    [('wide', 8), ('deep', 3), ('n_heads', 4)]
    """
    nodes = list(nodes)
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)} | NAMESPACES
    for node in nodes:
        match node:
            case ast.ClassDef(body=statements):
                yield from _attributes(statements)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
            case ast.Call(func=ast.Attribute(attr="add_argument"), args=[*_, ast.Constant(value=str(flag))]):
                flag = flag.lstrip("-").replace("-", "_")
                yield from ((flag, each.value) for each in node.keywords if each.arg == "default")
            case ast.Call(func=ast.Name(id=name)) if name in classes:
                yield from ((each.arg, each.value) for each in node.keywords if each.arg)


def _attributes(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value:
                yield name, value
