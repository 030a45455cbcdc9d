"""Checkpoints that can't be read, before any of their weights is looked at."""

from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "state_dict"


class CheckpointFile(Rule):
    code = "checkpoint-file"
    signatures = (
        "Weights only load failed",
        "PytorchStreamReader failed {}",
        "invalid load key, '{first:words}'",
        "unexpected EOF, expected {} more bytes",
        "Can't get attribute '{name:word}' on <module '{module:word}'",
    )
    says = "torch.load can't read the file"
    lookalike = "state-dict"
    example = """
        import io
        file = io.BytesIO()
        torch.save(nn.Linear(2, 3), file)
        file.seek(0)
        # UnpicklingError: Weights only load failed. This file can still be loaded, to do so you have two options
        net = torch.load(file)
    """
    decide = "the size of the file, and its first line: head -c 100"
    by_message = (
        (
            "Unsupported operand",
            likely(
                "the file is none that torch.save wrote (a web page, a pointer of Git LFS, another format)",
                "checkpoint",
                "download it again, git lfs pull; or read it with the library that made it (safetensors, say)",
            ),
        ),
        (
            "Weights only",
            certain(
                "torch.load reads plain weights alone since 2.6, and the file holds other objects: a whole model "
                "or its settings",
                "checkpoint",
                "torch.load(path, weights_only=False) if you trust where it is from, as it can run code; "
                "torch.serialization.add_safe_globals([…]) for the classes that it names; save state_dict() alone",
            ),
        ),
        (
            "Can't get attribute",
            certain(
                "the whole model was saved, and that names its class, {name} of {module}, without its code",
                "checkpoint",
                "import {name} where it was when it was saved; and save model.state_dict(), which needs no class",
            ),
        ),
        (
            "invalid load key",
            likely(
                "the file begins with {first!r}, as torch.save's doesn't: 'v' is a pointer of Git LFS, '<' a web "
                "page that was downloaded in its place",
                "checkpoint",
                "git lfs pull, or download the file itself; another format (safetensors, .h5) has its own library",
            ),
        ),
    )
    usual = (
        likely(
            "the file is damaged: a download or a save that was cut off, or still goes on",
            "checkpoint",
            "compare its size with the source's, and download or save it again",
        ),
    )

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "name" in self.facts and self.case.through(r"multiprocessing[/\\]spawn"):
            says = (
                f"a worker process starts anew and doesn't find {self.name}, which was made in a notebook or within if"
            )
            yield likely(says, "data", f"{self.name} in a file of its own, imported; or DataLoader(…, num_workers=0)")
        else:
            yield from super().hypotheses()
