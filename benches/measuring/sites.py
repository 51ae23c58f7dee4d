"""The sites that are measured: one for each number of people, all up at once, each with a database of its own."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sitebuilder import people
from sitebuilder.console import REPOSITORY, TEMPLATES, SiteError, say

from .client import Client

SITE = REPOSITORY / "tests/site"
PEOPLE_TABLES = REPOSITORY / "php-plugin/includes/store/class-tables.php"
# How many people are asked for in turn.
SAMPLE = 100
GROUPS = 10
RULED = "Bench rule"
SETTINGS = {
    "deletion": {"policy": "delete"},
    "mass_removal": {"watch": False},
    "role_rules": [{"filter": f'groups.display eq "{RULED}"', "role": "author"}],
}
SEARCHED = [
    f"{people.ENTERPRISE}:department",
    f"{people.STAFF}:badge",
    "name.familyName",
]
PREPARE = (Path(__file__).parent / "prepare.php").read_text().removeprefix("<?php")
EXCHANGE = (Path(__file__).parent / "exchange.php").read_text().removeprefix("<?php")
INDEX = """
\\Rollbook\\WordPress\\Store\\ValueIndexes::want( json_decode( '@paths@' ) );
while ( \\Rollbook\\WordPress\\Store\\ValueIndexes::incomplete() ) {
    do_action( \\Rollbook\\WordPress\\Store\\ValueIndexes::EVENT );
}
"""
LOOKED = "echo json_encode( \\Rollbook\\WordPress\\Endpoint\\FastLane::found() );"


class BenchSite:
    """A site with so many people, in one of the modes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.name = f"bench-{size}"
        self.options = ["--db", "mariadb", "--called", self.name]
        # Every so many of them, so that neighbours in a table are not asked for together.
        self.numbers = [1 + number * size // SAMPLE for number in range(SAMPLE)]
        self.info: dict[str, Any] = {}
        self.core: dict[str, str] = {}
        self.scim: dict[str, str] = {}
        self.ids: list[str] = []
        self.groups: list[str] = []
        self.local = 0

    def call(self, verb: str, *arguments: str) -> str:
        command = [str(SITE), verb, *self.options, *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SiteError(f"{' '.join(command)[:200]} has failed")
        return done.stdout

    def up(self, *, redis: bool, fast_lane: bool) -> None:
        """Starts it, with its people, as the mode wants it."""
        cache = ["--cache", "redis" if redis else "none"]
        self.info = json.loads(self.call("up", "--server", "fpm", "--durable", *cache))
        self._populate()
        self.call("settings", json.dumps({**SETTINGS, "fast_lane": False}))
        known = json.loads(self.call("wp", PREPARE.replace("@numbers@", json.dumps(self.numbers))))
        login = base64.b64encode(f"{self.info['admin']['user']}:{known['password']}".encode()).decode()
        self.core = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        self.scim = {"Authorization": f"Bearer {self.info['token']}", "Content-Type": "application/scim+json"}
        self.ids = known["ids"]
        self.groups, self.local = known["groups"], known["local"]
        if fast_lane:
            self.call("settings", json.dumps({"fast_lane": True}))
        self._await_lane(fast_lane)

    def down(self) -> None:
        self.call("down")

    def client(self) -> Client:
        return Client(self.info["url"])

    @property
    def route(self) -> str:
        return urlsplit(str(self.info["scim"])).path

    def exchange(self, method: str, path: str, body: object) -> float:
        """The seconds that the extension alone needs for a request."""
        given = {
            "method": method,
            "base": self.info["scim"],
            "path": path,
            "headers": {"authorization": self.scim["Authorization"], "content-type": self.scim["Content-Type"]},
            "body": json.dumps(body),
        }
        quoted = json.dumps(given).replace("\\", "\\\\").replace("'", "\\'")
        return float(self.call("wp", EXCHANGE.replace("@given@", quoted)))

    def versions(self) -> dict[str, str]:
        code = (
            "global $wpdb; echo json_encode( array( 'WordPress' => get_bloginfo( 'version' ), "
            "'PHP' => PHP_VERSION, 'MariaDB' => $wpdb->get_var( 'SELECT VERSION()' ) ) );"
        )
        known: dict[str, str] = json.loads(self.call("wp", code))
        return known

    def _populate(self) -> None:
        """Makes the people, unless they are there from another time and the tables are the same."""
        note = Path(self.info["dir"]) / "bench.json"
        how = [(TEMPLATES / "populate.php").read_text(), Path(people.__file__).read_text(), PEOPLE_TABLES.read_text()]
        wanted = {"people": self.size, "groups": GROUPS, "indexed": SEARCHED, "how": how}
        if note.exists() and json.loads(note.read_text()) == wanted:
            return
        note.unlink(missing_ok=True)
        self.info = json.loads(self.call("reset"))
        # While nobody is there. Later it takes a request's time for each hundred of them.
        self.call("wp", INDEX.replace("@paths@", json.dumps(SEARCHED)))
        say(f"making {self.size:,} people …")
        self.call("populate", str(self.size), "--groups", str(GROUPS))
        note.write_text(json.dumps(wanted))

    def _await_lane(self, is_open: bool) -> None:
        """Waits until a request is answered as the mode says: early, or when all plugins are loaded."""
        went_full = Path(self.info["dir"]) / "went-full"
        client = self.client()
        headers = {**self.scim, "X-Bench-Watch": "yes"}
        for _ in range(50):
            with contextlib.suppress(OSError):
                went_full.unlink()
            client.send("GET", f"{self.route}/Users?count=0", headers, None, (200,))
            time.sleep(0.1)  # Who looks notes it after the answer.
            if went_full.exists() is not is_open:
                return
        raise SiteError(f"requests are {'not ' if is_open else ''}answered early: {self.call('wp', LOOKED)}")

    def clear(self) -> None:
        """Takes away what a broken run has left."""
        client = self.client()
        of_ours = 'userName sw "bench-" and externalId sw "bench-"'
        for kind, text in (("Groups", 'displayName sw "Bench"'), ("Users", of_ours)):
            query = f"{self.route}/{kind}?count=200&attributes=id&filter={quote(text)}"
            while True:
                found = client.send("GET", query, self.scim, None, (200,)).json().get("Resources", [])
                for one in found:
                    client.send("DELETE", f"{self.route}/{kind}/{one['id']}", self.scim, None, (204,))
                if not found:
                    break
