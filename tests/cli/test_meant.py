"""What a person meant is done, or said."""

from collections.abc import Callable

import pytest

from convcli.cli import COMMANDS, load
from convcli.cli.meant import Words
from convcli.refusals import ConvcliError
from tests.conftest import Ran


def words(name: str) -> Words:
    command = load(name)
    return Words(command.context_class(command, info_name=name))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_in_pytorchs_spelling(name: str) -> None:
    known = words(name)
    for option in known.options:
        flag = option.opts[0]
        typed = flag.replace("-", "_").replace("__", "--", 1)
        if not flag.startswith("--no-"):
            for each in (typed, f"--{option.name}", f"--{option.name}".upper(), f"-{option.name}"):
                value = [] if option.is_flag else ["5"]
                assert known.meant([each, *value]) == [flag, *value]
            if not option.is_flag:
                assert known.meant([f"--{option.name}=5"]) == [flag, "5"]
        elif not option.name.startswith("no_"):
            assert known.meant([typed]) == [flag] == known.meant([f"--{option.name}", "False"])


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("conv1d", "--bias false", "--no-bias"),
        ("conv1d", "--bias=False --stride 2", "--no-bias --stride 2"),
        ("conv1d", "--bias True", ""),
        ("conv1d", "--no-bias true", "--no-bias"),
        ("conv1d", "--no_bias=no", ""),
        ("conv1d", "--bias 0.5", "--bias 0.5"),
        ("maxpool2d", "--ceil_mode True --return_indices=False", "--ceil-mode"),
        ("avgpool2d", "--count_include_pad --ceil-mode", "--ceil-mode"),
        ("avgpool2d", "--count_include_pad False", "--no-count-include-pad"),
        ("conv1d", "--steps --json", "--steps first --json"),
        ("conv1d", "--steps", "--steps first"),
        ("conv1d", "--steps -4:", "--steps -4:"),
        ("conv1d", "--at -1 --from=-1 --of -1,-2", "--at -1 --from -1 --of -1,-2"),
        ("conv1d", "-k3 -s2 -i - --weight -inf,1", "-k3 -s2 --input - --weight -inf,1"),
        ("lppool1d", "--norm_type -inf", "--norm-type -inf"),
        ("filters", "sobel --flip", "sobel --flip"),
        ("explain", "--verify -- -x", "--verify -- -x"),
    ],
)
def test_what_is_meant(name: str, typed: str, meant: str) -> None:
    assert words(name).meant(typed.split()) == meant.split()


# What is typed wrong, what is said, and what is then typed.
MENT = [
    ("conv1d --kernal 3", "--kernel?", "conv1d --kernel 3"),
    ("conv1d --strides 2", "--stride?", "conv1d --stride 2"),
    ("conv2d --filter sobel-x", "--weight or --kernel?", "conv2d --weight sobel-x"),
    ("conv2d --filter 3", "--weight or --kernel?", "conv2d --kernel 3"),
    ("conv1d --filters 8", "--out or --weight?", "conv1d --out 8"),
    ("maxpool2d --pool_size 3", "--kernel?", "maxpool2d --kernel 3"),
    ("conv1d -o 2", "--save or --out?", "conv1d --out 2"),
    ("conv1d --no-padding", "leave --padding out", "conv1d"),
    ("maxpool2d --no_ceil_mode", "leave --ceil-mode out", "maxpool2d"),
    ("lppool1d --p 3", "did you mean --norm-type?", "lppool1d --norm-type 3"),
    ("conv1d -x", "convcli conv1d --help says", "conv1d --help"),
    ("formula --filters 3", "did you mean --out?", "formula --in 1 --out 3"),
    ("maxpool2d --in 3", "--size 3x28x28", "maxpool2d --size 3x28x28"),
    ("avgpool1d --out_channels 3", "--size 3x28", "avgpool1d --size 3x28"),
    ("maxpool2d --weight sobel-x", "belongs to conv2d, convtranspose2d", "conv2d --weight sobel-x"),
    ("conv2d --ceil-mode", "belongs to maxpool2d, avgpool2d, lppool2d", "maxpool2d --ceil-mode"),
    ("avgpool1d --divisor_override 2", "belongs to avgpool2d, avgpool3d", "avgpool2d --divisor-override 2"),
    ("conv1d --kernel", "--kernel SIZES: Taps: 3, or", "conv1d --kernel 3"),
    ("conv1d --kernel --stride 2", "--kernel needs a value", "conv1d --kernel 3 --stride 2"),
    ("conv1d 3", "try --kernel 3", "conv1d --kernel 3"),
    ("conv2d 3x5", "try --kernel 3x5", "conv2d --kernel 3x5"),
    ("adaptiveavgpool1d 3", "try --output-size 3", "adaptiveavgpool1d --output-size 3"),
    ("formula 28", "try --size 28", "formula --size 28"),
    ("conv2d sobel-x", "try --weight sobel-x", "conv2d --weight sobel-x"),
    ("conv1d input_2d", "try --input input_2d", "conv1d --input input_2d"),
    ("conv1d same", "try --padding same", "conv1d --padding same"),
    ("conv1d 1,2,3", "try --input 1,2,3", "conv1d --input 1,2,3"),
    ("conv1d something", "convcli conv1d --help says", "conv1d --help"),
    ("conv2d --kernel 3 5", "try --kernel 3x5", "conv2d --kernel 3x5"),
    ("conv2d --kernel 3, 5", "try --kernel 3x5", "conv2d --kernel 3x5"),
    ("conv1d --weight 1 0 -1", "try --weight 1,0,-1", "conv1d --weight 1,0,-1"),
    ("conv1d --at 0 3", "try --at 0,3", "conv1d --at 0,3"),
    ("filters sobel x", "quotes around several", "filters sobel-x"),
    ("--kernel 3", "try convcli conv2d --kernel 3", "conv2d --kernel 3"),
    ("--json conv1d", "try convcli conv1d --json", "conv1d --json"),
    ("--formula", "try convcli formula", "formula"),
    ("pool", "maxpool2d, avgpool2d or lppool2d?", "maxpool2d"),
    ("cnov2d", "did you mean conv2d, conv1d or conv3d?", "conv2d"),
    ("conv1d --weight sobel-x", "nn.Conv2d takes it", "conv2d --weight sobel-x"),
    ("conv1d --weight sobel-x", "--weight 1,0,-1", "conv1d --weight 1,0,-1"),
    ("conv2d --weight cnn1d_2", "nn.Conv1d takes it: conv1d --weight cnn1d_2", "conv1d --weight cnn1d_2"),
    ("conv1d --weight CNN2D-1", "nn.Conv2d takes it: conv2d --weight cnn2d_1", "conv2d --weight cnn2d_1"),
    ("conv2d --weight 1,0,-1", "--weight '[[1,0],[0,-1]]'", "conv2d --weight [[1,0],[0,-1]]"),
    ("conv3d --weight 1,0,-1", "--weight '[[[1,-1]]]'", "conv3d --weight [[[1,-1]]]"),
    ("conv2d --in 3 -k 2 -i [[1,2,3],[4,5,6]]", "try --in 1", "conv2d --in 1 -k 2 -i [[1,2,3],[4,5,6]]"),
    ("conv1d --seed x", "try --seed 1", "conv1d --seed 1"),
    ("conv1d --kernel abc", "try --kernel 3", "conv1d --kernel 3"),
    ("conv2d 3 5 3", "try --in 3 --out 5 --kernel 3", "conv2d --in 3 --out 5 --kernel 3"),
    ("conv2d 3, 5, (3,3)", "try --in 3 --out 5 --kernel (3,3)", "conv2d --in 3 --out 5 --kernel (3,3)"),
    ("maxpool2d 2 2", "try --kernel 2 --stride 2", "maxpool2d --kernel 2 --stride 2 --size 6x6"),
    ("formula 28 3", "try --size 28 --kernel 3", "formula --size 28 --kernel 3"),
    ("nn.Conv2d(3,5,3)", "try convcli network 'nn.Conv2d(3,5,3)'", "network nn.Conv2d(3,5,3)"),
    ("nn.Linear", "nn.Linear has no windows to draw: convcli network --help", "network --help"),
    ("conv2d --padding reflect", "try --padding 1 --padding-mode reflect", "conv2d --padding 1 --padding-mode reflect"),
    ("conv1d kernel 3", "try --kernel 3", "conv1d --kernel 3"),
    ("conv1d Kernel_Size=3", "try --kernel 3", "conv1d --kernel 3"),
    ("conv1d k 3", "try --kernel 3", "conv1d --kernel 3"),
    ("conv2d show", "try --show", "conv2d --show"),
    ("formula size --kernel 3", "try --size", "formula --size 28 --kernel 3"),
    ("conv1d -- 3", "try --kernel 3", "conv1d --kernel 3"),
    ("conv1d -- --kernel 3", "doesn't take '--kernel' on its own", "conv1d --kernel 3"),
    ("conv1d --batch 4", "as in --size 4x3x28", "conv1d --size 4x3x28"),
    ("maxpool2d --batch_size=2", "as in --size 2x3x28x28", "maxpool2d --size 2x3x28x28"),
    ("conv2d --dtype float64", "every number is a float32", "conv2d --code"),
    ("conv2d --device cuda", "everything runs on the processor", "conv2d --code"),
    ("formula --same", "--keep or --padding same?", "formula --size 28 --keep"),
    ("conv1d --same", "did you mean --padding same?", "conv1d --padding same"),
    ("blog --list", "leave it out: convcli blog lists them", "blog"),
    ("conv2d --output 5", "--save or --out?", "conv2d --out 5"),
    ("conv2d --output 5", "convcli formula --output 5", "formula --output 5"),
    ("adaptiveavgpool2d --output 5", "--output-size", "adaptiveavgpool2d --output-size 5"),
    ("blog 2 --kernel 2", "conv1d --in 1 --out 1 --stride 2 --kernel 2", "conv1d --in 1 --out 1 --stride 2 --kernel 2"),
    ("blog 6 --padding 1", "conv1d --stride 2 --weight cnn1d_6 --padding 1", "conv1d --stride 2 -w cnn1d_6 -p 1"),
    ("blog --input wave", "--weight cnn1d_1 --input wave", "conv1d --stride 1 --weight cnn1d_1 --input wave"),
    ("blog 9 --no-bias", "conv2d --in 3 --out 1 --kernel 3", "conv2d --in 3 --out 1 --kernel 3 --stride 1 --no-bias"),
]


@pytest.mark.parametrize(("wrong", "said", "right"), MENT, ids=[wrong for wrong, _, _ in MENT])
def test_what_is_said_works(convcli: Callable[..., Ran], wrong: str, said: str, right: str) -> None:
    ran = convcli(*wrong.split(), columns=200)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    ran = convcli(*right.split())
    assert (ran.code, ran.err.startswith("convcli")) == (0, False)


def test_help_wins_over_what_is_wrong(convcli: Callable[..., Ran]) -> None:
    assert convcli("conv1d", "--kernal", "3", "--help").out == convcli("conv1d", "-h").out


def test_help_without_dashes(convcli: Callable[..., Ran]) -> None:
    assert convcli("help").out == convcli("--help").out
    assert convcli("help", "Conv1d").out == convcli("conv1d", "help").out == convcli("conv1d", "--help").out
    assert convcli("blog", "help").out == convcli("blog", "-h").out


@pytest.mark.parametrize("name", ["Conv1d", "CONV1D", "nn.Conv1d", "torch.nn.Conv1d", "conv_1d"])
def test_a_layer_by_its_class(convcli: Callable[..., Ran], name: str) -> None:
    assert convcli(name, "--json").out == convcli("conv1d", "--json").out


def test_a_flag_that_nobody_has_is_refused() -> None:
    with pytest.raises(ConvcliError, match="samples takes no --kernel"):
        words("samples").meant(["--kernel", "3"])
