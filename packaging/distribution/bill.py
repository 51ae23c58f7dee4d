"""What is inside the extension: its crates, their licences, and the texts of these."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import re
import time
import uuid
from pathlib import Path
from typing import Any

from .ground import ROOT, BuildError, epoch, run, say, version

LICENCES = re.compile(r"^(UN)?LICEN[CS]E|^COPYING|^COPYRIGHT|^NOTICE", re.IGNORECASE)
# Beside alternatives, the text that is shorter and asks for less.
PREFERRED = ("MIT", "BSD", "ZLIB", "UNLICENSE")


def write(into: Path) -> None:
    """The bill of materials in the form of CycloneDX 1.5."""
    crates = compiled_crates()
    root = _component(_root())
    components = [_component(crate) for crate in crates]
    runtime = [_runtime_component(*facts) for facts in _runtime()]
    references = {crate["id"]: component["bom-ref"] for crate, component in zip(crates, components)}
    references[_root()["id"]] = root["bom-ref"]
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch())),
            "tools": {"components": [{"type": "application", "name": name, "version": it} for name, it in _tools()]},
            "component": root,
        },
        "components": components + runtime,
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(references[id] for id in needed if id in references)}
            for reference, needed in sorted((ref, _normal_dependencies(id)) for id, ref in references.items())
        ],
    }
    # A name for this bill that the same bill always has.
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))}"
    (into / f"rollbook-{version()}.cdx.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    say(f"The bill of materials: {len(crates)} crates.")


@functools.cache
def third_party_notices() -> bytes:
    """The licences of what is compiled in, each text once."""
    texts: dict[str, tuple[str, list[str]]] = {}
    for crate in compiled_crates():
        for text in _licence_texts(crate):
            key = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
            texts.setdefault(key, (text, []))[1].append(f"{crate['name']} {crate['version']} ({crate['license']})")
    parts = [
        "The Rollbook extension of PHP contains these libraries, each under its own licence.\n"
        "Where a library may be used under one of several licences, the text of one stands here.\n"
    ]
    for text, names in texts.values():
        parts.append("=" * 100 + "\n" + "\n".join(names) + "\n" + "=" * 100 + "\n\n" + text.strip() + "\n")
    parts.append("=" * 100 + "\nBeside them, what the compilers add:\n")
    parts += [f"{name} {number}: {licence}, {address}" for name, number, licence, address in _runtime()]
    parts.append("")
    return "\n".join(parts).encode()


def _licence_texts(crate: dict[str, Any]) -> list[str]:
    folder = Path(crate["manifest_path"]).parent
    files = sorted(file for file in folder.iterdir() if file.is_file() and LICENCES.match(file.name))
    preferred = [file for file in files if any(word in file.name.upper() for word in PREFERRED)]
    if " OR " in crate["license"] or "/" in crate["license"]:
        files = preferred[:1] or files[:1]
    return [file.read_text(errors="replace") for file in files] or [f"{crate['license']}: see {crate['repository']}"]


@functools.cache
def compiled_crates() -> list[dict[str, Any]]:
    """The crates that end in the extension, by name: neither what only builds it, nor what only tests it."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [_root()["id"]]
    while waiting:
        for id in _normal_dependencies(waiting.pop()):
            crate = _packages()[id]
            # A macro's crate runs in the compiler, and so does all that it needs.
            if id in found or any("proc-macro" in target["kind"] for target in crate["targets"]):
                continue
            if not crate.get("license"):
                raise BuildError(f"the crate {crate['name']} names no licence")
            found[id] = crate
            waiting.append(id)
    return sorted(found.values(), key=lambda crate: (crate["name"], crate["version"]))


def _normal_dependencies(id: str) -> list[str]:
    return [
        dependency["pkg"]
        for dependency in _nodes()[id]["deps"]
        if any(kind["kind"] is None for kind in dependency["dep_kinds"]) and dependency["pkg"] != id
    ]


@functools.cache
def _metadata() -> dict[str, Any]:
    triple = f"{platform.machine()}-unknown-linux-gnu"
    printed = run("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", triple, cwd=ROOT)
    metadata: dict[str, Any] = json.loads(printed)
    return metadata


@functools.cache
def _packages() -> dict[str, dict[str, Any]]:
    return {package["id"]: package for package in _metadata()["packages"]}


@functools.cache
def _nodes() -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in _metadata()["resolve"]["nodes"]}


def _root() -> dict[str, Any]:
    return _packages()[_metadata()["resolve"]["root"]]


def _component(crate: dict[str, Any]) -> dict[str, Any]:
    purl = f"pkg:cargo/{crate['name']}@{crate['version']}"
    component = {
        "type": "library",
        "bom-ref": purl,
        "name": crate["name"],
        "version": crate["version"],
        "purl": purl,
        # What stands in Cargo.toml, with the older way to write "or".
        "licenses": [{"expression": crate["license"].replace("/", " OR ")}],
    }
    if crate.get("description"):
        component["description"] = " ".join(crate["description"].split())
    if crate["source"]:
        component["hashes"] = [{"alg": "SHA-256", "content": _checksums()[crate["name"], crate["version"]]}]
    return component


@functools.cache
def _checksums() -> dict[tuple[str, str], str]:
    found = re.findall(
        r'^name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([0-9a-f]+)"',
        (ROOT / "Cargo.lock").read_text(),
        re.MULTILINE,
    )
    return {(name, number): checksum for name, number, checksum in found}


def _runtime() -> list[tuple[str, str, str, str]]:
    """What is compiled in beside crates: name, version, licence, address."""
    tools = dict(_tools())
    return [
        ("rust-std", tools["rustc"], "MIT OR Apache-2.0", "https://github.com/rust-lang/rust"),
        ("libunwind", f"zig-{tools['ziglang']}", "Apache-2.0 WITH LLVM-exception", "https://github.com/llvm/llvm-project"),
    ]


def _runtime_component(name: str, number: str, licence: str, address: str) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": f"{name}@{number}",
        "name": name,
        "version": number,
        "licenses": [{"expression": licence}],
        "externalReferences": [{"type": "vcs", "url": address}],
    }


def _tools() -> list[tuple[str, str]]:
    """What the library's bytes depend on beside the sources."""
    pinned = dict(line.split("==") for line in (ROOT / "packaging/zig/requirements.txt").read_text().split())
    return [("rustc", run("rustc", "--version").split()[1]), *sorted(pinned.items())]
