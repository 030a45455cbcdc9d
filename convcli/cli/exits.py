"""How the program ends: every way becomes an exit code and, where it is an error, words on stderr."""

from collections.abc import Callable
from typing import Any

import typer

from convcli.cli.streams import complain, write
from convcli.refusals import ConvcliError, lacks_memory


def guard(run: Callable[[], Any], show_traceback: bool = False) -> int:
    """Run the program; every way it can end becomes an exit code, never a traceback unless it is asked for."""
    try:
        code = run()
        write("")
        return code if isinstance(code, int) else 0
    except ConvcliError as error:
        complain(*error.words(on_the_command_line), error.explained_by, error.excerpt)
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = f"{context.command_path} --help" if context else "--help after the command"
        complain(error.format_message(), f"{command} lists what it takes")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except RecursionError:
        complain("the input is nested too deeply")
        return 2
    except OSError as error:
        nameless = "the working directory" if isinstance(error, FileNotFoundError) else "the output"
        complain(f"{error.filename or nameless}: {error.strerror or error}")
        return 1
    except ModuleNotFoundError as error:
        complain(f"this needs {error.name}, which isn't installed", f"pip install {error.name}")
        return 1
    except Exception as error:
        if lacks_memory(error):
            complain("this needs more memory than there is", "try smaller sizes")
            return 1
        if show_traceback:
            raise
        complain(
            f"a defect of convcli, not of your request: {type(error).__name__}: {error}",
            "please report it with the command you typed",
        )
        return 1


def on_the_command_line(name: str, value: Any = None) -> str:
    """An argument as it is typed: ``--kernel``, ``--kernel 3x5``, or numbers, ``--weight 1,0,-1``."""
    from convcli.cli.flags import LayerFlags, RunFlags
    from convcli.cli.formula import FormulaFlags
    from convcli.cli.networks import NetworkFlags
    from convcli.cli.typed import spelled

    requests = (LayerFlags, RunFlags, FormulaFlags, NetworkFlags)
    named = filter(None, (spelled(request, name) for request in requests))
    typed = value
    if isinstance(value, tuple):
        typed = "x".join(map(str, value))
    elif isinstance(value, list):
        numbers = str(value).replace(" ", "")
        typed = f"'{numbers}'" if "[" in numbers[1:] else numbers[1:-1]
    return next(named, "--" + name.replace("_", "-")) + ("" if value is None else f" {typed}")
