"""The extension for each PHP of the machine: built with zig's libraries, so that old servers can load it too."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .archives import write_tarball
from .ground import ROOT, BuildError, run, say, version

# Debian 11's, and with it every distribution's that is still looked after.
GLIBC = "2.31"
ZIG = ROOT / "packaging/zig"
PROCESSORS = {"x86_64": "x86_64", "aarch64": "arm64"}  # Linux's names → PIE's


@dataclass(frozen=True)
class Target:
    """A PHP that the extension is built for."""

    version: str  # "8.2"
    config: str  # its php-config
    binary: str
    api: str  # "20220829"
    thread_safe: bool
    folder: str  # where it looks for extensions


def targets() -> list[Target]:
    """Every PHP whose headers are here, oldest first."""
    found: dict[str, Target] = {}
    for folder in os.get_exec_path():
        for config in sorted(Path(folder).glob("php-config*")):
            if re.fullmatch(r"php-config(\d\.\d+)?", config.name) and (target := _target(config)):
                found.setdefault(target.version, target)
    if not found:
        raise BuildError("no PHP with its headers is here (no php-config): tests/install php")
    return sorted(found.values(), key=lambda target: [int(part) for part in target.version.split(".")])


def _target(config: Path) -> Target | None:
    include = run(config, "--include-dir").strip()
    if not Path(include, "main/php.h").is_file():
        return None
    binary = run(config, "--php-binary").strip()
    facts = run(binary, "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, ' ', PHP_ZTS, ' ', PHP_DEBUG;")
    name, thread_safe, debug = facts.split()
    if debug != "0":
        say(f"PHP {name} is a debug build: left out.")
        return None
    return Target(
        version=name,
        config=str(config),
        binary=binary,
        api=run(config, "--phpapi").strip(),
        thread_safe=thread_safe == "1",
        folder=run(config, "--extension-dir").strip(),
    )


def build(target: Target) -> Path:
    """Compiles it; what was compiled before for this PHP is used again."""
    machine = platform.machine()
    triple = f"{machine}-unknown-linux-gnu"
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / f"dist/php{target.version}"
    name = triple.replace("-", "_")
    compiler = str(ZIG / "compiler")
    environment = {
        **os.environ,
        **_zig(machine),
        f"CC_{name}": compiler,
        f"CARGO_TARGET_{name.upper()}_LINKER": compiler,
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(remapped_paths()),
        "CARGO_TARGET_DIR": str(folder),
        "PHP": target.binary,
        "PHP_CONFIG": target.config,
    }
    command = ["cargo", "rustc", "--locked", "--release", "--lib", "--crate-type", "cdylib", "--target", triple]
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr).returncode:
        raise BuildError(f"the extension does not build for PHP {target.version}")
    return folder / triple / "release/librollbook.so"


def _zig(machine: str) -> dict[str, str]:
    """The compiler, which tests/install puts into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    environment = cache / "rollbook/zig"
    zig = next(environment.glob("lib/python3*/site-packages/ziglang/zig"), None)
    if zig is None:
        raise BuildError("zig, the compiler and linker for old servers, is missing: tests/install dist")
    return {
        "CARGO_ZIGBUILD_ZIG_PATH": str(zig),
        "ROLLBOOK_ZIGBUILD": str(environment / "bin/cargo-zigbuild"),
        "ROLLBOOK_ZIG_TARGET": f"{machine}-linux-gnu.{GLIBC}",
    }


def remapped_paths() -> list[str]:
    """No path of the machine gets into the library: it would tell of its maker, and differ from folder to folder."""
    rustc = run("rustc", "-vV")
    commit = re.search(r"^commit-hash: (\S+)", rustc, re.MULTILINE)
    sysroot = run("rustc", "--print", "sysroot").strip()
    home = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    pairs = {f"{home}/registry/src": "crates", str(ROOT): "rollbook"}
    if commit:
        pairs[f"{sysroot}/lib/rustlib/src/rust"] = f"/rustc/{commit[1]}"
    return [f"--remap-path-prefix={path}={name}" for path, name in pairs.items()]


def pack(target: Target, library: Path, notices: bytes, into: Path) -> None:
    """The archive that PIE looks for, and that people unpack by hand."""
    processor = PROCESSORS.get(platform.machine(), platform.machine())
    mode = "zts" if target.thread_safe else "nts"
    contents = {
        "rollbook.so": library.read_bytes(),
        "rollbook.ini": b"extension=rollbook\n",
        "INSTALL.txt": (ROOT / "packaging/INSTALL.txt").read_text().replace("@php@", target.version).encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "THIRD-PARTY.txt": notices,
    }
    write_tarball(into / f"php_rollbook-{version()}_php{target.version}-{processor}-linux-glibc-{mode}.tgz", contents)

