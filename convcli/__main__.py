"""``convcli`` and ``python -m convcli``: nothing is imported before Ctrl-C has an answer."""

import sys


def main() -> None:
    """Run the program; Ctrl-C ends it with 130, while its modules load as well."""
    try:
        from convcli.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
