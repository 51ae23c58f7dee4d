"""Debian roots: a Debian in a folder, made from the machine's own Debian source, to install and try things in.

A root is made once for each suite and each set of packages, and kept under build/roots. What runs in it runs on a layer
over it that is thrown away afterwards, with mounts and processes of its own: neither the root nor the machine changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from .console import BUILD, REPOSITORY, SiteError, run, say, tool
from .debian import sources

ROOTS = BUILD / "roots"
# Where the repository is inside.
INSIDE = "/rollbook"


def root(suite: str, packages: Iterable[str]) -> Path:
    """The root with these packages; made when there is none."""
    wanted = sorted(set(packages))
    name = f"{suite}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:10]}"
    folder = ROOTS / name
    if folder.exists():
        return folder
    if os.geteuid() != 0:
        raise SiteError("a Debian root can only be made, and run, as root")
    part = ROOTS / f"{name}.part"
    _remove(part)
    ROOTS.mkdir(parents=True, exist_ok=True)
    reasons = []
    for source in sources(suite):
        say(f"Making a Debian {suite} with {len(wanted)} packages and what they need …")
        list_ = ROOTS / f"{name}.sources"
        list_.write_text(source)
        try:
            include = [f"--include={','.join(wanted)}"] if wanted else []
            run(tool("mmdebstrap"), "--variant=minbase", *include, suite, part, list_, what="mmdebstrap")
            part.rename(folder)
            return folder
        except SiteError as error:
            reasons.append(str(error))
            _remove(part)
    raise SiteError(f"Debian {suite} cannot be had:\n" + "\n".join(reasons or ["/etc/apt names no Debian source."]))


def execute(folder: Path, command: list[str], *, mounts: dict[Path, str] | None = None) -> int:
    """Runs a command in a layer over the root, on the caller's own stdin, stdout and stderr; the exit status.

    `mounts`: folders of the machine → where they are inside. The repository is always there, read-only.
    """
    layer = ROOTS / f"{folder.name}.layer-{os.getpid()}"
    for name in ("upper", "work", "root"):
        (layer / name).mkdir(parents=True)
    inside = layer / "root"
    # Volatile: nothing waits for the disk, since nobody needs the layer after the machine has stopped.
    layers = [f"lowerdir={folder}", f"upperdir={layer}/upper", f"workdir={layer}/work", "volatile"]
    steps = [
        "set -e",
        f'mount -t overlay overlay -o "{",".join(layers)}" "{inside}"',
        f'mount -t proc proc "{inside}/proc"',
        f'mount --rbind /dev "{inside}/dev"',
        f'mount -t tmpfs tmpfs "{inside}/run"',
        # The smallest Debian has none.
        f'[ -e "{inside}/etc/hosts" ] || echo "127.0.0.1 localhost" > "{inside}/etc/hosts"',
        f'mkdir -p "{inside}{INSIDE}"',
        f'mount --bind "{REPOSITORY}" "{inside}{INSIDE}"',
    ]
    for outside, place in (mounts or {}).items():
        steps.append(f'mkdir -p "{inside}{place}" && mount --rbind "{outside}" "{inside}{place}"')
    steps.append(f'mount -o remount,bind,ro "{inside}{INSIDE}"')
    # A new root, where chroot would be only a folder to stay in: no user namespace can be made in that.
    steps += [
        f'cd "{inside}" && mkdir -p .outside && pivot_root . .outside && umount -l .outside && rmdir .outside',
        'exec /usr/bin/env --ignore-environment "$@"',
    ]
    environment = {
        "HOME": "/root",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    variables = [f"{name}={value}" for name, value in environment.items()]
    try:
        sys.stdout.flush()
        return subprocess.run(
            # When the command ends, so does all that it started.
            [
                *(tool("unshare"), "--mount", "--pid", "--fork", "--kill-child", "--"),
                *("/bin/sh", "-c", "\n".join(steps), "sh"),
                *(*variables, *command),
            ]
        ).returncode
    finally:
        _remove(layer)


def _remove(folder: Path) -> None:
    """Never through a mount: those of a layer have ended with their namespace, and mmdebstrap ends its own."""
    if str(folder) in Path("/proc/self/mounts").read_text():
        raise SiteError(f"something is still mounted below {folder}")
    shutil.rmtree(folder, ignore_errors=True)
