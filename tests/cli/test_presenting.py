"""Views shown by their medium, and the files that they may write."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from convcli.cli.presenting import check_files, present, write_files
from convcli.refusals import ConvcliError
from convcli.views.registry import View

CSV, JSON = View(("save",), "x.y", "file", suffixes=(".csv",)), View(("export",), "x.y", "file", suffixes=(".csv",))


def test_files(tmp_path: Path) -> None:
    path = str(tmp_path / "a.csv")
    check_files([CSV, View((), "x.y")], SimpleNamespace(save=path, force=False))
    with pytest.raises(ConvcliError, match="--save and --export name the same file"):
        check_files([CSV, JSON], SimpleNamespace(save=path, export=path, force=False))
    with pytest.raises(ConvcliError, match=r"writable here: \.csv"):
        check_files([CSV], SimpleNamespace(save=path + ".x", force=False))


class Said(View):
    """A view that needs no module to draw it."""

    @property
    def render(self):  # type: ignore[no-untyped-def]
        def written(report: str, stream: object, suffix: str, tracked: object) -> str:
            stream.write(f"{report}{suffix}".encode())  # type: ignore[attr-defined]
            return "a report"

        return {"lines": lambda report, screen: [report], "text": str, "file": written}[self.medium]


def test_by_medium(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.CSV"
    flags = SimpleNamespace(full=False, save=str(path), force=False)
    views = [Said(("save",), "x.y", medium) for medium in ("lines", "text", "file")]
    write_files("told", views, flags)
    for view in views:
        present(view, "told", flags)
    shown = capsys.readouterr()
    assert shown.out == "told\ntold"
    assert "a report" in shown.err
    assert path.read_text() == "told.csv"
