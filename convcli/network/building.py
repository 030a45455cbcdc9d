"""A module of the user's own code: imported, found by its name and made with its arguments. This runs that code."""

import contextlib
import importlib
import importlib.util
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from convcli.refusals import ConvcliError, Failure

ENDS = BaseException  # of the user's code: a script's own exit is none of ours


class CantBuild(Failure):
    """The user's code, or its import, failed."""


def built(target: str, values: Sequence[Any], named: Mapping[str, Any], device: str) -> nn.Module:
    """The module of ``FILE.py:Net`` or ``module:callable``, made with these arguments; the user's code runs here.

    Raises:
        CantBuild: it can't be imported or made. ConvcliError: there is no such thing.
    """
    place, _, name = target.rpartition(":")
    space = _imported(place)
    found: Any = space
    for part in name.split("."):
        if not hasattr(found, part):
            there = [each for each, value in vars(space).items() if _makes_modules(value)]
            raise ConvcliError(
                f"{place} has no {name!r}", f"it has {', '.join(there)}" if there else "it has no module"
            )
        found = getattr(found, part)
    if isinstance(found, nn.Module):
        return found.eval()
    try:
        with torch.device(device), contextlib.redirect_stdout(io.StringIO()):
            made = found(*values, **named)
    except ENDS as error:
        if device == "meta":  # what looks at numbers while it is made can't be made without any
            return built(target, values, named, "cpu").to("meta")
        raise CantBuild(f"{name} can't be made: {said(error)}", "its arguments: --args '3, width=64'") from None
    if not isinstance(made, nn.Module):
        why = f"{name} gives a {type(made).__name__}, not a torch.nn.Module"
        raise ConvcliError(why, "name a module, or what makes one")
    return made.eval()


def _imported(place: str) -> Any:
    path = Path(place)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            if path.suffix != ".py":
                sys.path.insert(0, str(Path.cwd()))
                return importlib.import_module(place)
            sys.path.insert(0, str(path.absolute().parent))
            spec = importlib.util.spec_from_file_location(f"_shown_{path.stem}", path)
            assert spec is not None
            assert spec.loader is not None
            space = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = space
            spec.loader.exec_module(space)
            return space
    except FileNotFoundError:
        raise ConvcliError(f"there is no file {place!r}", "check the name and the folder it is in") from None
    except ENDS as error:
        raise CantBuild(f"{place} can't be imported: {said(error)}", "does it run by itself?") from None


def _makes_modules(value: Any) -> bool:
    kind = value if isinstance(value, type) else type(value)
    return issubclass(kind, nn.Module) and not kind.__module__.startswith("torch.")


def said(error: BaseException) -> str:
    """An error's first line, and what kind it is."""
    line = first_line(error)
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def first_line(error: BaseException) -> str:
    """The first line of what an error says; nothing where it fails even at that."""
    with contextlib.suppress(Exception):
        return str(error).strip().partition("\n")[0]
    return ""
