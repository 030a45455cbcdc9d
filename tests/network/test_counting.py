"""The numbers of other tools, held against the tools themselves where they are installed."""

import logging
import warnings
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.network.chain import work_out
from convcli.network.counting import CONVENTIONS, counted
from convcli.network.notation import read_text
from convcli.network.reading import read_model

MAPS, LINE, VOLUME = (1, 4, 8, 8), (1, 4, 8), (1, 4, 5, 5, 5)
LAYERS: list[tuple[nn.Module, tuple[int, ...]]] = [
    (nn.Conv2d(4, 6, 3, groups=2), MAPS),
    (nn.Conv2d(4, 6, 3, bias=False), MAPS),
    (nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"), MAPS),
    (nn.ConvTranspose2d(4, 6, 3, stride=2), MAPS),
    (nn.ConvTranspose1d(4, 6, 3, stride=2), LINE),
    (nn.Conv1d(4, 6, 3), LINE),
    (nn.Conv3d(4, 6, 3), VOLUME),
    (nn.Linear(8, 5), (1, 8)),
    (nn.Linear(8, 5), (1, 7, 8)),
    (nn.Linear(8, 5, bias=False), (1, 7, 8)),
    (nn.BatchNorm2d(4), MAPS),
    (nn.BatchNorm2d(4, affine=False), MAPS),
    (nn.BatchNorm1d(8), (1, 8)),
    (nn.GroupNorm(2, 4), MAPS),
    (nn.GroupNorm(2, 4, affine=False), MAPS),
    (nn.LayerNorm(8), MAPS),
    (nn.InstanceNorm2d(4), MAPS),
    (nn.InstanceNorm2d(4, affine=True), MAPS),
    (nn.RMSNorm(8), MAPS),
    (nn.LocalResponseNorm(3), MAPS),
    *((activation, MAPS) for activation in (nn.ReLU(), nn.PReLU(4), nn.GELU(), nn.Sigmoid(), nn.ELU(), nn.SiLU())),
    *((activation, MAPS) for activation in (nn.LeakyReLU(), nn.ReLU6(), nn.Softmax(1), nn.LogSoftmax(1), nn.GLU(1))),
    *((pool, MAPS) for pool in (nn.MaxPool2d(2), nn.AvgPool2d(2), nn.LPPool2d(2, 2), nn.AdaptiveMaxPool2d(3))),
    *((pool, MAPS) for pool in (nn.AdaptiveAvgPool2d(3), nn.AdaptiveAvgPool2d(1))),
    (nn.AdaptiveAvgPool1d(3), LINE),
    (nn.LPPool1d(2, 2), LINE),
    *((nn.Upsample(scale_factor=2, mode=mode), MAPS) for mode in ("nearest", "bilinear", "bicubic", "area")),
    (nn.Upsample(scale_factor=2), LINE),
    (nn.UpsamplingNearest2d(scale_factor=2), MAPS),
    *((layer, MAPS) for layer in (nn.ZeroPad2d(1), nn.PixelShuffle(2), nn.Flatten(), nn.Unfold(2), nn.Dropout())),
    (nn.Embedding(9, 5), (1, 7)),
]


def tool_counts(tool: str, module: nn.Module, x: torch.Tensor) -> int:
    logging.getLogger("fvcore").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if tool == "flop_counter":
            with FlopCounterMode(display=False) as counter, torch.no_grad():
                module(x)
            return int(counter.get_total_flops())
        if tool == "torchinfo":
            torchinfo = pytest.importorskip("torchinfo")
            return int(torchinfo.summary(module, input_data=x, verbose=0).total_mult_adds)
        if tool == "fvcore":
            fvcore: Any = pytest.importorskip("fvcore.nn")
            analysis = fvcore.FlopCountAnalysis(module, x)
            return int(analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total())
        ptflops = pytest.importorskip("ptflops")
        found = ptflops.get_model_complexity_info(
            module,
            tuple(x.shape[1:]),
            as_strings=False,
            print_per_layer_stat=False,
            input_constructor=lambda size: {"input": x},
        )
        return int(found[0])


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_each_kind_of_layer(tool: str) -> None:
    for layer, shape in LAYERS:
        module = nn.Sequential(layer).eval()
        x = torch.zeros(shape, dtype=torch.long) if isinstance(layer, nn.Embedding) else torch.rand(shape)
        chain = work_out(read_text(repr(module)), shape)
        assert counted(chain, tool) == tool_counts(tool, module, x), repr(layer)


@pytest.mark.parametrize("tool", CONVENTIONS)
def test_whole_networks(tool: str) -> None:
    sizes = {"lenet": (1, 32, 32), "mobilenet": (3, 32, 32), "dcgan": (100, 1, 1), "nin": (3, 8, 8), "tiny": (1, 10)}
    for name, size in sizes.items():
        chain = work_out(read_model(name).model, (1, *size))
        module = nn.Sequential(*(eval(row.layer.code, {"nn": nn}) for row in chain.rows if row.layer)).eval()
        assert counted(chain, tool) == tool_counts(tool, module, torch.rand(chain.input_shape)), name
