"""What may stand behind the # of an exported page's address: settings, and anything else."""

from random import Random
from urllib.parse import quote

from tests.fuzz.changes import spoilt

NUMBERS = ("0", "1", "2", "3", "-1", "1.5", "1e3", "1e9", "1e400", "-1e400", "2147483648", "9" * 400, "NaN", "Infinity")
WORDS = ("", "null", "true", "false", '"3"', "[3]", "[[3]]", "{}", "same", "valid", "constructor", "__proto__", "٣")
LISTS = ("3,3", "2,1", "1,2,3,4", "3,", ",3", "null,2", "4,same", "1e5,1e5")
SETTINGS = {
    "family": ("Conv", "ConvTranspose", "MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "Unfold", "conv", "Nothing"),
    "padding": ("0", "1", "2", "same", "valid", "same,1"),
    "padding_mode": ("zeros", "reflect", "replicate", "circular", "mirror"),
    "norm_type": ("1", "2", "Infinity", "0", "-1", "0.5"),
    "input": ("edge", "dot", "digit", "noise", "ramp", "input_1d", "input_2d_img", "toString", "nowhere"),
    "weights": ("sobel-x", "gaussian-5x5", "difference", "hasOwnProperty", "nothing"),
    "x": ("1 2 3", "1 " * 9 + "1", "a b", "1e999", "0 " * 100_000),
    "w": ("1 0 -1", "1 2 3 4 5 6 7 8 9", "NaN NaN NaN", "1e39 1 1 1 1 1 1 1 1"),
    "b": ("1", "-0", "1 2"),
    "step": ("1", "0", "-5", "900", "1.5", "x", "1e30"),
    "gather": ("true", ""),
    **dict.fromkeys(("bias", "ceil_mode", "count_include_pad"), ("true", "false", "0", "1")),
    **dict.fromkeys(("in_channels", "out_channels", "groups", "divisor_override"), ("1", "2", "3", "4", "6", "0")),
    **dict.fromkeys(("kernel_size", "stride", "dilation", "output_padding", "output_size"), ("1", "2", "3", "2,1")),
    "size": ("1", "5", "8,8", "3,3,3", "64,64", "1000,1000"),
    "nothing": ("1",),
}


def address(random: Random) -> str:
    """Some settings, right, odd or broken."""
    said = []
    for name in random.choices(list(SETTINGS), k=random.choice((1, 1, 2, 3, 5, 8))):
        plain = random.random() < 0.7
        value = random.choice(SETTINGS[name] if plain else (*NUMBERS, *WORDS, *LISTS))
        said.append(f"{name}={quote(value) if random.random() < 0.8 else value}")
    text = "&".join(said)
    if random.random() < 0.2:
        text = spoilt(random, text)
    return text.encode("utf-8", "replace").decode()
