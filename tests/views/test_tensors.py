"""The post's tensors on the screen."""

from convcli.data.samples import SAMPLES
from convcli.views.tensors import samples_table
from tests.views.shown import shown


def test_each_sample_with_its_code() -> None:
    text = shown(samples_table(SAMPLES.values()))
    assert all(f"{name}  {list(sample.shape)}" in text for name, sample in SAMPLES.items())
    assert "torch.arange(1.0, 11.0).view(2, 5)" in text
