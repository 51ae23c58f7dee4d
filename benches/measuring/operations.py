"""What is measured: single requests, and pairs of them that leave the site as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote
from zlib import crc32

from sitebuilder import people

from .client import Client
from .sites import RULED, BenchSite

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
EMPTY = "empty REST route"
# What WordPress costs before a line of ours has run: with the fast lane, and for what needs plugins and the theme.
FLOORS = {"at once": "a must-use file that ends at once", "when loaded": "a plugin that ends when all is loaded"}
CORE_POST, CORE_PUT = "core POST /wp/v2/users", "core PUT /wp/v2/users/<id>"
CORE_DELETE = "core DELETE /wp/v2/users/<id>"
OF_ENTRA = "the extension's part of a PATCH with ten operations"
PAGE = 100
BULK_SIZE = 1_000
MANY = (1_000, 5_000)
PASSWORD = "4fG7h2Kq9Lm1Zx8C"

Timed = Iterator[tuple[str, float]]


@dataclass(frozen=True)
class Operation:
    """Requests that belong together: each turn gives the label of each and its seconds."""

    labels: tuple[str, ...]
    turn: Callable[[BenchSite, Client, str], Timed]
    # Long ones take few turns, and no eight clients.
    long: bool = False


@dataclass(frozen=True)
class Goal:
    """What a median is compared with, and the most that it may be of it: without the fast lane, and with it."""

    base: str
    most: float | None = None
    most_early: float | None = None
    # How often the base is taken.
    times: int = 1


def one_get(label: str, query: Callable[[BenchSite, str], str]) -> Operation:
    def turn(site: BenchSite, client: Client, token: str) -> Timed:
        answer = client.send("GET", site.route + query(site, token), site.scim, None, (200,))
        yield label, answer.seconds

    return Operation((label,), turn)


def number_of(site: BenchSite, token: str) -> int:
    """Another one of the sample with each turn."""
    return site.numbers[crc32(token.encode()) % len(site.numbers)]


def filtered(text: str, rest: str = "") -> str:
    return f"/Users?filter={quote(text)}{rest}"


def user_name(number: int) -> str:
    return str(people.numbered(number)["userName"])


def last_page(site: BenchSite, _token: str) -> str:
    return f"/Users?count={PAGE}&startIndex={site.size - PAGE + 1}"


def department(site: BenchSite, token: str) -> str:
    # The first and the last department may not be full.
    team = min(max(number_of(site, token) // people.TEAM_SIZE, 1), site.size // people.TEAM_SIZE - 1)
    return filtered(f'{people.ENTERPRISE}:department eq "Department {team:07}"')


def empty(site: BenchSite, client: Client, _token: str) -> Timed:
    yield EMPTY, client.send("GET", "/wp-json/bench/v1/empty", {}, None, (200,)).seconds


def floor(ends: str, site: BenchSite, client: Client, _token: str) -> Timed:
    headers = {"X-Bench-End": ends}
    yield FLOORS[ends], client.send("GET", "/wp-json/bench/v1/empty", headers, None, (200,)).seconds


def refused(site: BenchSite, client: Client, _token: str) -> Timed:
    """After many of them within a minute it is 429."""
    headers = {**site.scim, "Authorization": "Bearer " + "x" * 43}
    yield "refused token (401, or 429)", client.send("GET", f"{site.route}/Users", headers, None, (401, 429)).seconds


def create(site: BenchSite, client: Client, token: str) -> Timed:
    answer = client.send("POST", f"{site.route}/Users", site.scim, newcomer(token), (201,))
    yield "POST a person", answer.seconds
    path = f"{site.route}/Users/{answer.json()['id']}"
    yield "DELETE a person", client.send("DELETE", path, site.scim, None, (204,)).seconds


def core_create(site: BenchSite, client: Client, token: str) -> Timed:
    body = {"username": f"bench-core-{token}", "email": f"bench-core-{token}@people.test", "password": PASSWORD}
    answer = client.send("POST", "/wp-json/wp/v2/users", site.core, body, (201,))
    yield CORE_POST, answer.seconds
    path = f"/wp-json/wp/v2/users/{answer.json()['id']}?force=true&reassign=1"
    yield CORE_DELETE, client.send("DELETE", path, site.core, None, (200,)).seconds


def change(site: BenchSite, client: Client, token: str) -> Timed:
    """What core's PUT changes as well: the name that is shown, and the family name."""
    operations = [
        {"op": "replace", "path": "displayName", "value": f"Shown {token}"},
        {"op": "replace", "path": "name.familyName", "value": f"Bench {token}"},
    ]
    yield "PATCH a person", patch(site, client, f"Users/{id_of(site, token)}", operations)


def change_nothing(site: BenchSite, client: Client, token: str) -> Timed:
    operations = [{"op": "replace", "path": "active", "value": True}]
    yield "PATCH that changes nothing", patch(site, client, f"Users/{id_of(site, token)}", operations)


def core_change(site: BenchSite, client: Client, token: str) -> Timed:
    body = {"name": f"Shown {token}", "last_name": f"Bench {token}"}
    yield CORE_PUT, client.send("PUT", f"/wp-json/wp/v2/users/{site.local}", site.core, body, (200,)).seconds


def of_entra(site: BenchSite, client: Client, token: str) -> Timed:
    """The extension's part of a PATCH with ten operations, about somebody with 22 attributes."""
    person = client.send("POST", f"{site.route}/Users", site.scim, known_well(token), (201,)).json()
    path = f"/Users/{person['id']}"
    operations = [
        {"op": "Replace", "path": "displayName", "value": f"Other {token}"},
        {"op": "Replace", "path": "title", "value": "Other title"},
        {"op": "Replace", "path": "name.givenName", "value": "Other"},
        {"op": "Replace", "path": "name.familyName", "value": f"Family {token}"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": f"other-{token}@people.test"},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1 555 0199"},
        {"op": "Replace", "path": 'addresses[type eq "work"].streetAddress', "value": "2 Other Street"},
        {"op": "Replace", "path": 'addresses[type eq "work"].locality', "value": "Otherville"},
        {"op": "Add", "path": f"{people.ENTERPRISE}:department", "value": "Other department"},
        {"op": "Replace", "path": "active", "value": "True"},
    ]
    yield OF_ENTRA, site.exchange("PATCH", path, {"schemas": [PATCH], "Operations": operations})
    client.send("DELETE", site.route + path, site.scim, None, (204,))


def known_well(token: str) -> dict[str, object]:
    """A person with 22 attributes, of the kind that Entra ID sends."""
    return {
        **newcomer(token),
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", people.ENTERPRISE],
        "title": "Title",
        "preferredLanguage": "en-US",
        "name": {"givenName": "Given", "familyName": "Family", "formatted": "Given Family"},
        "emails": [
            {"value": f"bench-{token}@people.test", "type": "work", "primary": True},
            {"value": f"home-{token}@people.test", "type": "home"},
        ],
        "phoneNumbers": [{"value": f"+1 555 010{n}", "type": t} for n, t in enumerate(("work", "mobile", "fax"))],
        "addresses": [
            {
                "type": "work",
                "formatted": "1 Street, Town",
                "streetAddress": "1 Street",
                "locality": "Town",
                "region": "Region",
                "postalCode": "12345",
                "country": "US",
            }
        ],
        people.ENTERPRISE: {"employeeNumber": token, "department": "Department"},
    }


def join(site: BenchSite, client: Client, token: str) -> Timed:
    """A newcomer joins a large group and leaves it. No two clients change one group at once, as in life."""
    group = f"Groups/{site.groups[int(token.rpartition('-')[2]) % len(site.groups)]}"
    answer = client.send("POST", f"{site.route}/Users", site.scim, newcomer(token), (201,))
    member = answer.json()["id"]
    try:
        operations: list[dict[str, Any]] = [{"op": "add", "path": "members", "value": [{"value": member}]}]
        yield "one joins a tenth of all", patch(site, client, group, operations)
        operations = [{"op": "remove", "path": f'members[value eq "{member}"]'}]
        yield "one leaves a tenth of all", patch(site, client, group, operations)
    finally:
        client.send("DELETE", f"{site.route}/Users/{member}", site.scim, None, (204,))


def bulk(site: BenchSite, client: Client, token: str) -> Timed:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": f"b{number}", "data": newcomer(f"{token}-{number}")}
        for number in range(BULK_SIZE)
    ]
    answer = client.send("POST", f"{site.route}/Bulk", site.scim, bulk_of(operations), (200,))
    yield f"Bulk of {BULK_SIZE:,} creates", answer.seconds
    made = [one["location"].rsplit("/", 1)[1] for one in answer.json()["Operations"] if one["status"] == "201"]
    operations = [{"method": "DELETE", "path": f"/Users/{id}"} for id in made]
    answer = client.send("POST", f"{site.route}/Bulk", site.scim, bulk_of(operations), (200,))
    # What was not made in time is not counted as made.
    if len(made) == BULK_SIZE:
        yield f"Bulk of {BULK_SIZE:,} deletions", answer.seconds


def many_join(many: int, site: BenchSite, client: Client, _token: str) -> Timed:
    if many > site.size:
        return
    found = members(site, client, many)
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": RULED}
    id = client.send("POST", f"{site.route}/Groups", site.scim, group, (201,)).json()["id"]
    try:
        value = [{"value": member} for member in found]
        joined, left = many_labels(many)
        yield joined, patch(site, client, f"Groups/{id}", [{"op": "add", "path": "members", "value": value}])
        yield left, patch(site, client, f"Groups/{id}", [{"op": "remove", "path": "members"}])
    finally:
        client.send("DELETE", f"{site.route}/Groups/{id}", site.scim, None, (204,))


def many_labels(many: int) -> tuple[str, str]:
    return f"{many:,} join a group that a rule reads", f"{many:,} leave it"


def members(site: BenchSite, client: Client, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        query = f"{site.route}/Users?attributes=id&count=200&startIndex={len(found) + 1}"
        found += [one["id"] for one in client.send("GET", query, site.scim, None, (200,)).json()["Resources"]]
    return found[:count]


def patch(site: BenchSite, client: Client, path: str, operations: list[dict[str, Any]]) -> float:
    body = {"schemas": [PATCH], "Operations": operations}
    return client.send("PATCH", f"{site.route}/{path}", site.scim, body, (200, 204)).seconds


def bulk_of(operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": operations}


def id_of(site: BenchSite, token: str) -> str:
    return site.ids[crc32(token.encode()) % len(site.ids)]


def newcomer(token: str) -> dict[str, object]:
    name = f"bench-{token}"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": f"{name}@people.test",
        "externalId": name,
        "active": True,
        "displayName": f"{name} Example",
        "name": {"givenName": name, "familyName": "Example"},
        "emails": [{"value": f"{name}@people.test", "type": "work", "primary": True}],
    }


OPERATIONS = [
    Operation((EMPTY,), empty),
    *(Operation((label,), partial(floor, ends)) for ends, label in FLOORS.items()),
    one_get("filter by userName, found", lambda s, t: filtered(f'userName eq "{user_name(number_of(s, t))}"')),
    one_get("filter by externalId, found", lambda s, t: filtered(f'externalId eq "00u{number_of(s, t):07}"')),
    one_get("filter by userName, nobody", lambda s, t: filtered(f'userName eq "nobody-{t}@people.test"')),
    one_get("GET by id", lambda s, t: f"/Users/{id_of(s, t)}"),
    Operation(("refused token (401, or 429)",), refused),
    one_get(f"list, first page of {PAGE}", lambda s, t: f"/Users?count={PAGE}"),
    one_get(f"list, last page of {PAGE}", last_page),
    one_get(f"sorted by userName, {PAGE}", lambda s, t: f"/Users?count={PAGE}&sortBy=userName"),
    one_get("filter by department, 20 found", department),
    one_get(
        "filter by an extension's attribute, 1 found",
        lambda s, t: filtered(f'{people.STAFF}:badge eq "Badge{number_of(s, t):07}"'),
    ),
    Operation(("POST a person", "DELETE a person"), create),
    Operation((CORE_POST, CORE_DELETE), core_create),
    Operation(("PATCH a person",), change),
    Operation((CORE_PUT,), core_change),
    Operation(("PATCH that changes nothing",), change_nothing),
    Operation(("one joins a tenth of all", "one leaves a tenth of all"), join),
    Operation((OF_ENTRA,), of_entra, long=True),
    Operation((f"Bulk of {BULK_SIZE:,} creates", f"Bulk of {BULK_SIZE:,} deletions"), bulk, long=True),
    *(Operation(many_labels(many), partial(many_join, many), long=True) for many in MANY),
]

GOALS = {
    "filter by userName, found": Goal(EMPTY, 0.95, 0.25),
    "filter by externalId, found": Goal(EMPTY, 0.95, 0.25),
    "filter by userName, nobody": Goal(EMPTY, 0.95, 0.25),
    "GET by id": Goal(EMPTY, 0.95, 0.25),
    "refused token (401, or 429)": Goal(EMPTY, 0.95, 0.25),
    "POST a person": Goal(CORE_POST, 0.25),
    "PATCH a person": Goal(CORE_PUT, 0.30),
    "PATCH that changes nothing": Goal(EMPTY, 0.95),
    "DELETE a person": Goal(CORE_DELETE),
    OF_ENTRA: Goal(EMPTY, 1 / 500),
    # A person of a Bulk request against one of core's route: twelve times as many a second.
    f"Bulk of {BULK_SIZE:,} creates": Goal(CORE_POST, 1 / 12, times=BULK_SIZE),
    f"Bulk of {BULK_SIZE:,} deletions": Goal(CORE_DELETE, times=BULK_SIZE),
    # With core's route a role is given to one person after the other.
    **{label: Goal(CORE_PUT, times=many) for many in MANY for label in many_labels(many)},
}
