"""Archives whose bytes depend on nothing but their contents: sorted names, one time, one owner."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path

from .ground import epoch

Contents = Mapping[str, bytes]
PROGRAM, TEXT = 0o755, 0o644


def write_zip(target: Path, contents: Contents) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, time.gmtime(epoch())[:6])
            entry.create_system = 3  # Unix, wherever it is built
            entry.external_attr = (0o100000 | TEXT) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, contents[name])


def write_tarball(target: Path, contents: Contents, *, programs: Container[str] = ()) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(contents):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(contents[name]), epoch()
            entry.mode = PROGRAM if name in programs else TEXT
            archive.addfile(entry, io.BytesIO(contents[name]))
    target.write_bytes(gzip.compress(packed.getvalue(), compresslevel=9, mtime=epoch()))
