"""Whether searches among thousands of people find what is there, by any attribute, and say how many there are."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from sitebuilder import people

from . import same

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
DEPARTMENT = f"{people.ENTERPRISE}:department"
BUILD = """
while ( \\Rollbook\\WordPress\\Store\\ValueIndexes::incomplete() ) {
    do_action( \\Rollbook\\WordPress\\Store\\ValueIndexes::EVENT );
}
echo json_encode( array_keys( \\Rollbook\\WordPress\\Store\\ValueIndexes::all() ) );
"""

# What MariaDB has read so far. A request reads options, tokens and the like besides.
ROWS_READ = """
echo $wpdb->get_var(
    "SELECT SUM( VARIABLE_VALUE ) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME LIKE 'HANDLER_READ%'"
);
"""
ROWS_OF_REQUESTS = 5_000


class Client:
    def __init__(self, info: dict[str, Any]) -> None:
        self.scim, self.token = info["scim"], info["token"]
        self.wrong: list[str] = []

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.scim + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def search(self, query: str) -> tuple[int, Any]:
        return self.send("GET", f"/Users?{query}")

    def expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.wrong.append(f"{what}: {found!r} and not {expected!r}")

    def found(self, text: str, expected: list[str]) -> None:
        """The names that a filter finds, and their number."""
        status, body = self.search(f"attributes=userName&count=200&filter={quote(text)}")
        names = sorted(one["userName"] for one in body.get("Resources", []))
        found = status, names, body.get("totalResults", body.get("detail"))
        self.expect(text, found, (200, sorted(expected), len(expected)))


def faults(database: str, info: dict[str, Any], there: int) -> list[str]:
    """Searches on a site with so many people."""
    client = Client(info)
    by_attribute(client, database, there)
    by_activity(client, database, there)
    totals(client)
    return client.wrong


def by_activity(client: Client, database: str, there: int) -> None:
    """The few who are locked out are found without a look at all the others."""
    person = people.numbered(there + 2000)
    id = client.send("POST", "/Users", {**person, "active": False})[1]["id"]
    before = rows_read(database)
    client.found("active eq false", [person["userName"]])
    read = rows_read(database) - before
    client.expect(f"{read} rows read for one who is locked out", read < ROWS_OF_REQUESTS, True)
    client.send("DELETE", f"/Users/{id}")


def rows_read(database: str) -> int:
    return int(same.site("wp", "--db", database, ROWS_READ)) if database == "mariadb" else 0


def by_attribute(client: Client, database: str, there: int) -> None:
    # Of the last department that is full: others may have been added behind it.
    team = there // people.TEAM_SIZE - 1
    numbers = range(team * people.TEAM_SIZE, (team + 1) * people.TEAM_SIZE)
    last = people.numbered(numbers[-1])
    mates = [name(number) for number in numbers]
    filters = {
        f'{DEPARTMENT} eq "{last[people.ENTERPRISE]["department"]}"': mates,
        f'name.familyName eq "{last["name"]["familyName"].upper()}"': mates[-1:],
        f'{people.STAFF}:badge eq "{last[people.STAFF]["badge"]}"': mates[-1:],
        f'phoneNumbers.value eq "{last["phoneNumbers"][1]["value"]}"': mates[-1:],
        f'phoneNumbers[type eq "work" and value eq "{last["phoneNumbers"][0]["value"]}"]': mates[-1:],
        f'phoneNumbers[type eq "fax" and value eq "{last["phoneNumbers"][0]["value"]}"]': [],
        f'addresses.streetAddress sw "{last["addresses"][0]["streetAddress"]}"': mates[-1:],
        f'{DEPARTMENT} eq "nobody\'s"': [],
    }
    for text in filters:
        status, body = client.search(f"filter={quote(text)}")
        client.expect(f"{text}, without an index", (status, body.get("scimType")), (400, "tooMany"))
    # It is noted after the answer; of two requests at the same moment the second may have to ask again.
    for _ in range(3):
        indexed = json.loads(same.site("wp", "--db", database, BUILD))
        answers = [client.search(f"count=0&filter={quote(text)}")[0] for text in filters]
        if set(answers) == {200}:
            break
    client.expect("the indexes", DEPARTMENT in indexed and "name.familyName" in indexed, True)
    for text, names in filters.items():
        client.found(text, names)
    # What is written from now on is found at once.
    moved = 'title eq "moved"'
    client.search(f"filter={quote(moved)}")
    by_department, by_title = (f'{DEPARTMENT} eq "Department {text}"' for text in ("New", "Newer"))
    person = {**people.numbered(there + 1000), people.ENTERPRISE: {"department": "Department New"}}
    id = client.send("POST", "/Users", person)[1]["id"]
    client.found(by_department, [person["userName"]])
    change = {"op": "replace", "path": DEPARTMENT, "value": "Department Newer"}
    client.send("PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": [change]})
    client.found(by_department, [])
    client.found(by_title, [person["userName"]])
    client.send("DELETE", f"/Users/{id}")
    client.found(by_title, [])


def totals(client: Client) -> None:
    _, body = client.search("count=0")
    total = body["totalResults"]
    person = people.numbered(6_000_000)
    id = client.send("POST", "/Users", person)[1]["id"]
    client.expect("after a creation", client.search("count=0")[1]["totalResults"], total + 1)
    _, body = client.search(f"startIndex={total + 1}&count=10")
    client.expect("the last page", [one["userName"] for one in body.get("Resources", [])], [person["userName"]])
    client.send("DELETE", f"/Users/{id}")
    client.expect("after a deletion", client.search("count=0")[1]["totalResults"], total)
    # A page deep in the list is where it was when one goes there step by step.
    pages = [client.search(f"startIndex={start}&count=100&attributes=id")[1]["Resources"] for start in (4001, 4101)]
    seen = [one["id"] for page in pages for one in page]
    _, body = client.search("startIndex=4051&count=100&attributes=id")
    client.expect("a deep page", [one["id"] for one in body["Resources"]], seen[50:150])
    client.expect("sorting everybody", client.search("sortBy=name.familyName")[1].get("scimType"), "tooMany")


def name(number: int) -> str:
    return str(people.numbered(number)["userName"])
