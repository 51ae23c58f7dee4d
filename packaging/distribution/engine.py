"""The engine: the core as a program that needs no library, for sites whose PHP loads no extension."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from .archives import write_tarball
from .extension import PROCESSORS, remapped_paths
from .ground import ROOT, BuildError, version

NAME = "rollbook-engine"


def build() -> Path:
    """Compiles it with the machine's own C library inside."""
    triple = f"{platform.machine()}-unknown-linux-gnu"
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "dist/engine"
    environment = {
        **os.environ,
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join([*remapped_paths(), "-Ctarget-feature=+crt-static"]),
        "CARGO_TARGET_DIR": str(folder),
    }
    features = ("--no-default-features", "--features", "engine", "--bin", NAME)
    # For a named target, or the flags would hold for build scripts as well.
    command = ["cargo", "build", "--locked", "--release", *features, "--target", triple]
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr).returncode:
        raise BuildError("the engine does not build")
    return folder / triple / "release" / NAME


def pack(program: Path, notices: bytes, into: Path) -> None:
    processor = PROCESSORS.get(platform.machine(), platform.machine())
    contents = {
        NAME: program.read_bytes(),
        "INSTALL.txt": (ROOT / "packaging/INSTALL-engine.txt").read_bytes(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "THIRD-PARTY.txt": notices,
    }
    write_tarball(into / f"{NAME}-{version()}-{processor}-linux.tgz", contents, programs={NAME})
