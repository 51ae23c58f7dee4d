"""The extension as a Debian package, for a PHP that is Debian's own."""

from __future__ import annotations

import email.utils
import gzip
import os
import shutil
import tempfile
from pathlib import Path

from .archives import PROGRAM, TEXT
from .extension import GLIBC, Target
from .ground import ROOT, epoch, run, say, version

TEMPLATES = ROOT / "packaging/debian"
SCRIPTS = ("postinst", "postrm")
MAINTAINER = "The Rollbook maintainers <maintainers@rollbook.invalid>"


def pack(target: Target, library: Path, notices: bytes, into: Path) -> None:
    """Nothing where this PHP is not Debian's, or is one that Debian does not build."""
    is_debians = target.folder == f"/usr/lib/php/{target.api}" and not target.thread_safe
    if not is_debians or not shutil.which("dpkg-deb") or not Path("/usr/lib/php/php-maintscript-helper").exists():
        say(f"PHP {target.version} is not Debian's: no Debian package.")
        return
    package = f"php{target.version}-rollbook"
    architecture = run("dpkg", "--print-architecture").strip()
    documents = f"usr/share/doc/{package}"
    settings = f"etc/php/{target.version}/mods-available/rollbook.ini"
    contents = {
        f"usr/lib/php/{target.api}/rollbook.so": library.read_bytes(),
        settings: b"extension=rollbook.so\n",
        f"{documents}/copyright": (TEMPLATES / "copyright").read_bytes(),
        f"{documents}/THIRD-PARTY.txt.gz": _compressed(notices),
        f"{documents}/changelog.gz": _compressed((ROOT / "CHANGELOG.md").read_bytes()),
        f"{documents}/changelog.Debian.gz": _compressed(_changelog()),
    }
    size = sum(len(content) for content in contents.values()) // 1024 + len(contents)
    values = {
        "package": package,
        "version": version(),
        "architecture": architecture,
        "api": target.api,
        "php": target.version,
        "glibc": GLIBC,
        "size": str(size),
    }
    contents |= {f"DEBIAN/{name}": _filled(name, values) for name in ("control", *SCRIPTS)}
    contents["DEBIAN/conffiles"] = f"/{settings}\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, package)
        _place(root, contents)
        run(
            *("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, into / _name(package, architecture)),
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())},
        )


def _name(package: str, architecture: str) -> str:
    return f"{package}_{version()}-1_{architecture}.deb"


def _place(root: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(PROGRAM if name.rpartition("/")[2] in SCRIPTS else TEXT)
    # Folders too, and whatever the umask is: their times and modes are in the archive.
    for entry in [root, *root.rglob("*")]:
        if entry.is_dir():
            entry.chmod(PROGRAM)
        os.utime(entry, (epoch(), epoch()))


def _filled(template: str, values: dict[str, str]) -> bytes:
    text = (TEMPLATES / template).read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text.encode()


def _changelog() -> bytes:
    date = email.utils.formatdate(epoch())
    return f"""rollbook ({version()}-1) unstable; urgency=medium

  * New version {version()}; changelog.gz tells what is new.

 -- {MAINTAINER}  {date}
""".encode()


def _compressed(text: bytes) -> bytes:
    return gzip.compress(text, compresslevel=9, mtime=0)
