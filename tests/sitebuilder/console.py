"""What the other modules say, run and miss. Progress goes to stderr: stdout belongs to the verbs' answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build"
TEMPLATES = Path(__file__).resolve().parent / "templates"

# Tool → (Debian package, group of tests/install).
TOOLS = {
    "apache2": ("apache2-bin", "matrix"),
    "apt-cache": ("apt", ""),
    "apt-get": ("apt", ""),
    "cargo": ("rustup", ""),
    "dpkg": ("dpkg", ""),
    "mariadb-install-db": ("mariadb-server-core", "mariadb"),
    "mariadbd": ("mariadb-server-core", "mariadb"),
    "mmdebstrap": ("mmdebstrap", "dist"),
    "msgfmt": ("gettext", "php"),
    "nginx": ("nginx-light", "web"),
    "npm": ("npm", ""),
    "php": ("php-cli", "php"),
    "php-config": ("php-dev", "php"),
    "php-fpm": ("php-fpm", "php"),
    "prlimit": ("util-linux", ""),
    "redis-server": ("redis-server", "cache"),
    "unshare": ("util-linux", ""),
    "valgrind": ("valgrind", "test"),
}


class SiteError(Exception):
    """Something that the person at the keyboard can act on; its text is all that is shown."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def tool(name: str, *, versioned: str | None = None) -> str:
    """The path of a program; `versioned` is the name Debian gives it, as php-fpm8.2, tried first."""
    # Daemons live in sbin, which is not in everybody's PATH.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = (versioned and shutil.which(versioned, path=path)) or shutil.which(name, path=path)
    if found:
        return found
    package, group = TOOLS[name]
    remedy = f"tests/install {group}" if group else "tests/install says how to get it"
    raise SiteError(f"{versioned or name} is missing (Debian package {package}): {remedy}")


def run(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, what: str = "") -> str:
    """Runs a quiet command to its end and returns its output; a failure shows the end of what it said."""
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise SiteError(
            f"{what or command[0]} failed (exit {done.returncode}):\n{last_lines(done.stderr or done.stdout)}"
        )
    return done.stdout


def last_lines(text: str, count: int = 20) -> str:
    return "\n".join(text.rstrip().splitlines()[-count:])


def fill(template: str, target: Path, **values: object) -> None:
    """Writes a template with each @name@ replaced."""
    text = (TEMPLATES / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def php_string(text: object) -> str:
    """A PHP string literal."""
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"
