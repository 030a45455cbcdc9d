"""What pyproject.toml allows, for pip: ``oldest`` gives the lowest version of each dependency, ``newest`` none.

``newest`` leaves torch out: a newer one than the tests' takes gigabytes.
"""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
needed = [*project["dependencies"], *project["optional-dependencies"]["explore"]]
if sys.argv[1] == "oldest":
    lowest = [re.fullmatch(r"(\w+)>=([\d.]+)(,.*)?", each) for each in needed]
    print(*(f"{each[1]}=={each[2]}" for each in lowest if each), sep="\n")
else:
    print(*(each for each in needed if not each.startswith("torch")), sep="\n")
