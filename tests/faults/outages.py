"""Real trouble of the database, nothing injected: rows that others hold, deadlocks, and a server that dies."""

from __future__ import annotations

import itertools
import threading
import time

from sitebuilder.console import say

from .operations import EDITORS, KEEP, OPERATIONS, SETTINGS, Operation, make_together, patch, values
from .scene import Scene, State, differences, unseen
from .site import Answer, Client, Clients, Request, Site

CLIENTS = 6
# Between two deaths of the server, so that some requests are served in between.
PAUSE = 1.5
# Who looks at the server's transactions more often is shown the same ones.
LOOK = 0.12
# What others hold of the person that a request is about, and how they lock it.
HELD = {
    "role": "SELECT * FROM wp_usermeta WHERE user_id = {user} AND meta_key = 'wp_capabilities' FOR UPDATE",
    "meta": "SELECT * FROM wp_usermeta WHERE user_id = {user} AND meta_key = 'fault_title' FOR UPDATE",
    "account": "SELECT * FROM wp_users WHERE ID = {user} FOR UPDATE",
    "person": "SELECT * FROM wp_rollbook_users WHERE user_id = {user} FOR UPDATE",
}
STRUCK = ("put", "patch", "deactivate", "delete-keep", "delete-reassign", "delete-all", "group-patch", "group-delete")


def run(site: Site, seconds: float) -> list[str]:
    clients = Clients(site)
    client = clients.mine()
    wrong: list[str] = []
    client.ask("run", statement="SET GLOBAL innodb_lock_wait_timeout = 1")
    # Workers that stay connected keep the old patience; each request of PHP connects anew.
    try:
        for operation in (operation for operation in OPERATIONS if operation.name in STRUCK):
            wrong += _held_rows(client, operation)
        deadlocks = client.ask("sql", statement="SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        say(f"{deadlocks[0]['Value']} of them were real deadlocks")
    finally:
        client.ask("run", statement="SET GLOBAL innodb_lock_wait_timeout = 50")
    wrong += _restarts(site, client, seconds)
    clients.close()
    return wrong


def _held_rows(client: Client, operation: Operation) -> list[str]:
    """Somebody else holds a row longer than the database waits, and then wants another as well: a deadlock."""
    client.ask("prepare", settings={**SETTINGS, **operation.settings})
    before, after = _unstruck(client, operation)
    wrong: list[str] = []
    told = []
    for name, statement in HELD.items():
        for fault, strike in (("held", _while_held), ("deadlock", _in_a_deadlock)):
            scene = Scene(client)
            operation.given(scene)
            user = _account(client, scene)
            answer = strike(client, operation.request(scene), statement.format(user=user), user)
            now = scene.state(shown=answer.good)
            what = f"{operation.name}, {fault} {name}, answered {answer}"
            told.append(str(answer.status))
            if answer.good and now != after:
                wrong += [f"{what}, but:", *differences(after, now)]
            elif not answer.good and "othing was changed" in answer.detail and now != unseen(before):
                wrong += [f"{what}, but:", *differences(unseen(before), now)]
            elif not answer.good and answer.status < 500:
                wrong.append(f"{what}: trouble is told as the client's mistake")
            repeated = client.send(operation.request(scene))
            if repeated.status not in operation.first + operation.again:
                wrong.append(f"{what}; sent again it answers {repeated}")
            if scene.state() != after:
                wrong += [f"{what}; sent again it ends elsewhere:", *differences(after, scene.state())]
    say(f"{operation.name:16} rows held by others: {' '.join(told)}; {len(wrong)} wrong")
    return wrong


def _unstruck(client: Client, operation: Operation) -> tuple[State, State]:
    scene = Scene(client)
    operation.given(scene)
    before = scene.state()
    client.send(operation.request(scene))
    return before, scene.state()


def _account(client: Client, scene: Scene) -> int:
    word = "first" if "first" in scene.ids else "worker"
    return int(
        client.ask("sql", statement=f"SELECT user_id FROM wp_rollbook_users WHERE id = '{scene.ids[word]}'")[0][
            "user_id"
        ]
    )


def _while_held(client: Client, request: Request, statement: str, _: int) -> Answer:
    client.ask("hold", statements=[statement])
    try:
        return client.send(request)
    finally:
        client.ask("release")


def _in_a_deadlock(client: Client, request: Request, statement: str, user: int) -> Answer:
    """The other one has written much, so the server chooses the request; and wants what the request has."""
    client.ask(
        "hold",
        statements=[
            "INSERT INTO wp_links (link_name, link_url) SELECT 'many', '' FROM information_schema.COLLATIONS",
            statement,
        ],
    )
    answers: list[Answer] = []
    sender = threading.Thread(target=lambda: answers.append(Client(client.site).send(request)))
    sender.start()
    waiting = "SELECT COUNT(*) AS waiting FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"
    deadline = time.monotonic() + 5
    while sender.is_alive() and time.monotonic() < deadline:
        time.sleep(LOOK)
        if int(client.ask("sql", statement=waiting)[0]["waiting"]):
            others = [other.format(user=user) for other in HELD.values() if other.format(user=user) != statement]
            client.ask("hold", statements=others[::-1], begin=False)
            break
    time.sleep(0.05)
    client.ask("release")
    sender.join()
    return answers[0]


class Fact:
    """Something that one client alone writes: what its last answer says of it, or what it may be since one failed."""

    def __init__(self, name: str, value: object) -> None:
        self.name = name
        self.may_be = [value]

    def told(self, answer: Answer, value: object) -> None:
        self.may_be = [value] if answer.good else [*self.may_be, value]


def _restarts(site: Site, client: Client, seconds: float) -> list[str]:
    """Six clients change members of one group and people of their own, while the server is killed and comes back."""
    client.ask("prepare", settings={**SETTINGS, **KEEP})
    scene = Scene(client)
    people = [f"person{number}" for number in range(CLIENTS)]
    make_together(scene, {word: {} for word in people}, {EDITORS: ()})
    stop = threading.Event()
    wrong: list[str] = []
    counts = {"true": 0, "failed": 0}

    def one(word: str) -> None:
        own = Client(site)
        member, title, active = Fact("member", False), Fact("title", scene.name("title")), Fact("active", True)
        group, person = f"/Groups/{scene.ids[EDITORS]}", f"/Users/{scene.ids[word]}"
        for turn in itertools.count():
            if stop.is_set():
                break
            is_in = turn % 2 == 0
            change = (
                ("add", "members", values(scene, (word,)))
                if is_in
                else ("remove", f'members[value eq "{scene.ids[word]}"]', None)
            )
            steps = [
                (member, is_in, Request("PATCH", group, patch(change))),
                (title, f"Title {turn}", Request("PATCH", person, patch(("replace", "title", f"Title {turn}")))),
                (active, turn % 3 != 0, Request("PATCH", person, patch(("replace", "active", turn % 3 != 0)))),
            ]
            for fact, value, request in steps:
                answer = own.send(request)
                # Many changes of one group at once may be told to come again; nothing has changed then.
                if answer.status == 409:
                    continue
                if 400 <= answer.status < 500:
                    wrong.append(f"{word}: {fact.name} was answered {answer}")
                fact.told(answer, value)
                if not answer.good:
                    time.sleep(0.05)
                counts["true" if answer.good else "failed"] += 1
        facts[word] = [member, title, active]

    facts: dict[str, list[Fact]] = {}
    threads = [threading.Thread(target=one, args=(word,)) for word in people]
    for thread in threads:
        thread.start()
    restarts = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(PAUSE)
        site.built.restart_database()
        restarts += 1
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join()
    client.close()  # Its connection is gone with the server.
    for word in people:
        wrong += _false(client, scene, word, facts[word])
    wrong += [f"after the restarts {kind} belong to nobody: {rows[0]}" for kind, rows in client.ask("orphans").items()]
    say(
        f"{restarts} restarts under {CLIENTS} clients: {counts['true']} answers of success,"
        f" {counts['failed']} of failure, {len(wrong)} wrong"
    )
    return wrong


def _false(client: Client, scene: Scene, word: str, facts: list[Fact]) -> list[str]:
    id = scene.ids[word]
    row = client.ask("sql", statement=f"SELECT user_id, active, document FROM wp_rollbook_users WHERE id = '{id}'")[0]
    member = client.ask("sql", statement=f"SELECT 1 FROM wp_rollbook_group_members WHERE member_id = '{id}'") != []
    user = row["user_id"]
    metas = client.ask(
        "sql",
        statement=f"SELECT meta_key, meta_value FROM wp_usermeta WHERE user_id = {user}"
        " AND meta_key IN ('fault_title', 'wp_capabilities')",
    )
    meta = {entry["meta_key"]: entry["meta_value"] for entry in metas}
    found = {"member": member, "title": meta.get("fault_title"), "active": row["active"] == "1"}
    wrong = [
        f"{word}: {fact.name} is {found[fact.name]}, answered was {fact.may_be}"
        for fact in facts
        if found[fact.name] not in fact.may_be
    ]
    if ('"editor"' in meta.get("wp_capabilities", "")) != member:
        wrong.append(f"{word}: member is {member}, but the roles are {meta.get('wp_capabilities')}")
    return wrong
