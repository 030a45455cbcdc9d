"""What numbers of features tell: of maps, of flattened pictures, of encoders."""

from math import gcd, isqrt

LARGEST_CHANNELS = 2048  # of the last maps of a network that people build
JOINS = r"cat\(|concat|hstack|stack\("  # how files join features


# What text and picture encoders are wide: sizes that don't come from counting maps.
WIDTHS = {
    256,
    320,
    384,
    512,
    640,
    768,
    896,
    1024,
    1152,
    1280,
    1408,
    1536,
    1664,
    2048,
    2560,
    2816,
    3072,
    3584,
    4096,
    5120,
}


# Channels of the last maps of ResNets, MobileNets, EfficientNets and DenseNets, which pool them to one cell.
LAST_MAPS = {512, 1024, 1280, 1536, 1664, 1920, 2048, 2208}
JOINED = {16, 32, 64, 128, 256, 512, 768, 1024, 2048, 4096}  # features that are often concatenated to others


def of_models(a: int, b: int) -> bool:
    """Whether two sizes are those of different text or picture encoders."""
    return a != b and ({a, b} <= WIDTHS or (min(a, b) >= 1024 and a % 128 == b % 128 == 0))


def maps_counted(features: int, expected: int, channels: int = 0) -> tuple[int, int, int] | None:
    """Channels and the sides of square maps that make these features, and those that were counted on.

    Without their channels, the largest number that divides both is taken for them.

    >>> maps_counted(512, 2048), maps_counted(256, 400), maps_counted(57, 320)
    ((512, 1, 2), (16, 4, 5), None)
    """
    channels = channels or gcd(features, expected)
    side, counted = isqrt(features // channels), isqrt(expected // channels)
    fits = channels * side**2 == features and channels * counted**2 == expected
    return (channels, side, counted) if fits and 4 <= channels <= LARGEST_CHANNELS and counted <= 128 else None


def made_of_maps(features: int, expected: int) -> bool:
    """Whether one sample with larger maps is likelier than several samples flattened into one."""
    maps = maps_counted(features, expected)
    return maps is not None and maps[1] > maps[2] > 2


def times(features: int, expected: int) -> int:
    """How many times as long the sides of maps are as was counted, where that alone tells them apart; 0 otherwise.

    >>> times(131072, 32768), times(800, 512)
    (2, 0)
    """
    whole = features // expected if expected and features % expected == 0 else 0
    return isqrt(whole) if whole > 1 and isqrt(whole) ** 2 == whole and expected > LARGEST_CHANNELS else 0


def spectra(features: int, expected: int) -> tuple[str, str] | None:
    """What two sizes are if they are bins of spectra, real and imaginary parts together or not; None if they aren't.

    >>> spectra(642, 1026), spectra(320, 512)
    (('2 · 321 bins of n_fft=640', '2 · 513 bins of n_fft=1024'), None)
    """
    for parts, times in ((1, ""), (2, "2 · ")):
        bins, counted = features // parts, expected // parts
        usual = counted > 64 and (counted - 1) & (counted - 2) == 0  # one more than a power of two
        if usual and features % parts == expected % parts == 0 and bins % 2 and bins > 64:
            told = (f"{times}{each} bins of n_fft={2 * (each - 1)}" for each in (bins, counted))
            return next(told), next(told)
    return None


def one_side(features: int, expected: int) -> tuple[int, int] | None:
    """The cells along one side of maps, and those that were counted, if that side alone can differ.

    >>> one_side(356352, 344064)
    (29, 28)
    """
    rest = gcd(features, expected)
    sides = features // rest, expected // rest
    return sides if rest >= 256 and 2 <= min(sides) < max(sides) <= 64 else None


def flat_picture(features: int) -> str:
    """A colour picture that has as many values, in words; empty if there is none of a size that people use.

    >>> flat_picture(786432), flat_picture(3072), flat_picture(1200)
    ('a flattened picture, 3 · 512 · 512,', 'a flattened picture, 3 · 32 · 32,', '')
    """
    side = isqrt(features // 3)
    return f"a flattened picture, 3 · {side} · {side}," if 3 * side**2 == features and side % 8 == 0 < side - 24 else ""


def columns(got: int, expected: int) -> str:
    """What is said of data with a column or two more or less than before; empty for other differences.

    >>> columns(136, 135)
    'the data have 136 columns, 1 more than the 135 it was made for'
    """
    if not 0 < abs(got - expected) <= 3:
        return ""
    more = "more" if got > expected else "fewer"
    return f"the data have {got} columns, {abs(got - expected)} {more} than the {expected} it was made for"


SAME_COLUMNS = "see that the target isn't among the columns, and that training and test data have the same"
