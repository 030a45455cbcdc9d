"""What was built holds what it should and nothing else: ``python .ci/package.py dist``."""

import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

ALWAYS = {"LICENSE", "README.md", "pyproject.toml", ".gitignore"}  # what hatchling puts into every sdist
FOLDERS = ("convcli/", "tests/", "examples/", "docs/")

built = Path(sys.argv[1])
known = set(subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split())
[wheel], [sdist] = built.glob("*.whl"), built.glob("*.tar.gz")
in_wheel = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
with tarfile.open(sdist) as packed:
    in_sdist = {name.partition("/")[2] for name in packed.getnames()} - {"PKG-INFO"}
alike = {
    "the wheel": in_wheel ^ {name for name in known if name.startswith("convcli/")},
    "the sdist": in_sdist
    ^ ALWAYS
    ^ {"constraints.txt", "CHANGELOG.md"}
    ^ {name for name in known if name.startswith(FOLDERS)},
}
for what, differs in alike.items():
    print(f"{what}: {', '.join(sorted(differs)) or 'whole'}")
sys.exit(any(alike.values()))
