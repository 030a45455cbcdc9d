"""How a file names torch's modules, for code that is to stand in it."""

import re
from collections.abc import Sequence


def as_imported(code: str, lines: Sequence[str]) -> str:
    """Code that is written with ``nn`` and ``F``, with the whole names where a file's lines don't import these.

    >>> as_imported("y = F.pad(x, (1, 1))", ["import torch", "from torch import nn"])
    'y = nn.functional.pad(x, (1, 1))'
    >>> as_imported("y = F.pad(x, (1, 1))", ["import torch.nn.functional as F"])
    'y = F.pad(x, (1, 1))'
    """
    imports = "\n".join(line for line in lines if re.match(r"\s*(?:import|from)\s", line))
    if not re.search(r"\btorch\b", imports):
        return code  # a part of a file, or one that imports them by a star from another
    for name, whole in (("F", "nn.functional"), ("nn", "torch.nn")):
        if not re.search(rf"(?:import|as|,)\s+\(?{name}\b|import \*", imports):
            code = re.sub(rf"(?<![\w.]){name}\.(?=\w)", f"{whole}.", code)
    return code
