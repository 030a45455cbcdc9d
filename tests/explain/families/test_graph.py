"""What a file does to the graph of its loss."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, at, diagnosed, error_of, explained

GATED = """
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.act = nn.Linear(3, 3), nn.Sequential(nn.Linear(3, 3), nn.Sigmoid())

        def forward(self, x):
            g = self.act(x)
            y = g * self.a(x)
            {0}
            return y + g

    Gated()(torch.rand(2, 3)).sum().backward()
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("g += 0.5", "line 14 writes over a tensor in place"),
        ("g *= x", "line 14 writes"),
        ("g.clamp_(0.1, 0.9)", "line 14 writes"),
        ("g = g.sub_(1.0)", "line 14 writes"),
    ],
)
def test_what_writes_over_a_tensor_writes_a_new_one(tmp_path: Path, line: str, words: str) -> None:
    assert_file_mends(dedent(GATED.format(line)), words, tmp_path / "net.py")


STEPS = """
    net = nn.{0}(3, 4)
    h = None
    total = 0
    for step in range(3):
        x = torch.rand(5, 2, 3)
        y, h = net(x, h)
        loss = y.sum()
        loss.backward()
"""


@pytest.mark.parametrize("layer", ["GRU", "LSTM"])
def test_a_state_is_detached_between_steps(tmp_path: Path, layer: str) -> None:
    assert_file_mends(dedent(STEPS.format(layer)), "h of the step before", tmp_path / "net.py")


GAN = """
    make, judge = nn.Linear(2, 3), nn.Linear(3, 1)

    def judged(real, fake):
        loss = judge(real).mean() - judge(fake).mean()
        loss.backward()

    def made(fake):
        loss = -judge(fake).mean()
        loss.backward()

    for step in range(2):
        fake = make(torch.rand(4, 2))
        judged(torch.rand(4, 3), fake)
        made(fake)
"""


def test_what_two_losses_judge_is_detached_for_the_first(tmp_path: Path) -> None:
    assert_file_mends(dedent(GAN), "fake goes into judged and made", tmp_path / "net.py")


LEAVES = [
    "noise = torch.rand(3, requires_grad=True) * 0.1",
    "noise = torch.rand(3, requires_grad=True).double()",
    "noise = (torch.rand(3, requires_grad=True) - 0.5).view(1, 3)",
]


@pytest.mark.parametrize("line", LEAVES)
def test_what_an_optimizer_gets_is_made_a_leaf(tmp_path: Path, line: str) -> None:
    text = f"""
        class Canvas:
            def __init__(self):
                {line.replace("noise", "self.noise")}

            def parameters(self):
                return [self.noise]

        optimizer = torch.optim.SGD(Canvas().parameters(), lr=0.1)
    """
    assert_file_mends(dedent(text), "which is no leaf", tmp_path / "net.py")


def said(path: Path, text: str) -> list[str]:
    path.write_text(IMPORTS + dedent(text))
    found = diagnose(read(error_of(path)))
    assert found is not None
    return [each.says for each in found.hypotheses]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("loss = torch.tensor(net(x).sum().item())", "line 7 cuts the way"),
        ("loss = torch.tensor(net(x).sum())", "line 7 cuts the way"),
        ("scores = net(x).argmax(1).float()\n        loss = scores.mean()", "line 7 cuts the way"),
        ("with torch.no_grad():\n            loss = net(x).sum()", "line 7 cuts the way"),
        ("net.requires_grad_(False)\n        loss = net(x).sum()", "line 7 freezes all parameters"),
    ],
)
def test_where_the_way_to_the_loss_is_cut(tmp_path: Path, line: str, words: str) -> None:
    text = f"net = nn.Linear(3, 4)\n        x = torch.rand(2, 3)\n        {line}\n        loss.backward()\n"
    assert words in said(tmp_path / "net.py", f"        {text}")[0]


def test_a_tensor_that_is_made_of_data_cuts_nothing(tmp_path: Path) -> None:
    text = """
        rows = [[1.0, 2.0, 3.0]]
        x = torch.tensor(rows)
        net = nn.Linear(3, 4)
        net.requires_grad_(False)
        loss = net(x).sum()
        loss.backward()
    """
    assert "line 9 freezes all parameters" in said(tmp_path / "net.py", text)[0]


def test_a_sum_of_losses_that_is_never_begun_anew(tmp_path: Path) -> None:
    text = """
        net, total = nn.Linear(3, 4), 0
        for step in range(2):
            total += (net(torch.rand(2, 3)) ** 2).sum()
            total.backward()
    """
    assert said(tmp_path / "net.py", text)[0].startswith("line 8 adds to total in every step")


def test_two_losses_of_one_output_are_no_discriminators(tmp_path: Path) -> None:
    text = """
        net, criterion = nn.Linear(3, 4), nn.MSELoss()
        out = net(torch.rand(2, 3))
        first, second = criterion(out, torch.rand(2, 4)), criterion(out, torch.rand(2, 4))
        first.backward()
        second.backward()
    """
    assert not any("goes into" in each for each in said(tmp_path / "net.py", text))


@pytest.mark.parametrize(
    ("backward", "code"),
    [
        ("first.backward()\n            second.backward()", "(first + second).backward()"),
        ("first.backward(retain_graph=False)\n            second.backward()", "(first + second).backward()"),
    ],
)
def test_losses_that_go_backward_one_below_the_other(tmp_path: Path, backward: str, code: str) -> None:
    text = f"""
        net, one, other = nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(4, 1)
        for step in range(2):
            h = net(torch.rand(2, 3))
            first, second = one(h).square().mean(), other(h).mean()
            {backward}
    """
    found = assert_file_mends(dedent(text), "first and second each go backward", tmp_path / "net.py")
    assert found.hypotheses[0].fixes[0].code == code


COPIED = """
    net, log_probs, rewards = nn.Linear(2, 3), [], []
    for _ in range(4):
        of = torch.distributions.Categorical(logits=net(torch.rand(2)))
        action = of.sample()
        log_probs.append({0})
        rewards.append(float(action.item()))
    returns = torch.tensor(rewards)
    loss = -(torch.tensor(log_probs) * returns).mean()
    loss.backward()
"""


def test_a_list_of_log_probabilities_is_stacked_and_not_copied(tmp_path: Path) -> None:
    found = assert_file_mends(dedent(COPIED.format("of.log_prob(action)")), "line 13 cuts the way", tmp_path / "net.py")
    assert "torch.stack(log_probs)" in found.hypotheses[0].advice


def test_a_list_of_plain_numbers_is_not_stacked(tmp_path: Path) -> None:
    found = diagnosed(dedent(COPIED.format("of.log_prob(action).item()")), tmp_path / "net.py")
    assert not any("stack" in each.advice or each.fixes for each in found.hypotheses)


PENALTY = """
    critic = nn.Linear(3, 1)
    for step in range(2):
        x = torch.rand(4, 3, requires_grad=True)
        score = critic(x)
        slope = {0}[0]
        assert torch.allclose(slope[0], critic.weight[0])
"""


@pytest.mark.parametrize(
    "call",
    ["torch.autograd.grad(score, x, create_graph=True)", "torch.autograd.grad(\n    outputs=score,\n    inputs=x)"],
)
def test_what_is_derived_of_an_output_gets_ones(tmp_path: Path, call: str) -> None:
    text = dedent(PENALTY).format(call.replace("\n", "\n    "))
    assert len(assert_file_mends(text, "torch.ones_like(score)", tmp_path / "net.py").hypotheses[0].fixes) == 1


def test_a_line_alone_tells_what_is_derived() -> None:
    message = "RuntimeError: grad can be implicitly created only for scalar outputs"
    (fix,) = explained(at("du = torch.autograd.grad(u, t, create_graph=True)[0]", message)).hypotheses[0].fixes
    assert fix.code == "du = torch.autograd.grad(u, t, create_graph=True, grad_outputs=torch.ones_like(u))[0]"
    answer = explained(at("du = torch.autograd.grad(net(t), t)[0]", message)).hypotheses[0]
    assert "torch.ones_like(net(t))" in answer.advice and not answer.fixes
    assert "loss.mean()" in explained(at("g = torch.autograd.grad(loss, w)[0]", message)).hypotheses[0].advice


OUTPUTS = """
    net, a, b = nn.Linear(3, 4), nn.Linear(4, 1), nn.Linear(4, 2)
    h = net(torch.rand(2, 3)).tanh()
    places, classes = a(h), b(h)
    places.backward(torch.ones(2, 1))
    classes.backward(gradient=torch.ones(2, 2))
"""


def test_two_outputs_go_backward_in_one_call(tmp_path: Path) -> None:
    words = "torch.autograd.backward([places, classes], [torch.ones(2, 1), torch.ones(2, 2)]) once"
    assert len(assert_file_mends(dedent(OUTPUTS), words, tmp_path / "net.py").hypotheses[0].fixes) == 1


def test_an_output_is_told_from_a_loss_by_its_gradient() -> None:
    message = "RuntimeError: Trying to backward through the graph a second time"
    answers = [explained(at(line, message)).hypotheses[0] for line in ("out.backward(grads)", "loss.backward(one)")]
    assert "backward([out, other], [grads, its_gradient])" in answers[0].advice
    assert "earlier step" in answers[1].says
