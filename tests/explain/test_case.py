"""What the user's file says decides before numbers do: code is run, and the first answer looked at."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, error_of, mended

# Code, the rule, what is to be changed, words of the answer.
CASES = [
    (
        """
        scores, words = torch.rand(2, 5, 7), torch.ones(2, 5, dtype=torch.long)
        chosen = scores.gather(-1, words)
        assert chosen.shape == (2, 5)
        """,
        "gather-rank",
        "call",
        "words.unsqueeze(-1), and squeeze(-1)",
    ),
    (
        """
        labels = torch.tensor([2, 0])
        hot = torch.zeros(2, 3).scatter_(1, labels, 1.0)
        """,
        "gather-rank",
        "call",
        "labels.unsqueeze(1)",
    ),
    (
        """
        token = nn.Parameter(torch.zeros(1, 6))
        words = torch.rand(3, 4, 6)
        x = torch.cat([token, words], dim=1)
        """,
        "cat-rank",
        "call",
        "token.expand(words.size(0), 1, -1)",
    ),
    (
        """
        maps, kind = torch.rand(3, 4, 6, 6), torch.rand(3, 2)
        x = torch.cat([maps, kind], dim=1)
        """,
        "cat-rank",
        "call",
        "spread the vector",
    ),
    (
        """
        a = nn.Embedding(9, 2)
        b = nn.Embedding(9, 2)
        u, v = torch.rand(4), torch.rand(4)
        x = a(u) * b(v)
        """,
        "index-dtype",
        "data",
        "u and v hold fractions",
    ),
    (
        """
        for batch in torch.utils.data.DataLoader([(1, 2), None], batch_size=2):
            pass
        """,
        "batch-types",
        "data",
        "returned None",
    ),
    (
        """
        class Tagger(nn.Module):
            def __init__(self):
                super().__init__()
                self.lstm = nn.GRU(5, 9)
            def forward(self, x):
                rows = x.size(0)
                start = torch.zeros(1, rows, 9)
                return self.lstm(x, start)
        Tagger()(torch.rand(6, 11, 5))
        """,
        "rnn-state",
        "model",
        "batch_first=True, for data",
    ),
    (
        """
        class Tagger(nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn = nn.GRU(5, 9, batch_first=True)
            def forward(self, x):
                rows, steps, _ = x.shape
                start = torch.zeros(1, steps, 9)
                return self.rnn(x, start)
        Tagger()(torch.rand(6, 11, 5))
        """,
        "rnn-state",
        "call",
        "size(0) where the state is made",
    ),
    (
        """
        reader = nn.GRU(5, 9, bidirectional=True)
        writer = nn.GRU(5, 9)
        _, h = reader(torch.rand(7, 2, 5))
        y, h = writer(torch.rand(1, 2, 5), h)
        """,
        "rnn-state",
        "call",
        "join both",
    ),
    (
        """
        rnn = nn.GRU(5, 9)
        pair = torch.zeros(1, 2, 9), torch.zeros(1, 2, 9)
        y, pair = rnn(torch.rand(7, 2, 5), pair)
        """,
        "not-a-tensor",
        "call",
        "pair is a tuple, as an LSTM's",
    ),
    (
        """
        attention = nn.MultiheadAttention(8, 2, batch_first=True)
        words = torch.rand(6, 9, 8)
        n = len(words)
        hidden = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
        y, _ = attention(words, words, words, attn_mask=hidden)
        """,
        "attention-mask",
        "call",
        "x.size(1) in line 8",
    ),
    (
        """
        attention = nn.MultiheadAttention(8, 2)
        words = torch.rand(6, 9, 8)
        n = words.shape[1]
        hidden = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
        y, _ = attention(words, words, words, attn_mask=hidden)
        """,
        "attention-mask",
        "model",
        "batch_first=True",
    ),
    (
        """
        attention = nn.MultiheadAttention(8, 2, batch_first=True)
        words, padding = torch.rand(6, 9, 8), torch.zeros(6, 8, dtype=torch.bool)
        y, _ = attention(words, words, words, key_padding_mask=padding)
        """,
        "attention-mask",
        "call",
        "class token",
    ),
    (
        """
        net = nn.Transformer(8, 2, 1, 1, 16)
        y = net(torch.rand(4, 6, 8), torch.rand(4, 7, 8))
        """,
        "attention-size",
        "model",
        "batch_first=True",
    ),
    (
        """
        head = nn.Linear(12, 4)
        maps = torch.rand(6, 3, 4, 3)
        x = maps.view(-1, 12)
        loss = F.cross_entropy(head(x), torch.zeros(6, dtype=torch.long))
        """,
        "target-batch",
        "model",
        "a sample has 36 features",
    ),
    (
        """
        grow = nn.ConvTranspose2d(3, 3, 3, stride=2, padding=1)
        x = torch.rand(2, 3, 16, 16)
        loss = F.mse_loss(grow(F.avg_pool2d(x, 2)), x)
        """,
        "addition-size",
        "model",
        "output_padding=1 in each ConvTranspose2d in line 6",
    ),
    (
        """
        net = nn.Linear(3, 4)
        loss = F.cross_entropy(net(torch.rand(2, 3)), torch.tensor([1, 4]))
        """,
        "target-range",
        "data",
        "start at 1",
    ),
    (
        """
        a = nn.Embedding(9, 2)
        b = nn.Embedding(9, 2)
        rows = torch.rand(4, 2)
        x = a(rows[:, 0])
        y = b(rows[:, 1])
        """,
        "index-dtype",
        "data",
        "line 10",
    ),
    (
        """
        net = nn.Linear(3, 4, device="meta")
        net = net.to("cpu")
        """,
        "device-replica",
        "device",
        "to_empty(device=…)",
    ),
    (
        """
        series = torch.rand(30)
        x = torch.stack([series[i : i + 4] for i in range(len(series) - 4)])
        data = torch.utils.data.TensorDataset(x, series)
        """,
        "data-empty",
        "data",
        "series[4:]",
    ),
    (
        """
        rows, own = torch.rand(3, 5, 4), torch.rand(3, 2)
        x = torch.cat([rows, own], dim=-1)
        """,
        "cat-rank",
        "call",
        "repeat them for each step",
    ),
    (
        """
        scores = torch.rand(2, 3).half()
        scores = scores.masked_fill(torch.tensor([True, False, True]), -1e12)
        """,
        "dtype-result",
        "call",
        "finfo",
    ),
    (
        """
        conv = nn.Conv2d(3, 4, 3)
        x = torch.ones(1, 3, 8, 8, dtype=torch.uint8)
        y = conv(x)
        """,
        "dtype",
        "data",
        "255",
    ),
]


@pytest.mark.parametrize(("code", "rule", "change", "words"), CASES)
def test_the_file_decides(code: str, rule: str, change: str, words: str, tmp_path: Path) -> None:
    path, text = tmp_path / "net.py", IMPORTS + dedent(code)
    path.write_text(text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    answer = found.hypotheses[0]
    assert (found.rule.code, answer.change) == (rule, change)
    assert words in f"{answer.says} {answer.advice}", answer
    for fix in answer.fixes:
        path.write_text(mended(text, fix))
        assert error_of(path) == "", fix
