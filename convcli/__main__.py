"""``convcli`` and ``python -m convcli``: nothing is imported before Ctrl-C has an answer."""

import sys


def main() -> None:
    """Run the program; Ctrl-C ends it with 130, while its modules load as well."""
    try:
        from convcli.process import leave, start

        start()
        from convcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as end:
        if "torch" in sys.modules and isinstance(end.code, int):
            leave(end.code)  # what torch takes down at an exit would cost a fifth of the run
        raise


if __name__ == "__main__":
    main()
