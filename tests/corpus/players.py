"""Plays lines of the corpus. A player gives for each case why it is wrong, and an empty text where it is right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from corpus.wire import Answer, Json, Service

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OWN = "urn:corpus:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Line = dict[str, Any]


def requests(service: Service, lines: list[Line], server: str) -> Iterator[str]:
    witness = service.send("POST", "/Users", {"schemas": [USER], "userName": "corpus-witness"}).body
    names = {"id": witness["id"], "ID": witness["id"].upper(), "token": service.token}
    for line in lines:
        headers = {name: value and filled(value, names) for name, value in line.get("headers", {}).items()}
        answer = service.send(line["method"], filled(line["path"], names), line.get("body"), headers)
        yield judged(line, answer, server)
    after = service.send("GET", f"/Users/{witness['id']}")
    yield "" if after.body == witness else f"the witness has changed: {after.text!r}"


def bodies(service: Service, lines: list[Line], server: str) -> Iterator[str]:
    person = service.send("POST", "/Users", {"schemas": [USER], "userName": "corpus-of-bodies"}).body
    for line in lines:
        answer = service.send("POST", "/Users", line["body"], line.get("headers"))
        yield judged(line, answer, server) or read_back(service, line, answer)
        if line["status"] == 400 and line.get("type") == "invalidSyntax":
            # What is no JSON is none for other methods and resources.
            for method, path in (
                ("PUT", f"/Users/{person['id']}"),
                ("PATCH", f"/Users/{person['id']}"),
                ("POST", "/Groups"),
                ("POST", "/Bulk"),
                ("POST", "/Users/.search"),
            ):
                answer = service.send(method, path, line["body"], line.get("headers"))
                yield judged(line | {"name": f"{line['name']}, {method} {path.split('/')[1]}"}, answer, server)
    after = service.send("GET", f"/Users/{person['id']}")
    yield "" if after.body == person else f"the person has changed: {after.text!r}"


def texts(service: Service, lines: list[Line], server: str) -> Iterator[str]:
    """Each text as a name, in every attribute of text, in a PATCH, as a group's name and in filters."""
    for number, line in enumerate(lines):
        text = line["text"]
        marked = f"{number:03} {text}"
        name = {"schemas": [USER], "userName": marked, "title": f"as a name {number:03}"}
        everywhere = {
            "schemas": [USER, ENTERPRISE, OWN],
            "userName": f"corpus-{number:03}",
            "externalId": marked,
            "displayName": text,
            "nickName": text,
            "title": text,
            "userType": text,
            "timezone": text,
            "profileUrl": text,
            "preferredLanguage": text,
            "locale": text,
            "name": {"formatted": text, "givenName": text, "familyName": text, "middleName": text},
            "phoneNumbers": [{"type": "work", "value": text, "display": text}],
            "addresses": [{"type": text, "streetAddress": text, "locality": text}],
            "roles": [{"value": text, "display": text}],
            "photos": [{"value": text}],
            ENTERPRISE: {"department": text, "employeeNumber": text, "manager": {"value": text}},
            OWN: {"nested": {"text": text}, "list": [text, text + "2"]},
        }
        group = {"schemas": [GROUP], "displayName": marked, "externalId": marked}
        played = [("a name", "/Users", name), ("all attributes", "/Users", everywhere), ("a group", "/Groups", group)]
        if line.get("screens"):
            # A spreadsheet computes what a cell begins with.
            played.append(("a bare name", "/Users", {"schemas": [USER], "userName": text}))
        for what, path, body in played:
            told = {**line, "name": f"{line['name']}, {what}", "status": line.get("status", 201)}
            answer = service.send("POST", path, body)
            yield judged(told, answer, server) or read_back(service, told, answer) or differing(told, body, answer)
            if answer.status == 201 and what == "all attributes":
                yield from changes(service, line, answer.body, text, server)
            if answer.status == 201 and what != "all attributes":
                attribute = "displayName" if what == "a group" else "userName"
                yield found(service, told, path, attribute, body[attribute], answer.body["id"])


def changes(service: Service, line: Line, person: Json, text: str, server: str) -> Iterator[str]:
    """The text comes once more, by a PATCH with and without a path, and in its filter."""
    path = f"/Users/{person['id']}"
    for what, operation in (
        ("a PATCH", {"op": "add", "path": f"{OWN}:more", "value": text}),
        ("a PATCH without a path", {"op": "replace", "value": {"title": text + "!", "name.honorificPrefix": text}}),
        (
            "a PATCH's filter",
            {"op": "replace", "path": f"phoneNumbers[value eq {json.dumps(text)}].display", "value": "found"},
        ),
    ):
        told = {**line, "name": f"{line['name']}, {what}", "status": [200, 204]}
        answer = service.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})
        yield judged(told, answer, server) or read_back(service, told, answer)
    answer = service.send("PUT", path, service.send("GET", path).body)
    yield judged({**line, "name": f"{line['name']}, a PUT of what was read", "status": 200}, answer, server)


def pairs(service: Service, lines: list[Line], server: str) -> Iterator[str]:
    """Two names that a collation takes for one: both databases say what Rollbook says."""
    for line in lines:
        ids = {}
        status = {"one": 201, "other": 409 if line["same"] else 201}
        for which in ("one", "other"):
            answer = service.send("POST", "/Users", {"schemas": [USER], "userName": line[which]})
            told = {
                "name": f"{line['name']}, {which}",
                "status": status[which],
                "type": "uniqueness" if status[which] == 409 else None,
            }
            yield judged(told, answer, server) or read_back(service, told, answer)
            ids[which] = answer.body.get("id")
        if line["same"]:
            yield found(service, line, "/Users", "userName", line["other"], ids["one"])
            continue
        for which in ("one", "other"):
            yield found(service, line, "/Users", "userName", line[which], ids[which])
            # Exact attributes know no collation at all.
            patch = {
                "schemas": [PATCH],
                "Operations": [{"op": "add", "value": {"externalId": line[which], "title": line[which]}}],
            }
            answer = service.send("PATCH", f"/Users/{ids[which]}", patch)
            yield judged({"name": f"{line['name']}, externalId of {which}", "status": 200}, answer, server)
        for which in ("one", "other"):
            yield found(service, line, "/Users", "externalId", line[which], ids[which])
            yield found(service, line, "/Users", "title", line[which], ids[which])
        groups = [
            service.send("POST", "/Groups", {"schemas": [GROUP], "displayName": line[which]})
            for which in ("one", "other")
        ]
        yield (
            ""
            if [group.status for group in groups] == [201, 201]
            else f"{line['name']}, groups: {[group.text for group in groups]}"
        )
        for which, group in zip(("one", "other"), groups):
            yield found(service, line, "/Groups", "displayName", line[which], group.body.get("id"))


def raw(service: Service, lines: list[Line], server: str) -> Iterator[str]:
    """Bytes as they stand in the line; `{service}` and the like are filled in."""
    names = {"service": service.path, "token": service.token, "host": f"{service.host}:{service.port}"}
    for line in lines:
        parts = [filled(part, names).encode("utf-8", "surrogateescape") for part in line["send"]]
        answer = service.exchange(parts, line.get("pause", 0.0), line.get("cut", False))
        yield judged(line, answer, server)
        if "absent" in line:
            people = service.send("GET", f"/Users?filter={quote('userName eq ' + json.dumps(line['absent']))}").body
            yield "" if people["totalResults"] == 0 else f"{line['name']}: {line['absent']} was created"
        alive = service.send("GET", "/ServiceProviderConfig")
        yield "" if alive.status == 200 else f"{line['name']}: afterwards the service answers {alive.status}"


PLAYERS: dict[str, Callable[[Service, list[Line], str], Iterator[str]]] = {
    "requests": requests,
    "bodies": bodies,
    "pairs": pairs,
    "raw": raw,
    "texts": texts,
}


def judged(line: Line, answer: Answer, server: str) -> str:
    wanted = line["status"]
    if isinstance(wanted, dict):
        wanted = wanted[server]
    body = answer.body
    right = answer.status in (wanted if isinstance(wanted, list) else [wanted])
    if right and line.get("type") and answer.status >= 400:
        right = answer.scim_type == line["type"]
    if right and answer.status >= 400 and answer.headers.get("content-type", "").startswith("application/scim+json"):
        right = isinstance(body, dict) and body.get("status") == str(answer.status)
    if right and "total" in line:
        right = isinstance(body, dict) and body.get("totalResults") == line["total"]
    if right and "without" in line:
        right = line["without"].encode().lower() not in answer.text.lower()
    if right and "holds" in line:
        right = line["holds"].encode() in answer.text
    return "" if right else f"{line['name']}: {answer.status} {answer.text[:300]!r}"


def read_back(service: Service, line: Line, answer: Answer) -> str:
    """What is read afterwards is what was answered."""
    if answer.status not in (200, 201) or not isinstance(answer.body, dict) or "id" not in answer.body:
        return ""
    kind = "Groups" if GROUP in answer.body["schemas"] else "Users"
    read = service.send("GET", f"/{kind}/{answer.body['id']}")
    return (
        ""
        if read.text == answer.text
        else f"{line['name']}: answered {answer.text[:600]!r} and read {read.text[:600]!r}"
    )


def differing(line: Line, sent: Json, answer: Answer) -> str:
    """What was answered is what was sent."""
    if answer.status != 201:
        return ""
    for name, value in sent.items():
        if name != "schemas" and answer.body.get(name) != value:
            return f"{line['name']}: {name} was sent as {value!r} and came back as {answer.body.get(name)!r}"
    return ""


def found(service: Service, line: Line, path: str, attribute: str, text: str, id: str | None) -> str:
    """A filter for exactly this text finds this resource, and no other."""
    page = service.send(
        "GET", f"{path}?filter={quote(f'{attribute} eq ' + json.dumps(text, ensure_ascii=False), safe='')}"
    )
    ids = (
        [resource["id"] for resource in (page.body or {}).get("Resources", [])]
        if isinstance(page.body, dict)
        else page.text
    )
    return "" if ids == [id] else f"{line['name']}: {attribute} eq {text!r} finds {ids!r} instead of {id}"


def filled(text: str, names: dict[str, str]) -> str:
    """`{name}` is what the name stands for; `{x*100}` is a hundred of them."""

    def of(match: re.Match[str]) -> str:
        return match[1] * int(match[2]) if match[2] else names.get(match[1], match[0])

    return re.sub(r"\{([^{}*]+)(?:\*(\d+))?\}", of, text)
