"""What a file computes before a step, and goes backward through after it."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of, first

GAN = """
    gen, judge = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 2)), nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
    opt_g, opt_d = (torch.optim.SGD(net.parameters(), lr=0.1) for net in (gen, judge))
    criterion = nn.BCEWithLogitsLoss()

    def train(real):
        ones, zeros = torch.ones(3, 1), torch.zeros(3, 1)
        fake = gen(torch.randn(3, 2))
        d_loss = criterion(judge(real), ones) + criterion(judge(fake.detach()), zeros)
        {0}
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()

        opt_g.zero_grad()
        g_loss.backward()
        opt_g.step()

    train(torch.rand(3, 2))
"""


@pytest.mark.parametrize(
    "early",
    [
        "g_loss = criterion(judge(fake), ones)",
        "g_loss = criterion(\n        judge(fake),\n        ones,\n    )",
        "verdict = judge(fake)\n    g_loss = criterion(verdict, ones)",
    ],
)
def test_a_loss_is_computed_after_the_step_that_changes_its_network(tmp_path: Path, early: str) -> None:
    text = dedent(GAN).replace("{0}", early)
    found = assert_file_mends(text, "changes weights in place that g_loss went through before", tmp_path / "gan.py")
    assert "opt_d.step(), changes weights" in found.hypotheses[0].says
    assert found.hypotheses[0].fixes


def test_what_the_other_loss_needs_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "gan.py"
    early = (
        "verdict = judge(fake)\n    g_loss = criterion(verdict, ones)\n    d_loss = d_loss + 0 * verdict.detach().sum()"
    )
    path.write_text(IMPORTS + dedent(GAN).replace("{0}", early))
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "optimizer.step() came between" in found.hypotheses[0].says


STEPS = """
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    criterion, optimizer = nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        images, target = torch.rand(3, 2), torch.rand(3, 1)
        output = model(images)
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
        {0}
        optimizer.step()
"""


@pytest.mark.parametrize(
    "again",
    ["criterion(output, target).backward()", "second = criterion(output, target)\n    second.backward()"],
)
def test_an_output_that_goes_backward_again_after_a_step_is_computed_anew(tmp_path: Path, again: str) -> None:
    text = dedent(STEPS).replace("{0}", again)
    found = assert_file_mends(text, "output = model(images), goes backward in line", tmp_path / "sam.py")
    assert [fix.code for fix in found.hypotheses[0].fixes] == ["output = model(images)"]


def test_pasted_code_tells_it_as_well() -> None:
    code = "\n".join(dedent(STEPS).replace("{0}", "criterion(output, target).backward()").split("\n")[4:])
    code = code.strip().replace("optimizer.step()", "optimizer.first_step(zero_grad=True)")
    _, answer = first(f"RuntimeError: Trying to backward through the graph a second time\n{code}")
    assert "output = model(images), goes backward in line" in answer.says


def test_two_forwards_are_two_graphs() -> None:
    code = "\n".join(dedent(STEPS).replace("{0}", "criterion(model(images), target).backward()").split("\n")[4:])
    _, answer = first(f"RuntimeError: Trying to backward through the graph a second time\n{code.strip()}")
    assert "computes" not in answer.says
