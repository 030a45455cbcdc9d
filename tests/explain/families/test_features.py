"""What numbers of features tell."""

from hypothesis import given
from hypothesis import strategies as st

from convcli.explain.families.features import flat_picture, made_of_maps, maps_counted, of_models, one_side, times

sizes = st.integers(1, 64)


@given(st.integers(4, 2048), sizes, sizes)
def test_maps_are_found_again_in_the_features_that_they_make(channels: int, side: int, counted: int) -> None:
    features, expected = channels * side**2, channels * counted**2
    if maps := maps_counted(features, expected):
        assert (maps[0] * maps[1] ** 2, maps[0] * maps[2] ** 2) == (features, expected)


def test_larger_maps_are_told_from_several_samples() -> None:
    assert made_of_maps(16 * 7 * 7, 16 * 5 * 5)
    assert not made_of_maps(4 * 400, 400)
    assert times(131072, 32768) == 2
    assert one_side(356352, 344064) == (29, 28)


def test_pictures_and_encoders_have_sizes_of_their_own() -> None:
    assert "3 · 32 · 32" in flat_picture(3072)
    assert of_models(768, 1024)
    assert not of_models(768, 768)
