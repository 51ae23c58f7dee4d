"""WordPress and its SQLite drop-in: fetched once, kept under build/downloads with their sums, unpacked once.

`build/wordpress-<version>` is WordPress as its makers release it: no symbolic links, no configuration.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Callable

from .console import BUILD, SiteError, run, say, tool
from .debian import download_wordpress

SUITES = {"6.1": "bookworm", "6.8": "trixie", "7.1": "sid"}
DOWNLOADS = BUILD / "downloads"
SUMS = "SHA256SUMS"

# The only place where the registries reached by the project hold the drop-in.
SQLITE_PACKAGE = "@wp-playground/cli@3.1.56"
SQLITE_SHA256 = "7cba7021c70a824d309f8d3bcbf6f9250c44795445b5d2883baa763a63482a7c"
SQLITE_MEMBER = "package/sqlite-database-integration.zip"


def wordpress(version: str) -> Path:
    """A WordPress to copy from: the owner's, or Debian's."""
    own = os.environ.get("WORDPRESS_DIR")
    if own:
        if not (Path(own) / "wp-load.php").is_file():
            raise SiteError(f"WORDPRESS_DIR={own} holds no WordPress (no wp-load.php)")
        return Path(own).resolve()
    return _once(BUILD / f"wordpress-{version}", lambda folder: _unpack_wordpress(version, folder))


def wordpress_version(folder: Path) -> str:
    match = re.search(r"wp_version = '([^']+)'", (folder / "wp-includes/version.php").read_text())
    return match[1] if match else "unknown"


def sqlite_plugin() -> Path:
    return _once(BUILD / "sqlite-database-integration", _unpack_sqlite_plugin)


def _once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder is renamed into place when it is whole, so that one which exists is whole."""
    if not folder.exists():
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        make(part)
        part.rename(folder)
    return folder


def _unpack_wordpress(version: str, target: Path) -> None:
    packages = _kept(DOWNLOADS / f"wordpress-{version}", lambda folder: download_wordpress(SUITES[version], folder))
    root = target / "unpacked"
    for package in packages:
        run(tool("dpkg"), "-x", package, root)
    source = root / "usr/share/wordpress"
    for debians_own in ("wp-config.php", ".htaccess"):  # they look in /etc
        (source / debians_own).unlink(missing_ok=True)
    _replace_links(source, root)
    for entry in source.iterdir():
        entry.rename(target / entry.name)
    shutil.rmtree(root)
    found = wordpress_version(target)
    if not found.startswith(version):
        say(f"Debian {SUITES[version]} has moved on: this is WordPress {found}, not {version}.")


def _replace_links(folder: Path, root: Path) -> None:
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            link = Path(parent) / name
            if link.is_symlink():
                original = _resolve(link, root)
                link.unlink()
                (shutil.copytree if original.is_dir() else shutil.copy2)(original, link)


def _resolve(link: Path, root: Path) -> Path:
    """Where a link leads when `root` is the root folder; the machine's own file where the packages hold none."""
    seen = link
    while seen.is_symlink():
        target = str(seen.readlink())
        inside = root / target.lstrip("/") if target.startswith("/") else seen.parent / target
        seen = Path(os.path.normpath(inside))
        if not os.path.lexists(seen):
            seen = Path("/") / seen.relative_to(root)
    if not seen.exists():
        raise SiteError(f"WordPress' {link.name} links to {seen}, which is missing (ca-certificates not installed?)")
    return seen


def _unpack_sqlite_plugin(target: Path) -> None:
    (archive,) = _kept(DOWNLOADS / "sqlite-database-integration", _download_sqlite_plugin)
    with tarfile.open(archive) as tarball, zipfile.ZipFile(tarball.extractfile(SQLITE_MEMBER)) as zipped:  # type: ignore[arg-type]
        top = zipped.namelist()[0].split("/")[0]
        zipped.extractall(target)
    for entry in (target / top).iterdir():
        entry.rename(target / entry.name)
    (target / top).rmdir()


def _download_sqlite_plugin(folder: Path) -> None:
    say(f"SQLite drop-in from {SQLITE_PACKAGE} …")
    run(tool("npm"), "pack", "--silent", SQLITE_PACKAGE, cwd=folder, what="npm pack")
    (archive,) = folder.iterdir()
    if _sha256(archive) != SQLITE_SHA256:
        raise SiteError(f"{SQLITE_PACKAGE} is not the file this project was tried with (its SHA-256 differs)")


def _kept(folder: Path, download: Callable[[Path], None]) -> list[Path]:
    """The files of a download, fetched again where one is missing or not what it was."""
    if not _intact(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        download(folder)
        lines = [f"{_sha256(file)}  {file.name}\n" for file in sorted(folder.iterdir())]
        (folder / SUMS).write_text("".join(lines))
    return sorted(file for file in folder.iterdir() if file.name != SUMS)


def _intact(folder: Path) -> bool:
    if not (folder / SUMS).is_file():
        return False
    pairs = [line.split("  ", 1) for line in (folder / SUMS).read_text().splitlines()]
    return all((folder / name).is_file() and _sha256(folder / name) == sum_ for sum_, name in pairs)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
