"""Networks of the literature, to the last digit of what was published."""

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.network import known
from convcli.network.chain import Chain, work_out
from convcli.network.fitting import smallest
from convcli.network.reading import read_model
from tests.network.drawn import modules

# parameters, MACs, receptive field where it stops to grow, and the smallest input
PUBLISHED = {
    "alexnet": (61_100_840, 714_188_480, 195, (63, 63)),
    "vgg11": (132_863_336, 7_609_090_048, 150, (32, 32)),
    "vgg16": (138_357_544, 15_470_264_320, 212, (32, 32)),
    "vgg19": (143_667_240, 19_632_062_464, 268, (32, 32)),
    "mobilenet": (4_231_976, 568_740_352, 315, (1, 1)),
    "lenet": (61_706, 416_520, 16, (32, 32)),
    "nin": (966_986, 222_486_528, 27, (4, 4)),
    "dcgan": (3_576_704, 104_628_224, 6, (1, 1)),
    "m5": (26_915, 1_880_256, 6_848, (6_848,)),
    "c3d": (79_991_015, 38_548_959_232, 150, (16, 112, 112)),
    "unet": (18_842_048, 72_477_446_400, 140, (140, 140)),
    "wavenet": (20_800, 323_510_272, 1_024, (1_024,)),
    "tiny": (50, 128, 4, (10,)),
}


def chain_of(name: str) -> Chain:
    named = read_model(name)
    assert named.size is not None
    return work_out(named.model, (1, *named.size))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_numbers(name: str) -> None:
    chain, (parameters, macs, field, least) = chain_of(name), PUBLISHED[name]
    assert chain.failed is None
    assert (chain.parameters, chain.macs) == (parameters, macs)
    assert chain.sees is not None
    assert chain.sees.seen[-1][0] == field
    if name != "c3d":  # whose 16 · 512 cells could be of other proportions
        assert smallest(chain.model).sizes == least


@pytest.mark.parametrize("name", PUBLISHED)
def test_torch_counts_the_same(name: str) -> None:
    chain = chain_of(name)
    with torch.device("meta"):
        network = nn.Sequential(*modules([row.layer for row in chain.rows if row.layer]))
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            output = network(torch.empty(chain.input_shape))
    assert tuple(output.shape) == chain.output_shape
    assert sum(each.numel() for each in network.parameters()) == chain.parameters
    assert counter.get_total_flops() == 2 * chain.macs


def rounded(text: str, unit: str) -> float | None:
    """A published number before its unit."""
    found = re.search(rf"([\d.,]+)( million)? {unit}", text)
    return found and float(found[1].replace(",", "")) * (1e6 if found[2] else 1)  # type: ignore[return-value]


@pytest.mark.parametrize("name", sorted({*PUBLISHED} - {"lenet", "tiny"}))  # LeCun's has other poolings
def test_what_is_said_to_be_published_is_what_is_counted(name: str) -> None:
    chain, said = chain_of(name), known.facts(known.text_of(name))["published"]
    counts = {"parameters": chain.parameters, "GMACs": chain.macs / 1e9, "MACs": chain.macs}
    if name == "c3d":
        counts["parameters"] -= (487 - 101) * 4097  # classes
    for unit, count in counts.items():
        if (published := rounded(said, unit)) is not None:
            assert count == pytest.approx(published, rel=0.008)
    if "receptive field" in said:
        assert f"receptive field {PUBLISHED[name][2]} " in said


def test_shapes_that_were_published() -> None:
    assert chain_of("unet").output_shape == (1, 1024, 28, 28)
    assert chain_of("dcgan").output_shape == (1, 3, 64, 64)
    assert read_model("c3d").model.parts[0].name == "0"


def test_every_network_says_where_it_is_from() -> None:
    assert set(known.names()) == set(PUBLISHED)
    for name in known.names():
        facts = known.facts(known.text_of(name))
        assert {"about", "input"} <= set(facts)
        assert name == "tiny" or "20" in facts["source"] or "19" in facts["source"]
