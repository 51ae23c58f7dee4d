"""Looks at every screen that shows what an identity provider sent: no text of it is more than a text there."""

from __future__ import annotations

import csv
import http.cookiejar
import io
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, build_opener

# The attributes are stored, and shown on the profile and in the list of users.
SETTINGS = {
    "mappings": [
        {"path": "title", "target": "meta:corpus_title", "title": "Title", "profile": True, "users_list": True},
        {
            "path": "roles",
            "target": "meta:corpus_roles",
            "title": "Roles",
            "values": "list",
            "profile": True,
            "users_list": True,
        },
        {
            "path": "urn:corpus:2.0:User:nested.text",
            "target": "meta:corpus_nested",
            "profile": True,
            "users_list": True,
        },
        {"path": 'phoneNumbers[type eq "work"].value', "target": "field:description"},
    ],
    "role_rules": [{"filter": 'title co "nobody has this"', "role": "editor"}],
}
LOADED = re.compile(r"[\s\x00-\x1f]*(?:javascript|data|vbscript)[\s\x00-\x1f]*:", re.IGNORECASE)
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset")
PAGES = 400


class Reader(HTMLParser):
    """Finds what a browser would run, and the links of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.links: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        for name, value in attrs:
            text = value or ""
            if (name.startswith("on") and "rb_" in text) or (name == "style" and "rb_" in text):
                self.wrong.append(f"<{tag} {name}={text!r}>")
            if name in ADDRESSES and LOADED.match(text) and "rb_" in text:
                self.wrong.append(f"<{tag} {name}={text!r}>")
            if tag == "a" and name == "href":
                self.links.append(text)

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        # Scripts hold texts as JSON: in it no quote and no tag is as it was.
        if self._script and (
            data.strip().startswith("rb_xss") or re.search(r'(?<!\\)"-rb_xss', data) or re.search(r'\\\\"-rb_xss', data)
        ):
            self.wrong.append(f"<script>{data.strip()[:80]!r}")


def look(info: dict[str, Any], wanted: int) -> tuple[int, list[str]]:
    """How many pages there were, and what is wrong on them. So many of the texts must be seen."""
    browser = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    url: str = info["url"]
    browser.open(f"{url}/wp-login.php")
    browser.open(
        f"{url}/wp-login.php",
        urlencode({"log": info["admin"]["user"], "pwd": info["admin"]["password"], "testcookie": "1"}).encode(),
    )
    settings = f"{url}/wp-admin/options-general.php?page=rollbook"
    waiting = [
        f"{url}/wp-admin/index.php",
        f"{url}/wp-admin/users.php",
        f"{url}/wp-admin/site-health.php?tab=debug",
        settings,
    ]
    waiting += [
        f"{settings}&tab={tab}"
        for tab in ("connection", "people", "roles", "attributes", "activity", "guides", "advanced")
    ]
    known, wrong, shown = set(waiting), [], 0
    kinds = {
        "the list of users": "users.php",
        "a profile": "user-edit.php",
        "a person": "person=",
        "an entry": "entry=",
        "the file": "_csv",
    }
    while waiting and len(known) < PAGES:
        page = waiting.pop(0)
        with browser.open(page) as answer:
            text = answer.read().decode("utf-8", "replace")
            kind = answer.headers.get("Content-Type", "")
        shown += text.count("rb_")
        if kind.startswith("text/csv"):
            wrong += [f"{page}: {cell!r}" for cell in formulas(text)]
            continue
        reader = Reader()
        reader.feed(text)
        wrong += [f"{page}: {found}" for found in reader.wrong]
        for link in (urljoin(page, link) for link in reader.links):
            if link not in known and leads_on(link, url):
                known.add(link)
                waiting.append(link)
    wrong += [f"{kind} was not looked at" for kind, text in kinds.items() if not any(text in page for page in known)]
    if shown < wanted:
        wrong.append(f"only {shown} of the texts were to be seen: the screens do not show what they should")
    return len(known) - len(waiting), wrong


def leads_on(link: str, url: str) -> bool:
    """Whether a link leads to one more page that shows people, and changes nothing."""
    if not link.startswith(f"{url}/wp-admin/") or "#" in link:
        return False
    return bool(
        re.search(
            r"users\.php\?(?:.*&)?paged=|user-edit\.php\?user_id=\d+|page=rollbook&.*(?:person|entry|place)=|admin-post\.php\?action=rollbook_activity_csv",
            link,
        )
    )


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would compute."""
    rows = csv.reader(io.StringIO(text))
    return [
        cell
        for row in rows
        for cell in row
        if re.match(r"[\s\x00-\x1f]*[=+@\-\uff1d\uff0b\uff20\uff0d]", cell) and "rb_csv" in cell
    ]
