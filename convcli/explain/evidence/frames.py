"""The frames of a traceback, whatever printed it: Python, IPython and Colab, pytest, Rich, VS Code."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

LIBRARY = re.compile(
    r"(?:site|dist)-packages|[/\\]lib[/\\]python3|^<(?:frozen|string|__array)"
    r"|[/\\](?:lightning|pytorch_lightning|fastai)[/\\]"
    r"|[/\\]torch[/\\](?:nn|utils|optim|autograd|cuda|_)|[/\\](?:runpy|threading|contextlib)\.py$|[/\\]debugpy[/\\]"
)
# A line of torch's own that is quoted without its file.
OF_TORCH = re.compile(
    r"torch\.addmm\(bias, input|input\.matmul\(weight\.t\(\)\)|\bF\.\w+\(input, self\.weight|\b_VF\.|torch\._C\._"
)
# One alternative for each way of printing; the groups are told apart by their last letter.
HEADER = re.compile(
    r"""(?:File\ "|^\s*(?=/))(?P<file_a>[^"]{1,500})",\ line\ (?P<number_a>\d{1,9})
      (?:,\ in\ (?P<function_a>[^\s(]{1,200}))?
    |(?P<file_b>(?:Cell|Input)?\ ?In\ ?\[\d{1,9}\]),?\ (?:line\ (?P<number_b>\d{1,9}),?\ ?)?
      (?:in\ (?P<function_b>[\w.]{0,200}))?
    |File\ (?P<file_c>\S[^:"\n]{0,300}?(?::[/\\][^:"\n]{1,300})?):(?P<number_c>\d{1,9})
      (?:,\ in\ (?P<function_c>[^\s(]{1,200}))?
    |^\s*(?P<file_d>(?:/|~|\w:\\|<ipython-input-)[^\s"]{1,300})\ in\ (?P<function_d>[\w.<>]{1,200})\s?\(
    |^\s*(?P<file_e>\S{1,300}\.py):(?P<number_e>\d{1,9})(?:\ in|:(?:\ in)?)(?:\ (?P<function_e>[\w.<>]{1,200}))?\s*$
    """,
    re.VERBOSE,
)
ARROW = re.compile(r"^\s*(?:-{1,6}>|❱)\s?(?P<number>\d{1,7}) ?(?P<code>.{0,500})")
PYTEST = re.compile(r"^>\s{2,}(?P<code>\S.{0,500})")
UNDERLINE = re.compile(r"^\s*[~^]{1,500}\s*$")


@dataclass(frozen=True, slots=True)
class Frame:
    """One place of a traceback; ``marked`` is the part of its code that Python underlines."""

    file: str
    number: int
    function: str = ""
    code: str = ""
    marked: str = ""

    @property
    def of_library(self) -> bool:
        """Whether it is none of the user's own code.

        >>> [Frame(f, 9).of_library for f in ("/env/lib/python3.12/site-packages/torch/nn/modules/conv.py", "net.py")]
        [True, False]
        """
        return bool(LIBRARY.search(self.file) or (not self.file and OF_TORCH.search(self.code)))


def frames(lines: Iterable[str]) -> list[Frame]:
    r"""The frames in the order in which they are printed.

    >>> frames(['  File "net.py", line 3, in forward', "    x = self.fc(x)", "        ^^^^^^^^^^"])
    [Frame(file='net.py', number=3, function='forward', code='x = self.fc(x)', marked='self.fc(x)')]
    """
    read: list[Frame] = []
    above = tested = ""
    for line in lines:
        line = line[:1200]
        if header := HEADER.search(line):
            read.append(replace(_frame(header), code=tested))
            tested = ""
        elif failing := PYTEST.match(line):
            tested = failing["code"].strip()
        elif arrow := ARROW.match(line):
            place = read.pop() if read else Frame("", 0)
            read.append(replace(place, number=int(arrow["number"]), code=arrow["code"].strip()))
        elif read and UNDERLINE.match(line) and above.strip() == read[-1].code:
            start, end = len(line) - len(line.lstrip()), len(line.rstrip())
            read[-1] = replace(read[-1], marked=above[start:end].strip())
        elif read and not read[-1].code and (header := HEADER.search(above)) and (header["file_a"] or header["file_e"]):
            read[-1] = replace(read[-1], code=line.strip()[:500])
        above = line
    return read


def _frame(header: re.Match[str]) -> Frame:
    file, number, function = (
        next((header[f"{part}_{way}"] for way in "abcde" if header.groupdict().get(f"{part}_{way}")), "")
        for part in ("file", "number", "function")
    )
    return Frame(file, int(number or 0), "" if function.endswith(("Error", "Exception")) else function)
