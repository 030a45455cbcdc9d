"""``convcli`` and ``python -m convcli``: nothing is imported before Ctrl-C has an answer."""

import os
import sys


def main() -> None:
    """Run the program; Ctrl-C ends it with 130, while its modules load as well."""
    try:
        from convcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as end:
        _leave(end)


def _leave(end: SystemExit) -> None:
    """Everything is written: what torch takes down at an exit would cost a fifth of the run."""
    if "torch" not in sys.modules or not isinstance(end.code, int):
        raise end
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where it was closed from the start
        stream.flush()
    os._exit(end.code)


if __name__ == "__main__":
    main()
