"""benches/RESULTS.md: each command keeps its own part of it up to date."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

from sitebuilder.console import REPOSITORY

RESULTS = REPOSITORY / "benches/RESULTS.md"
PARTS = ("endpoint", "load", "screens", "core", "peers")


def keep(part: str, lines: list[str], file: Path = RESULTS) -> None:
    """Writes a part in the place of what it was before; the others stay."""
    text = file.read_text() if file.exists() else ""
    texts = {name: between(text, name) for name in PARTS}
    texts[part] = "\n".join(lines).strip("\n")
    whole = ["# What was measured", ""]
    for name in PARTS:
        if texts[name]:
            whole += [mark(name), "", texts[name], "", mark(name, end=True), ""]
    file.write_text("\n".join(whole))


def between(text: str, part: str) -> str:
    """What stands in a text between the marks of a part."""
    return text.partition(mark(part))[2].partition(mark(part, end=True))[0].strip("\n")


def mark(part: str, *, end: bool = False) -> str:
    return f"<!-- {'end of ' if end else ''}{part} -->"


def circumstances() -> str:
    """When, of what, and on which machine."""
    return f"{time.strftime('%Y-%m-%d')}, {commit()}, {os.cpu_count()} cores ({processor()})"


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def commit() -> str:
    command = ["git", "-C", str(REPOSITORY), "log", "-1", "--format=commit %h"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or "no commit"
