"""Several processes, and one of them alone."""

from tests.explain import at, first

MESSAGE = "RuntimeError: Default process group has not been initialized, please make sure to call init_process_group."


def test_how_it_was_started_comes_first_unless_a_norm_asks() -> None:
    assert first(MESSAGE)[1].change == "call"
    synced = at("x = self.bn(x)", MESSAGE, "torch/nn/modules/batchnorm.py", "torch/distributed/distributed_c10d.py")
    code, hypothesis = first(synced)
    assert (code, hypothesis.change) == ("process-group", "model")
