"""Both sides of a load_state_dict, as the user's file has them."""

from pathlib import Path

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of


def test_two_models_that_are_to_be_alike_are_named_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        f"{IMPORTS}policy = nn.Linear(4, 2)\ntarget = nn.Linear(4, 3)\ntarget.load_state_dict(policy.state_dict())\n"
    )
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert found.hypotheses[0].says.endswith("line 6 makes nn.Linear(4, 3), and line 5 nn.Linear(4, 2)")


def test_a_model_is_built_with_what_was_saved_beside_its_weights(tmp_path: Path) -> None:
    text = (
        "import io\n"
        "class Tagger(nn.Module):\n"
        "    def __init__(self, width=8, two=False):\n"
        "        super().__init__()\n"
        "        self.rnn = nn.GRU(3, width, bidirectional=two)\n"
        "options = {'two': True}\n"
        "file = io.BytesIO()\n"
        "torch.save({'weights': Tagger(**options).state_dict(), 'config': options}, file)\n"
        "file.seek(0)\n"
        "saved = torch.load(file)\n"
        "model = Tagger()\n"
        "model.load_state_dict(saved['weights'])"
    )
    words = 'bidirectional=True build it with what was saved beside the weights: model = Tagger(**saved["config"])'
    assert_file_mends(text, words, tmp_path / "net.py")
