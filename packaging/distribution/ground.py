"""What all parts of the build stand on: the repository, its version, its time, and commands that are run."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class BuildError(Exception):
    """Something that the person at the keyboard can act on; its text is all that is shown."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@functools.cache
def version() -> str:
    """Cargo.toml's: the one place where the version is decided; build.rs and the tidy test hold the others to it."""
    found = re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    if not found:
        raise BuildError("Cargo.toml names no version")
    return found[1]


@functools.cache
def epoch() -> int:
    """The time that archives carry, in seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    try:
        return int(run("git", "log", "-1", "--format=%ct", cwd=ROOT))
    except (BuildError, ValueError) as error:
        raise BuildError("no commit tells the time: set SOURCE_DATE_EPOCH (seconds since 1970)") from error


def run(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Runs a quiet command and returns its output."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BuildError(f"{command[0]} is missing: tests/install dist") from error
    if done.returncode:
        raise BuildError(f"{' '.join(str(part) for part in command)} failed:\n{done.stderr or done.stdout}")
    return done.stdout
