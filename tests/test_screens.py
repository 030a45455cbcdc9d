"""Golden screens: whole outputs kept in files; CONVCLI_REWRITE=1 writes them anew."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

GOLDEN = Path(__file__).parent / "golden"
SCREENS = {
    "conv1d": ("conv1d --kernel 3 --stride 2", 80),
    "conv1d-narrow": ("conv1d --kernel 3 --stride 2", 40),
    "conv2d": ("conv2d --in 3 --out 5", 80),
    "conv3d": ("conv3d --kernel 1x3x3 --padding 0,1,1 --padding-mode circular", 80),
    "large": ("conv2d --size 3x64x64 --weight [[1,0],[0,1]]", 60),
    "convtranspose1d": ("convtranspose1d --kernel 3 --stride 2 --padding 1 --output-padding 1", 80),
    "maxpool": ("maxpool2d -i [[1,5,2],[4,3,9],[7,8,6]] --kernel 2 --ceil-mode --return-indices", 80),
    "avgpool": ("avgpool1d --kernel 3 --padding 1 --no-count-include-pad", 80),
    "depthwise": ("conv2d --weight sobel-x", 80),
    "show": ("conv2d --size 6x7 --in 2 --out 3 --show", 80),
    "show-large": ("conv2d --size 40x90 --weight [[1,2],[3,4]] --show", 60),
    "coverage": ("conv2d --size 6x7 --stride 2 --coverage", 80),
    "steps": ("conv2d --in 1 --size 4x4 --padding 1 --weight sobel-x --at 0,1", 80),
    "pooled": ("avgpool2d --size 4x4 --padding 1 --steps 0:2", 60),
    "adaptive": ("adaptiveavgpool1d --output-size 4 --steps all", 80),
    "adaptive-coverage": ("adaptivemaxpool2d --size 7x7 --output-size 3x2 --coverage", 80),
    "adaptive-indices": ("adaptivemaxpool1d --output-size 3 --return-indices", 40),
    "adaptive-kept": ("adaptiveavgpool3d --size 3x4x5 --output-size 2,none,2 --at 0,1,1,1", 60),
    "unfold": ("unfold --size 2x3x4 --kernel 2", 80),
    "unfold-step": ("unfold --size 2x3x4 --kernel 2 --padding 1 --at 5,1 --from 1,0,1", 60),
    "filters": ("filters", 60),
    "flip": ("filters sobel-x --flip", 80),
    "backwards": ("formula --size 224 --output 112", 80),
    "sizes": ("formula --output 112 --kernel 3 --stride 2 --padding 1", 40),
    "formula": ("formula", 80),
    "formula-worked": ("formula --size 28x32 --kernel 4 --padding same", 80),
    "formula-counted": ("formula --size 224x224 --kernel 7 --stride 2 --padding 3 --in 3 --out 64", 80),
    "formula-narrow": ("formula --size 224 --kernel 7 --stride 2 --padding 3", 50),
    "formula-ceil": ("formula --size 7 --kernel 2 --padding 1 --ceil-mode", 80),
    "formula-transposed": ("formula --size 4 --kernel 3 --stride 2 --transposed --output-padding 1", 80),
    "several-layers": ("formula --size 224 --output 7", 80),
    "blog": ("blog", 80),
    "blog-one": ("blog cnn1d_4", 80),
    "samples": ("samples", 40),
    "explain-page": ("explain --code channels-last", 80),
    "explain-narrow": ("explain --code cat-size", 50),
    "network": ("network lenet", 80),
    "network-narrow": ("network alexnet --depth 1", 50),
    "network-fails": ("network Conv2d(1,6,5);MaxPool2d(2);Flatten();Linear(864,10) --size 32x32", 80),
    "network-receptive": ("network Conv1d(1,1,3);MaxPool1d(2);Conv1d(1,1,3) --size 20 --receptive 2", 80),
    "network-compared": ("network --compare vgg16 alexnet", 80),
}
# How far a number is off, in its last digits, depends on the order in which a processor sums.
ROUNDED = r" +[\d.]+(?= +-?\d\.\d+e)| +-?\d\.\d+e-\d\d"


@pytest.mark.parametrize("name", SCREENS)
def test_screen(convcli: Callable[..., Ran], name: str) -> None:
    arguments, columns = SCREENS[name]
    ran = convcli(*arguments.split(), columns=columns)
    assert ran.code == 0
    shown = "\n".join(line.rstrip() for line in ran.out.splitlines()) + "\n"
    if name.startswith("blog"):
        shown = re.sub(ROUNDED, " #", shown)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CONVCLI_REWRITE"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
