"""What is stored about one point's people and groups, in words that are the same for every point.

Everything of a point bears its tag, a word that occurs nowhere else. A state is read by it, so points need no clean
site.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from .site import Answer, Client, Request

State = dict[str, Any]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NUMBERS = itertools.count(1)
# What changes from one request to the next and is nobody's value.
_UNSTEADY = ("version", "lastModified", "created")


class Scene:
    """A tag, and the ids that were ever given to what bears it."""

    def __init__(self, client: Client, password: str | None = None, settings: bool = False) -> None:
        self.client = client
        self.tag = f"zq{next(_NUMBERS):06d}"
        self.ids: dict[str, str] = {}  # by a name of the operation's own
        self.numbers: dict[str, int] = {}  # accounts, the same
        self.browsers: dict[str, Any] = {}  # of an administrator, by what it is to do
        self.password = password
        self.settings = settings  # whether they are a part of what is stored

    def name(self, word: str) -> str:
        return f"{self.tag}-{word}"

    def state(self, shown: bool = True) -> State:
        """What the database holds; and what a GET shows of it, if it is to be sent."""
        stored = self.client.ask("scene", tag=self.tag, ids=list(self.ids.values()), password=self.password)
        words = {id: f"<{name}>" for name, id in self.ids.items()}
        for row in stored["people"]:
            words.setdefault(row["id"], f"<id of {self._plain(row['user_name'])}>")
        for row in stored["groups"]:
            words.setdefault(row["id"], f"<id of {self._plain(row['display_name'])}>")
        accounts = {row["ID"]: row["user_login"] for row in stored["accounts"]}
        rows = {row["row_id"]: row["user_name"] for row in stored["people"]}
        group_rows = {row["row_id"]: row["display_name"] for row in stored["groups"]}
        names = {row["id"]: row["user_name"] for row in stored["people"] if row["deleted"] == "0"}
        names.update({row["id"]: row["display_name"] for row in stored["groups"]})

        parts: dict[str, list[Any]] = {}

        def put(owner: str, fact: list[Any]) -> None:
            parts.setdefault(self._plain(owner), []).append(fact)

        for row in stored["accounts"]:
            facts = {key: value for key, value in row.items() if key != "ID"}
            put(row["user_login"], ["account", facts])
        for row in stored["people"]:
            facts = {
                key: value for key, value in row.items() if key not in ("row_id", "user_id", "document", "applied")
            }
            facts["account"] = accounts.get(row["user_id"], "none") if row["user_id"] else "none"
            facts["document"] = _parsed(row["document"])
            facts["applied"] = _parsed(row["applied"])
            put(row["user_name"], ["person", facts])
        for row in stored["lookups"]:
            put(rows.get(row["row_id"], "nobody"), ["lookup", row["path"], row["value"]])
        for row in stored["metas"]:
            put(accounts.get(row["user_id"], "nobody"), ["meta", row["meta_key"], row["meta_value"]])
        for row in stored["groups"]:
            put(row["display_name"], ["group", row["display_name"], row["external_id"]])
        for row in stored["members"]:
            group = group_rows.get(row["group_row"], "nobody")
            put(group, ["member", names.get(row["member_id"], "nobody"), row["member_kind"]])
        for row in stored["tokens"]:
            put(row["name"], ["token", "revoked" if row["revoked"] else "works"])
        if self.settings:
            put("settings", ["settings", self.client.ask("settings")])
        for row in stored["content"]:
            put(row["title"].rpartition("-")[0], ["content", row["title"], row["author"]])

        if shown:
            owners = {row["id"]: ("Users", row["user_name"]) for row in stored["people"] if row["deleted"] == "0"}
            owners.update({row["id"]: ("Groups", row["display_name"]) for row in stored["groups"]})
            for word, id in self.ids.items():
                owners.setdefault(id, ("Groups" if word.startswith("group") else "Users", self.name(word)))
            for id, (kind, owner) in owners.items():
                answer = self.client.send(Request("GET", f"/{kind}/{id}"))
                put(owner, ["shown", answer.status, _steady(answer.body)])
        return {owner: self._settled(facts, words) for owner, facts in sorted(parts.items())}

    def plain(self, value: Any, words: dict[str, str] | None = None) -> Any:
        text = self._plain(json.dumps(value, sort_keys=True))
        for id, word in (words or {}).items():
            text = text.replace(id, word)
        return json.loads(_UUID.sub("<id>", text))

    def _settled(self, facts: list[Any], words: dict[str, str]) -> list[Any]:
        return sorted(self.plain(facts, words), key=lambda fact: json.dumps(fact, sort_keys=True))

    def _plain(self, text: str) -> str:
        return text.replace(self.tag, "TAG")


def unseen(state: State) -> State:
    """What is stored, without what a GET shows of it."""
    kept = {owner: [fact for fact in facts if fact[0] != "shown"] for owner, facts in state.items()}
    return {owner: facts for owner, facts in kept.items() if facts}


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else text
    except ValueError:
        return text


def _steady(body: Any) -> Any:
    """A resource without what changes by itself, its lists of others in the order of their names."""
    if not isinstance(body, dict):
        return body
    kept = dict(body)
    if isinstance(body.get("meta"), dict):
        kept["meta"] = {key: value for key, value in body["meta"].items() if key not in _UNSTEADY}
    for name in ("members", "groups"):
        if isinstance(body.get(name), list):
            kept[name] = sorted(body[name], key=lambda other: str(other.get("display")))
    return kept


def steady(answer: Answer) -> Any:
    """An answer to a read, without what changes by itself."""
    body = answer.body
    if isinstance(body, dict) and isinstance(body.get("Resources"), list):
        return {**body, "Resources": [_steady(resource) for resource in body["Resources"]]}
    return _steady(body)


def differences(first: State, second: State, most: int = 6) -> list[str]:
    """What is in one and not in the other, for a person to read."""
    told: list[str] = []
    for owner in sorted({*first, *second}):
        a, b = ([json.dumps(f, sort_keys=True) for f in state.get(owner, [])] for state in (first, second))
        for sign, facts in (("-", _without(a, b)), ("+", _without(b, a))):
            told += [f"{sign} {owner}: {fact}" for fact in facts]
    return told[:most] + ([f"… and {len(told) - most} more"] if len(told) > most else [])


def _without(facts: Iterable[str], others: list[str]) -> list[str]:
    rest = list(others)
    left = []
    for fact in facts:
        if fact in rest:
            rest.remove(fact)
        else:
            left.append(fact)
    return left
