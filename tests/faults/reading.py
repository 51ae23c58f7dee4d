"""Readers fill the shared object cache while people are changed: nothing stale stays, no decision rests on it."""

from __future__ import annotations

import threading

from sitebuilder.console import say

from .operations import SETTINGS, make_together, patch
from .scene import Scene
from .site import Client, Clients, Request, Site

READERS = 3
PEOPLE = 4
# Changes after the cache's server has died: each kind of each person.
WITHOUT = 16


class Readers:
    """Requests of WordPress's own that load people into the cache, until they are told to stop."""

    def __init__(self, site: Site, numbers: list[int], logins: list[str]) -> None:
        self._site = site
        self._numbers = numbers
        self._logins = logins
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(which,)) for which in range(READERS)]
        self.count = 0

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self, which: int) -> None:
        # The first reads as a visitor does, over HTTP. The others read as fast as PHP can, so that they often meet the
        # moment between a write and its commit.
        client = Client(self._site)
        turn = 0
        while not self._stop.is_set():
            if which == 0:
                client.send(Request("GET", f"/wp-json/wp/v2/users/{self._numbers[turn % len(self._numbers)]}"))
                client.send(
                    Request(
                        "GET", f"/?author={self._numbers[turn % len(self._numbers)]}".replace("/?", "/wp-login.php?")
                    )
                )
            else:
                client.ask("read", numbers=self._numbers, logins=self._logins, times=20)
            turn += 1
            self.count += 1
        client.close()


def run(site: Site, changes: int) -> list[str]:
    """Changes people so many times while others read; gives what was wrong."""
    clients = Clients(site)
    client = clients.mine()
    client.ask("prepare", settings={**SETTINGS, "mappings": SETTINGS["mappings"]})
    scene = Scene(client)
    words = [f"reader{number}" for number in range(PEOPLE)]
    make_together(scene, {word: {} for word in words}, {})
    accounts = client.ask(
        "sql", statement=f"SELECT ID, user_login FROM wp_users WHERE user_login LIKE '{scene.tag}%' ORDER BY ID"
    )
    numbers = [int(row["ID"]) for row in accounts]
    wrong: list[str] = []
    with Readers(site, numbers, [row["user_login"] for row in accounts]) as readers:
        for number in range(changes):
            wrong += _change(scene, words[number % PEOPLE], number)
        seen = readers.count
    wrong += [f"stale in the end: {entry}" for entry in client.ask("stale", tag=scene.tag)]
    site.built.kill_cache()
    for number in range(changes, changes + WITHOUT):
        wrong += _change(scene, words[number % PEOPLE], number)
    say(
        f"{changes} changes beside {READERS} readers, who read {seen} times, and {WITHOUT} after the cache was gone:"
        f" {len(wrong)} wrong"
    )
    clients.close()
    return wrong


def _change(scene: Scene, word: str, number: int) -> list[str]:
    """One change, and whether database, cache and GET are as it says."""
    client, path = scene.client, f"/Users/{scene.ids[word]}"
    login = scene.name(word)
    kind = ("role", "address", "active", "title")[(number // PEOPLE) % 4]
    turn = number // PEOPLE // 4
    is_author, is_active = turn % 2 == 0, turn % 2 == 1
    title = "Author" if is_author else f"Title {number}"
    operation, column, wanted = {
        "role": (("replace", "title", title), "roles", ["author" if is_author else "subscriber"]),
        "address": (
            ("replace", 'emails[type eq "work"].value', f"{login}-{turn}@faults.test"),
            "user_email",
            f"{login}-{turn}@faults.test",
        ),
        "active": (("replace", "active", is_active), "may_enter", is_active),
        "title": (("replace", "displayName", f"Shown {number}"), "display_name", f"Shown {number}"),
    }[kind]
    answer = client.send(Request("PATCH", path, patch(operation)))
    if answer.status not in (200, 204):
        return [f"{number}: {kind} of {login} was refused: {answer}"]
    # A moment for what was read before the commit, and is written to the cache after it.
    stored = client.ask("stored", login=login)
    wrong = []
    if stored[column] != wanted:
        wrong.append(
            f"{number}: {kind} of {login} was answered {answer.status}, stored is {stored[column]}, not {wanted}"
        )
    wrong += [f"{number}: {kind}: stale in the cache: {entry}" for entry in client.ask("stale", tag=login)]
    return wrong
