"""The plugin as one zip archive, as WordPress's own screen takes it."""

from __future__ import annotations

import fnmatch
import subprocess
from pathlib import Path

from .archives import write_zip
from .ground import ROOT, BuildError, say, version

SOURCE = ROOT / "php-plugin"
NAME = "rollbook"
# What WordPress's own check of plugins takes, and a plugin of ours can be made of.
ENDINGS = {".css", ".js", ".md", ".mo", ".php", ".png", ".po", ".pot", ".svg", ".txt"}


def pack(into: Path) -> None:
    subprocess.run([ROOT / "packaging/languages"], check=True)
    target = into / f"{NAME}-{version()}.zip"
    contents = {f"{NAME}/{file.relative_to(SOURCE).as_posix()}": file.read_bytes() for file in files()}
    write_zip(target, contents)
    say(f"The plugin: {len(contents)} files.")


def files() -> list[Path]:
    """The plugin's files but for what .distignore leaves out; a file that has no business there is an error."""
    ignored = [
        line.strip("/ \n")
        for line in (SOURCE / ".distignore").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    found = []
    for file in sorted(SOURCE.rglob("*")):
        parts = file.relative_to(SOURCE).parts
        if file.is_dir() or any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in ignored):
            continue
        if file.is_symlink() or file.suffix not in ENDINGS or any(part.startswith(".") for part in parts):
            raise BuildError(f"{file} is nothing that belongs in the plugin; remove it, or name it in .distignore")
        found.append(file)
    return found
