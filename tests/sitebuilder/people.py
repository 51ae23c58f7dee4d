"""Thousands of people and groups in a site: one of each is made through the API, and its rows are copied."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from . import wordpress
from .console import TEMPLATES, SiteError, say

# What differs from person to person stands in the first one's attributes as a number that nothing else has. All
# numbers have as many digits, so that text keeps its length, and digits are the same in any case.
NUMBER, TEAM, FAMILY, GROUP = "7310867", "8240751", "6190342", "5270938"
# So many people share a department, however many people there are.
TEAM_SIZE = 20
DOMAIN = "people.test"
STAFF = "urn:contoso:params:scim:schemas:extension:2.0:Staff"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ACTIVITY_SECONDS = 10.0


def person(number: str, team: str, family: str) -> dict[str, Any]:
    """A person as an identity provider sends one."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, STAFF],
        "userName": f"Person{number}@{DOMAIN}",
        "externalId": f"00u{number}",
        "active": True,
        "displayName": f"Given{number} Family{family}",
        "name": {"givenName": f"Given{number}", "familyName": f"Family{family}"},
        "title": f"Title {team}",
        "preferredLanguage": "en-US",
        "emails": [
            {"value": f"Person{number}@{DOMAIN}", "type": "work", "primary": True},
            {"value": f"home{number}@{DOMAIN}", "type": "home"},
        ],
        "phoneNumbers": [
            {"value": f"+49 30 {number}", "type": "work"},
            {"value": f"+49 170 {number}", "type": "mobile"},
        ],
        "addresses": [{"type": "work", "streetAddress": f"Street {number}", "locality": "Berlin", "country": "DE"}],
        ENTERPRISE: {"employeeNumber": f"E{number}", "department": f"Department {team}", "costCenter": f"CC{team}"},
        STAFF: {"badge": f"Badge{number}", "floor": f"Floor {team}"},
    }


def numbered(number: int) -> dict[str, Any]:
    """The person with this number, as `populate` makes it."""
    digits = f"{number:07}"
    return person(digits, f"{number // TEAM_SIZE:07}", digits[::-1])


def group(number: str, members: list[str]) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": f"Group {number}",
        "externalId": f"g{number}",
        "members": [{"value": member} for member in members],
    }


def populate(folder: Path, address: str, scim: str, token: str, people: int, groups: int) -> None:
    """Makes people until there are so many, and groups that share them."""
    if max(people, groups) >= 7_000_000:
        raise SiteError("7,000,000 is more than the numbers in the names have room for")
    started = time.monotonic()
    first = post(scim, token, "Users", person(NUMBER, TEAM, FAMILY))
    of_group = post(scim, token, "Groups", group(GROUP, [first])) if groups else ""
    plan = {
        "people": people,
        "groups": groups,
        "person": first,
        "group": of_group,
        "tokens": {"number": NUMBER, "team": TEAM, "family": FAMILY, "group": GROUP},
        "team_size": TEAM_SIZE,
        "wait": ACTIVITY_SECONDS,
    }
    code = (TEMPLATES / "populate.php").read_text()
    if wordpress.execute(folder, address, code, json.dumps(plan)):
        raise SiteError("the people could not be made")
    say(f"{people} people and {groups} groups, after {time.monotonic() - started:.0f} s")


def post(scim: str, token: str, kind: str, resource: dict[str, Any]) -> str:
    """Makes a resource through the API, and gives its id."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    request = urllib.request.Request(f"{scim}/{kind}", json.dumps(resource).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return str(json.load(response)["id"])
    except urllib.error.HTTPError as error:
        raise SiteError(f"POST /{kind} is answered {error.code}: {error.read().decode()[:500]}") from error
