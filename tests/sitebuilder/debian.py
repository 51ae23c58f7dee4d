"""WordPress' packages from a newer Debian suite, without touching the machine's own package system.

apt is run with a sources list, lists and a cache of its own. The list is the machine's own Debian source with the suite
exchanged, so mirrors and keys stay the owner's choice.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .console import SiteError, run, say, tool

APT = Path("/etc/apt")
# What WordPress' own files link to, and its theme; servers, databases and PHP are the site's business.
WANTED = re.compile(r"\b(libjs-[a-z-]+|libphp-phpmailer|php-getid3|wordpress-theme-[a-z]+)\b")


def download_wordpress(suite: str, into: Path) -> None:
    """Downloads the packages that make up WordPress; apt checks them against the archive's signature."""
    apt_get = tool("apt-get")
    reasons: list[str] = []
    for source in sources(suite):
        with tempfile.TemporaryDirectory() as private:
            try:
                apt = _private_apt(Path(private), source)
                run(apt_get, *apt, "update", what="apt-get update")
                run(apt_get, *apt, "download", *_packages(apt, suite), cwd=into, what="apt-get download")
                return
            except SiteError as error:
                reasons.append(str(error))
    raise SiteError(
        f"WordPress cannot be had from Debian {suite}; name one of your own in WORDPRESS_DIR.\n"
        + "\n".join(reasons or ["No Debian source with the component main is configured in /etc/apt."])
    )


def sources(suite: str) -> Iterator[str]:
    """The machine's Debian sources with the suite exchanged, in deb822 form."""
    ours = _own_suites()
    files = [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix == ".list" and file.is_file():
            stanzas = [_from_line(line) for line in file.read_text().splitlines()]
        elif file.suffix == ".sources":
            stanzas = [_from_deb822(block) for block in re.split(r"\n\s*\n", file.read_text())]
        else:
            continue
        for stanza in stanzas:
            if stanza and _is_debian(stanza, ours):
                stanza.update({"Types": "deb", "Suites": suite, "Components": "main"})
                yield "".join(f"{name}: {value}\n" for name, value in stanza.items())


def _own_suites() -> list[str]:
    codename = re.search(r"^VERSION_CODENAME=(\S+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    return [*([codename[1].strip('"')] if codename else []), "oldstable", "stable", "testing", "unstable", "sid"]


def _is_debian(stanza: dict[str, str], suites: list[str]) -> bool:
    return (
        "deb" in stanza.get("Types", "").split()
        and stanza.get("Enabled", "yes").lower() not in ("no", "false", "0")
        and any(suite in suites for suite in stanza.get("Suites", "").split())
        and "main" in stanza.get("Components", "").split()
    )


def _from_line(line: str) -> dict[str, str] | None:
    """`deb [signed-by=… arch=…] uri suite component…`"""
    match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)", line)
    if not match:
        return None
    options, uri, suite, components = match.groups()
    stanza = {"Types": "deb", "URIs": uri, "Suites": suite, "Components": components.strip()}
    names = {"signed-by": "Signed-By", "trusted": "Trusted"}
    for name, _, value in (option.partition("=") for option in (options or "").split()):
        if name.lower() in names:
            stanza[names[name.lower()]] = value
    return stanza


def _from_deb822(block: str) -> dict[str, str]:
    """Fields of one stanza; a continuation (a key written into Signed-By) stays as it stands."""
    stanza: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and name:
            stanza[name] += "\n" + line
        elif ":" in line:
            name, _, value = line.partition(":")
            stanza[name] = value.strip()
    return stanza


def _private_apt(private: Path, source: str) -> list[str]:
    for folder in ("lists/partial", "cache/archives/partial"):
        (private / folder).mkdir(parents=True)
    (private / "debian.sources").write_text(source)
    settings = {
        "Dir::Etc::SourceList": private / "debian.sources",
        "Dir::Etc::SourceParts": "-",
        "Dir::Etc::Preferences": "-",  # a pin against newer suites is about what gets installed, and nothing is
        "Dir::Etc::PreferencesParts": "-",
        "Dir::State::Lists": private / "lists",
        "Dir::Cache": private / "cache",
        "APT::Sandbox::User": "root",  # else apt complains that its own user may not read our folders
        "Acquire::Languages": "none",
        "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _packages(apt: list[str], suite: str) -> list[str]:
    record = run(
        tool("apt-cache"), *apt, "show", "--no-all-versions", "wordpress", what=f"looking for WordPress in {suite}"
    )
    relations = " ".join(re.findall(r"^(?:Depends|Recommends): (.*)$", record, re.MULTILINE))
    version = re.search(r"^Version: (\S+)", record, re.MULTILINE)
    say(f"WordPress {version[1] if version else '?'} from Debian {suite} …")
    return ["wordpress", *sorted(set(WANTED.findall(relations)))]
