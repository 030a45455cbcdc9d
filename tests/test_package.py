"""What the package imports is what it declares, and what it ships is what its bill says."""

import re
import sys
import tomllib
from fnmatch import fnmatch

import pytest

from convcli.cli.exits import guard
from tests.test_house import ROOT, imported, package

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULE = {"pillow": "PIL", "fpdf2": "fpdf"}  # where it isn't called as its package is
ONLY_THERE = {"msvcrt", "_typeshed"}  # Windows' own, and what type checkers alone know


def declared(lines: list[str]) -> set[str]:
    names = (re.match(r"[\w-]+", line) for line in lines)
    return {MODULE.get(each[0], each[0]) for each in names if each}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    tops = {name.split(".")[0] for source in package().values() for name, _ in imported(source)}
    extras = PROJECT["optional-dependencies"]
    theirs = tops - set(sys.stdlib_module_names) - {"convcli"} - ONLY_THERE
    assert theirs == declared(PROJECT["dependencies"] + extras["explore"] + extras["pdf"])


def test_only_the_command_line_knows_typer_and_nothing_private_of_it() -> None:
    for module, source in package().items():
        for name, _ in imported(source):
            if name.split(".")[0] in ("typer", "click"):
                assert module.startswith("convcli.cli."), module
                assert "._" not in name, (module, name)


def test_every_file_is_on_the_bill() -> None:
    bill = re.findall(r"`([^`]*\*\.\w+|[^`]*\.json|[^`]*/LICENSE)`", (ROOT / "docs" / "shipped.md").read_text())
    patterns = [each if "/" in each else f"convcli/views/{each}" for each in bill]
    for path in (ROOT / "convcli").rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and "__pycache__" not in name and path.name != "py.typed":
            assert any(fnmatch(name, pattern.replace("**/", "*")) for pattern in patterns), name


def test_what_is_not_installed_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    def run() -> None:
        import not_installed_here  # type: ignore[import-not-found]  # noqa: F401

    assert guard(run) == 1
    assert capfd.readouterr().err == (
        "convcli: this needs not_installed_here, which isn't installed\n  pip install not_installed_here\n"
    )
