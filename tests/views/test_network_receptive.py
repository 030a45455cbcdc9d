"""What a cell sees, drawn."""

import xml.etree.ElementTree as ET

from convcli.network.chain import Chain, work_out
from convcli.network.looking import row_named
from convcli.network.notation import read_text
from convcli.network.reading import read_model
from convcli.network.study import Study
from convcli.views.network_receptive import drawn, field_svg, places
from convcli.views.widgets import Screen
from tests.views.shown import shown

STACK = "; ".join(f"Conv1d(1, 1, 2, dilation={2**i})" for i in range(4))


def stack() -> Chain:
    return work_out(read_text(STACK), (1, 1, 24))


def test_the_tree_of_a_dilated_stack() -> None:
    chain = stack()
    text = shown(drawn(Study((chain,), receptive="last"), Screen(80)))
    assert "one cell of 3 sees 16 of 24" in text
    rows = [line.split()[1].count("●") for line in text.splitlines() if "●" in line]
    assert rows[:5] == [1, 2, 4, 8, 16]
    assert max(map(len, text.splitlines())) <= 80


def test_wide_fields_are_shrunk() -> None:
    chain = work_out(read_model("wavenet").model, (1, 32, 16000))
    text = shown(drawn(Study((chain,), receptive="last"), Screen(60)), 60)
    assert "each sign stands for" in text
    assert max(map(len, text.splitlines())) <= 60


def test_maps_and_the_border() -> None:
    chain = work_out(read_model("alexnet").model, (1, 3, 224, 224))
    text = shown(drawn(Study((chain,), receptive="features.5", effective="about 20 × 20"), Screen(80)))
    assert "78 to 144" in text
    assert "-18 to 48; 18 of 67 are padding, 27%" in text
    assert "██" in text
    assert "reaches 5 × 5 cells" in text
    assert "about 20 × 20" in text
    assert places(chain, row_named(chain, "features.5")) == {"centre": (6, 6), "border": (0, 0)}


def test_as_svg() -> None:
    chain = stack()
    tree = ET.fromstring(field_svg(chain, chain.rows[-1]))
    ns = "{http://www.w3.org/2000/svg}"
    assert len(list(tree.iter(f"{ns}circle"))) == 1 + 2 + 4 + 8 + 16
    assert len(list(tree.iter(f"{ns}path"))) == 2 + 4 + 8 + 16
    alexnet = work_out(read_model("alexnet").model, (1, 3, 224, 224))
    squares = ET.fromstring(field_svg(alexnet, row_named(alexnet, "features.12")))
    assert len([rect for rect in squares.iter(f"{ns}rect") if rect.get("fill") == "none"]) == 8
    assert "features.12  195 × 195" in field_svg(alexnet, row_named(alexnet, "features.12"))
