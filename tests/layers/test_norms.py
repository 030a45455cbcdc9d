"""Norms, against torch's."""

import pytest
from hypothesis import given, settings

from convcli.layers import Layer
from tests.layers.drawn import check, names_in, requests
from tests.strategies import Request


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=250)
@given(requests(tuple(names_in("norms"))))
def test_they_are_torchs(request: Request) -> None:
    check(request)


def test_statistics_are_told() -> None:
    assert list(Layer.of("groupnorm", num_groups=2, num_channels=4).averaged((1, 4, 5, 5))) == [1, 2, 3]
    assert list(Layer.of("instancenorm2d", num_features=4).averaged((1, 4, 5, 5))) == [2, 3]
    assert not Layer.of("batchnorm2d", num_features=4).averaged((1, 4, 5, 5))
    assert list(Layer.of("layernorm", normalized_shape=5).averaged((1, 4, 5))) == [2]
