"""The operations that are struck: what there is before, the request, and what its repetition may answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sitebuilder.console import SiteError

from .scene import Scene
from .site import Request

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

# A group whose name ends so makes editors; the title makes authors.
EDITORS = "group-editors"
SETTINGS: dict[str, Any] = {
    "default_role": "subscriber",
    "role_rules": [
        {"filter": f'groups.display ew "{EDITORS}"', "role": "editor"},
        {"filter": 'title eq "Author"', "role": "author"},
    ],
    "mappings": [
        {"path": "title", "target": "meta:fault_title", "title": "Title"},
        {"path": f"{ENTERPRISE}:department", "target": "meta:fault_department", "title": "Department"},
        {"path": 'phoneNumbers[type eq "work"].value', "target": "meta:fault_phone", "title": "Telephone"},
    ],
    # Watched, and never too much: all points together remove hundreds of people.
    "mass_removal": {"watch": True, "people": 1_000_000},
}
NICKNAME = {"path": "nickName", "target": "meta:fault_nick", "title": "Nickname"}
KEEP = {"deletion": {"policy": "deactivate", "reassign_to": None}}
KEEP_AND_REASSIGN = {"deletion": {"policy": "deactivate", "reassign_to": "heir"}}
REASSIGN = {"deletion": {"policy": "reassign", "reassign_to": "heir"}}
DELETE = {"deletion": {"policy": "delete", "reassign_to": None}}
# The first deletion is one too many.
DELETE_AND_HOLD = {**DELETE, "mass_removal": {"people": 0, "percent": 0}}

Statuses = tuple[int, ...]
_LOGGING_IN = threading.Lock()


@dataclass(frozen=True)
class Operation:
    name: str
    about: str
    given: Callable[[Scene], None]
    request: Callable[[Scene], Request]
    first: Statuses  # the answer where things are as they were given
    again: Statuses  # the answer where it is done already
    settings: dict[str, Any] = field(default_factory=dict)
    password: str | None = None
    reads: bool = False  # nothing changes, and the answer itself is what must be true
    # A Bulk: for each of its operations, who bears the facts that it changes.
    parts: tuple[tuple[str, ...], ...] = ()
    chain: bool = False  # … each of which needs the one before
    hook: str = ""  # counted from here on; else from the beginning of the request
    task: str = ""  # a task of the owner's, which is about everybody on the site
    alone: bool = False  # it is about the whole site, as tasks are, so that no two points can be struck at a time
    saves: bool = False  # what it changes are the settings
    stops: bool = False  # the page may say that it is not finished
    # Who may be served later than the answer says: by the next request about them, which this is.
    waiting: tuple[str, ...] = ()
    serves: Callable[[Scene], Request] | None = None

    @property
    def is_alone(self) -> bool:
        return self.alone or self.saves or self.task != ""


def person(scene: Scene, word: str, **more: Any) -> dict[str, Any]:
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": scene.name(word),
        "externalId": scene.name(f"{word}-external"),
        "active": True,
        "name": {"givenName": "Given", "familyName": scene.name("family")},
        "displayName": scene.name(f"{word} shown"),
        "emails": [{"value": f"{scene.name(word)}@faults.test", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+1 555", "type": "work"}],
        "title": scene.name("title"),
        ENTERPRISE: {"department": scene.name("department"), "employeeNumber": scene.name(f"{word}-number")},
        **more,
    }


def make_together(scene: Scene, people: dict[str, dict[str, Any]], groups: dict[str, tuple[str, ...]]) -> None:
    """People, and groups of them, in one request."""
    numbers = {word: number for number, word in enumerate(people)}
    made = bulk(
        scene,
        *(("POST", "/Users", person(scene, word, **more)) for word, more in people.items()),
        *(
            (
                "POST",
                "/Groups",
                {
                    "schemas": [GROUP],
                    "displayName": scene.name(word),
                    "members": [{"value": f"bulkId:b{numbers[member]}"} for member in members],
                },
            )
            for word, members in groups.items()
        ),
    )
    answer = scene.client.scim("POST", "/Bulk", made.body)
    for word, done in zip([*people, *groups], answer["Operations"]):
        if done["status"] != "201":
            raise SiteError(f"{word} was not made: {done}")
        scene.ids[word] = done["location"].rpartition("/")[2]


def values(scene: Scene, members: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"value": scene.ids[member]} for member in members]


def patch(*operations: tuple[str, str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [{"op": o, "path": p, "value": v} for o, p, v in operations]}


def worker(scene: Scene) -> None:
    """Somebody with a role of a rule, in two groups, who has written something."""
    make_together(scene, {"worker": {"title": "Author"}}, {"group-all": ("worker",), EDITORS: ("worker",)})
    titles = [scene.name(f"worker-{n}") for n in ("first", "second")]
    scene.client.ask("publish", login=scene.name("worker"), titles=titles)


def nobody(_: Scene) -> None:
    pass


def gone(scene: Scene) -> None:
    worker(scene)
    scene.client.scim("DELETE", f"/Users/{scene.ids['worker']}")


def inactive(scene: Scene) -> None:
    worker(scene)
    scene.client.scim("PATCH", f"/Users/{scene.ids['worker']}", patch(("replace", "active", False)))


def three(scene: Scene) -> None:
    make_together(scene, {"first": {}, "second": {}, "third": {}}, {})


def pair(scene: Scene) -> None:
    make_together(scene, {"first": {}, "second": {}}, {})


def group_of_two(scene: Scene) -> None:
    make_together(scene, {"first": {}, "second": {}, "third": {}}, {EDITORS: ("first", "second")})


def unmanaged(scene: Scene) -> None:
    account(scene, "local")
    find_local(scene)


def find_local(scene: Scene) -> None:
    found = scene.client.scim("GET", f"/Users?filter=userName%20eq%20%22{scene.name('local')}%40faults.test%22")
    scene.ids["local"] = found["Resources"][0]["id"]


def opened(scene: Scene) -> None:
    """An account that was there before, with sessions and a password for applications."""
    account(scene, "local")
    scene.client.ask("credentials", number=scene.numbers["local"])
    find_local(scene)


def account(scene: Scene, word: str, role: str = "subscriber") -> None:
    fields = {"user_login": scene.name(word), "user_email": f"{scene.name(word)}@faults.test", "role": role}
    scene.numbers[word] = scene.client.ask("account", fields=fields)


def of_address(who: str, address: str) -> Callable[[Scene], Request]:
    """A change of somebody's address, and of something else beside it."""
    return user(
        "PATCH",
        who,
        lambda scene: patch(
            ("replace", 'emails[type eq "work"].value', f"{scene.name(address)}@faults.test"),
            ("replace", "title", scene.name(f"title of {address}")),
        ),
    )


def of_name(who: str, name: str) -> Callable[[Scene], Request]:
    return user("PATCH", who, lambda scene: patch(("replace", "userName", scene.name(name))))


def waiting_for_address(scene: Scene) -> None:
    """The first waits for the second's address."""
    make_together(scene, {"first": {}, "second": {}}, {})
    send(scene, of_address("first", "second"), 200)


def wishing_a_name(scene: Scene) -> None:
    """The first was refused the second's name."""
    make_together(scene, {"first": {}, "second": {}}, {})
    send(scene, of_name("first", "second"), 409)


def send(scene: Scene, request: Callable[[Scene], Request], status: int) -> None:
    answer = scene.client.send(request(scene))
    if answer.status != status:
        raise SiteError(f"what comes before is answered {answer}")


def one_gone(scene: Scene) -> None:
    """Somebody works here; of another one, who is gone, the account was kept."""
    make_together(scene, {"first": {}, "worker": {}}, {})
    send(scene, user("DELETE", "worker"), 204)
    del scene.ids["worker"]


def bulk_given(scene: Scene) -> None:
    make_together(
        scene, {"changed": {}, "joins": {}, "leaver": {}, "member": {}, "stays": {}}, {"group-old": ("stays",)}
    )


def bulk(scene: Scene, *operations: tuple[str, str, Any]) -> Request:
    body = {
        "schemas": [BULK],
        "Operations": [
            {"method": m, "path": p, **({"bulkId": f"b{i}"} if m == "POST" else {}), **({"data": d} if d else {})}
            for i, (m, p, d) in enumerate(operations)
        ],
    }
    return Request("POST", "/Bulk", body)


def bulk_of_all(scene: Scene) -> Request:
    ids = scene.ids
    group = {"schemas": [GROUP], "displayName": scene.name(EDITORS), "members": values(scene, ("member",))}
    return bulk(
        scene,
        ("POST", "/Users", person(scene, "new")),
        (
            "PATCH",
            f"/Users/{ids['changed']}",
            patch(("replace", "title", "Author"), ("replace", "displayName", "Other")),
        ),
        ("POST", "/Groups", group),
        ("PATCH", f"/Groups/{ids['group-old']}", patch(("add", "members", values(scene, ("joins",))))),
        ("DELETE", f"/Users/{ids['leaver']}", None),
    )


def bulk_of_references(scene: Scene) -> Request:
    group = {"schemas": [GROUP], "displayName": scene.name(EDITORS), "members": [{"value": "bulkId:b0"}]}
    return bulk(scene, ("POST", "/Users", person(scene, "new")), ("POST", "/Groups", group))


def many_changes(scene: Scene) -> Request:
    changes = patch(
        ("replace", "title", "Author"),
        ("replace", f"{ENTERPRISE}:department", "Other department"),
        ("remove", "phoneNumbers", None),
        ("replace", "displayName", scene.name("other shown")),
        ("replace", 'emails[type eq "work"].value', f"{scene.name('other')}@faults.test"),
    )
    return Request("PATCH", f"/Users/{scene.ids['worker']}", changes)


def replaced(scene: Scene) -> Request:
    body = person(scene, "worker", title="Other title", displayName="Other", nickName="Nick", active=True)
    body["emails"] = [{"value": f"{scene.name('other')}@faults.test", "type": "work", "primary": True}]
    return Request("PUT", f"/Users/{scene.ids['worker']}", body)


def user(method: str, word: str, body: Callable[[Scene], Any] | Any = None) -> Callable[[Scene], Request]:
    return lambda scene: Request(method, f"/Users/{scene.ids[word]}", body(scene) if callable(body) else body)


def admin(action: str, **form: str) -> Callable[[Scene], Request]:
    """A form of the owner's; `<word>` stands for an account's number."""

    def request(scene: Scene) -> Request:
        filled = {key: str(scene.numbers[value[1:-1]]) if value[0] == "<" else value for key, value in form.items()}
        cookie, nonce = browser(scene, action + filled.get("id", ""))
        return Request(
            "POST", "/wp-admin/admin-post.php", form={"action": action, "_wpnonce": nonce, **filled}, cookie=cookie
        )

    return request


def applied(kind: str) -> Callable[[Scene], Request]:
    """The real run of a task, as the owner confirms it after the preview that is there."""

    def request(scene: Scene) -> Request:
        preview = str(scene.client.ask("task", kind=kind)["id"])
        return admin("rollbook_task", kind=kind, step="apply", confirmed=preview)(scene)

    return request


def allow_linking(scene: Scene) -> Request:
    number = str(scene.numbers["worker"])
    cookie, nonce = browser(scene, f"rollbook_allow_linking{number}")
    address = f"/wp-admin/admin-post.php?action=rollbook_allow_linking&id={number}&_wpnonce={nonce}"
    return Request("GET", address, cookie=cookie)


def browser(scene: Scene, action: str) -> tuple[str, str]:
    """The cookie and the nonce with which an administrator does something."""
    if action not in scene.browsers:
        # WordPress keeps all sessions of an account in one value.
        with _LOGGING_IN:
            scene.browsers[action] = scene.client.ask("administrator", action=action)
    return scene.browsers[action]["cookie"], scene.browsers[action]["nonce"]


def go_on(kind: str) -> list[Callable[[Scene], Request]]:
    """What the owner does when a task has stopped: has it go on, and looks at a new preview if something failed."""
    looks = [admin("rollbook_task", kind=kind, step=step, user_name="email") for step in ("continue", "preview")]
    return [*looks, applied(kind)]


def waiting_for_roles(scene: Scene) -> None:
    """Three people whose role the rules see otherwise since they were made."""
    scene.client.ask("configure", settings={"role_rules": []})
    make_together(scene, {"first": {"title": "Author"}, "second": {"title": "Author"}, "third": {}}, {})
    scene.client.ask("configure", settings={"role_rules": SETTINGS["role_rules"]})
    scene.client.send(admin("rollbook_task", kind="roles", step="preview")(scene))


def waiting_for_links(scene: Scene) -> None:
    for word in ("first", "second", "third"):
        account(scene, word)
    scene.client.send(admin("rollbook_task", kind="linking", step="preview", user_name="email")(scene))


def linked(scene: Scene) -> None:
    worker(scene)
    scene.numbers["worker"] = int(
        scene.client.ask("sql", statement=f"SELECT ID FROM wp_users WHERE user_login = '{scene.name('worker')}'")[0][
            "ID"
        ]
    )


def locked_out(scene: Scene) -> None:
    linked(scene)
    scene.client.scim("PATCH", f"/Users/{scene.ids['worker']}", patch(("replace", "active", False)))


def unlinked(scene: Scene) -> None:
    linked(scene)
    send(scene, admin("rollbook_unlink", id="<worker>"), 302)
    scene.browsers = {}  # With what the page has told.


def held(scene: Scene) -> None:
    """Somebody whom the identity provider has deleted, and about whom the owner is asked."""
    worker(scene)
    send(scene, user("DELETE", "worker"), 204)


def with_token(scene: Scene) -> None:
    scene.numbers["token"] = scene.client.ask("token", name=scene.name("token"))


def waiting_for_a_field(scene: Scene) -> None:
    """A mapping that is newer than the people."""
    make_together(scene, {"first": {"nickName": "One"}, "second": {"nickName": "Two"}, "third": {}}, {})
    send(scene, happens("rollbook_catch_up"), 200)
    scene.client.ask("configure", settings={"mappings": [*SETTINGS["mappings"], NICKNAME]})


def happens(event: str) -> Callable[[Scene], Request]:
    """What WordPress does in the background; the striking plugin takes its part."""
    return lambda _: Request("POST", "/wp-admin/admin-post.php", form={"action": f"faults_{event}"})


def waiting_for_an_index(scene: Scene) -> None:
    """An attribute that is searched by since the people were made."""
    make_together(scene, {"first": {"nickName": "One"}, "second": {"nickName": "Two"}, "third": {}}, {})
    scene.client.ask("search_by", paths=["nickName"])


def outer_and_inner_group(scene: Scene) -> None:
    make_together(
        scene, {"first": {}, "second": {}, "third": {}}, {EDITORS: ("third",), "group-inner": ("first", "second")}
    )


def profile(scene: Scene) -> Request:
    """The owner edits a person in WordPress."""
    number = str(scene.numbers["worker"])
    cookie, nonce = browser(scene, f"update-user_{number}")
    form = {
        "action": "update", "user_id": number, "_wpnonce": nonce, "nickname": "Nick", "first_name": "Edited",
        "last_name": scene.name("edited"), "display_name": scene.name("edited"),
        "email": f"{scene.name('edited')}@faults.test",
    }  # fmt: skip
    return Request("POST", "/wp-admin/user-edit.php", form=form, cookie=cookie)


OPERATIONS = [
    Operation(
        "read",
        "GET of a person",
        worker,
        user("GET", "worker"),
        (200,),
        (200,),
        reads=True,
    ),
    Operation(
        "search",
        "GET of people by userName",
        worker,
        lambda scene: Request("GET", f"/Users?filter=userName%20eq%20%22{scene.name('worker')}%22"),
        (200,),
        (200,),
        reads=True,
    ),
    Operation(
        "create",
        "POST of a person with a role and metas",
        nobody,
        lambda scene: Request("POST", "/Users", person(scene, "new", title="Author")),
        (201,),
        (409,),
    ),
    Operation(
        "create-password",
        "POST with a password",
        nobody,
        lambda scene: Request("POST", "/Users", person(scene, "new", password="Correct-horse-7-battery")),
        (201,),
        (409,),
        settings={"password_sync": True},
        password="Correct-horse-7-battery",
    ),
    Operation(
        "return",
        "POST of somebody who was deleted and kept",
        gone,
        lambda scene: Request("POST", "/Users", person(scene, "worker", displayName="Back again")),
        (201,),
        (409,),
        settings=KEEP,
    ),
    Operation("put", "PUT with another address, metas and role", worker, replaced, (200,), (200,)),
    Operation("patch", "PATCH of role, metas and address", worker, many_changes, (200, 204), (200, 204)),
    Operation(
        "rename",
        "PATCH of userName, with the login",
        worker,
        user("PATCH", "worker", lambda scene: patch(("replace", "userName", scene.name("renamed")))),
        (200, 204),
        (200, 204),
        settings={"username": {"from": "userName", "pattern": None, "replacement": None, "rename": True}},
    ),
    Operation(
        "deactivate",
        "PATCH of active: false",
        worker,
        user("PATCH", "worker", patch(("replace", "active", False))),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "reactivate",
        "PATCH of active: true",
        inactive,
        user("PATCH", "worker", patch(("replace", "active", True))),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "link",
        "PATCH of an account that was there before",
        unmanaged,
        user(
            "PATCH", "local", lambda scene: patch(("replace", "title", "Author"), ("replace", "displayName", "Linked"))
        ),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "link-credentials",
        "PATCH of such an account, whose password and sessions end with it",
        opened,
        user("PATCH", "local", patch(("replace", "title", "Author"))),
        (200, 204),
        (200, 204),
        settings={"link_credentials": "always"},
        password="x",
    ),
    Operation(
        "wait",
        "PATCH of an address that another one has",
        pair,
        of_address("first", "second"),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "soft-delete",
        "PATCH of active: false, a name of digits and an address that another one has",
        pair,
        user(
            "PATCH",
            "first",
            lambda scene: patch(
                ("replace", "active", False),
                ("replace", "userName", scene.name("0123456789abcdef")),
                ("replace", 'emails[type eq "work"].value', f"{scene.name('second')}@faults.test"),
            ),
        ),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "exchange",
        "PATCH that closes a circle of addresses",
        waiting_for_address,
        of_address("second", "first"),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "exchange-names",
        "PATCH that closes a circle of names",
        wishing_a_name,
        of_name("second", "first"),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "free",
        "PATCH that frees an address for who waits for it",
        waiting_for_address,
        of_address("second", "other"),
        (200, 204),
        (200, 204),
        waiting=("first",),
        serves=of_address("first", "second"),
    ),
    Operation(
        "delete-free",
        "DELETE that frees an address for who waits for it",
        waiting_for_address,
        user("DELETE", "second"),
        (204,),
        (404,),
        settings=DELETE,
        waiting=("first",),
        serves=of_address("first", "second"),
    ),
    Operation(
        "newcomer",
        "POST with the name and the address of somebody who is gone",
        one_gone,
        lambda scene: Request("POST", "/Users", {**person(scene, "worker"), "externalId": scene.name("new-external")}),
        (201,),
        (409,),
        settings=KEEP,
    ),
    Operation(
        "successor",
        "PATCH to the name and the address of somebody who is gone",
        one_gone,
        user(
            "PATCH",
            "first",
            lambda scene: patch(
                ("replace", "userName", scene.name("worker")),
                ("replace", 'emails[type eq "work"].value', f"{scene.name('worker')}@faults.test"),
            ),
        ),
        (200, 204),
        (200, 204),
        settings=KEEP,
    ),
    Operation(
        "delete-keep", "DELETE, the account is kept", worker, user("DELETE", "worker"), (204,), (404,), settings=KEEP
    ),
    Operation(
        "delete-give",
        "DELETE, the account is kept, its content given away",
        worker,
        user("DELETE", "worker"),
        (204,),
        (404,),
        settings=KEEP_AND_REASSIGN,
    ),
    Operation(
        "delete-reassign",
        "DELETE with the account, its content given away",
        worker,
        user("DELETE", "worker"),
        (204,),
        (404,),
        settings=REASSIGN,
    ),
    Operation(
        "delete-all",
        "DELETE with the account and its content",
        worker,
        user("DELETE", "worker"),
        (204,),
        (404,),
        settings=DELETE,
    ),
    Operation(
        "delete-held",
        "DELETE of one too many: the owner is told, and the account waits",
        worker,
        user("DELETE", "worker"),
        (204,),
        (404,),
        settings=DELETE_AND_HOLD,
        alone=True,
    ),
    Operation(
        "held-undone",
        "the owner undoes a deletion that waits",
        held,
        admin("rollbook_removal", decision="undo"),
        (302,),
        (302,),
        settings=DELETE_AND_HOLD,
        hook="admin_post_rollbook_removal",
        alone=True,
        stops=True,
    ),
    Operation(
        "held-let-go",
        "the owner lets a deletion go that waits",
        held,
        admin("rollbook_removal", decision="let_go", confirmed="rollbook_removal:1"),
        (302,),
        (302,),
        settings=DELETE_AND_HOLD,
        hook="admin_post_rollbook_removal",
        alone=True,
        stops=True,
    ),
    Operation(
        "group-post",
        "POST of a group with two members and a rule",
        three,
        lambda scene: Request(
            "POST",
            "/Groups",
            {
                "schemas": [GROUP],
                "displayName": scene.name(EDITORS),
                "externalId": scene.name("g"),
                "members": values(scene, ("first", "second")),
            },
        ),
        (201,),
        (409,),
    ),
    Operation(
        "group-patch",
        "PATCH of members, one out and one in",
        group_of_two,
        lambda scene: Request(
            "PATCH",
            f"/Groups/{scene.ids[EDITORS]}",
            patch(
                ("add", "members", values(scene, ("third",))),
                ("remove", f'members[value eq "{scene.ids["first"]}"]', None),
            ),
        ),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "group-nest",
        "PATCH that puts a group into a group with a rule",
        outer_and_inner_group,
        lambda scene: Request(
            "PATCH",
            f"/Groups/{scene.ids[EDITORS]}",
            patch(("add", "members", [{"value": scene.ids["group-inner"], "type": "Group"}])),
        ),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "group-put",
        "PUT of a group: other members",
        group_of_two,
        lambda scene: Request(
            "PUT",
            f"/Groups/{scene.ids[EDITORS]}",
            {"schemas": [GROUP], "displayName": scene.name(EDITORS), "members": values(scene, ("second", "third"))},
        ),
        (200,),
        (200,),
    ),
    Operation(
        "group-rename",
        "PATCH of the name that a rule reads",
        group_of_two,
        lambda scene: Request(
            "PATCH", f"/Groups/{scene.ids[EDITORS]}", patch(("replace", "displayName", scene.name("group-other")))
        ),
        (200, 204),
        (200, 204),
    ),
    Operation(
        "group-delete",
        "DELETE of a group with a rule",
        group_of_two,
        lambda scene: Request("DELETE", f"/Groups/{scene.ids[EDITORS]}"),
        (204,),
        (404,),
    ),
    Operation(
        "bulk",
        "Bulk of five operations",
        bulk_given,
        bulk_of_all,
        (200,),
        (200,),
        settings=REASSIGN,
        parts=(("new",), ("changed",), (EDITORS, "member"), ("group-old", "joins", "stays"), ("leaver",)),
    ),
    Operation(
        "bulk-references",
        "Bulk of a person and a group with it",
        nobody,
        bulk_of_references,
        (200,),
        (200,),
        parts=(("new",), (EDITORS,)),
        chain=True,
    ),
    Operation(
        "unlink",
        "the owner unlinks somebody",
        linked,
        admin("rollbook_unlink", id="<worker>"),
        (302,),
        (302, 403, 404),
        hook="admin_post_rollbook_unlink",
    ),
    Operation(
        "lock",
        "the owner locks somebody out",
        linked,
        admin("rollbook_lock", id="<worker>"),
        (302,),
        (302, 403, 404),
        hook="admin_post_rollbook_lock",
    ),
    Operation(
        "let-in",
        "the owner lets somebody in that the IdP has locked out",
        locked_out,
        admin("rollbook_unlock", id="<worker>"),
        (302,),
        (302, 403, 404),
        hook="admin_post_rollbook_unlock",
    ),
    Operation(
        "allow-linking",
        "the owner allows that somebody is linked again",
        unlinked,
        allow_linking,
        (302,),
        (302, 403, 404),
        hook="admin_post_rollbook_allow_linking",
    ),
    Operation(
        "profile",
        "the owner edits somebody in WordPress, and Rollbook looks at it",
        linked,
        profile,
        (302,),
        (302,),
        hook="shutdown",
    ),
    Operation(
        "revoke",
        "the owner revokes a token",
        with_token,
        admin("rollbook_revoke_token", id="<token>", confirmed="rollbook_revoke_token"),
        (302,),
        (302,),
        hook="admin_post_rollbook_revoke_token",
    ),
    Operation(
        "settings",
        "the owner saves the roles",
        nobody,
        admin("rollbook_save_settings", tab="roles", default_role="author", hand_given_roles="keep"),
        (302,),
        (302,),
        hook="admin_post_rollbook_save_settings",
        saves=True,
    ),
    Operation(
        "catch-up",
        "everybody gets what a new mapping asks for",
        waiting_for_a_field,
        happens("rollbook_catch_up"),
        (200,),
        (200,),
        hook="rollbook_catch_up",
        alone=True,
    ),
    Operation(
        "index",
        "everybody's values get into a new index",
        waiting_for_an_index,
        happens("rollbook_index_values"),
        (200,),
        (200,),
        hook="rollbook_index_values",
        alone=True,
    ),
    Operation(
        "task-roles",
        "the owner applies the role rules to everybody",
        waiting_for_roles,
        applied("roles"),
        (302,),
        (302,),
        hook="admin_post_rollbook_task",
        task="roles",
    ),
    Operation(
        "task-linking",
        "the owner makes all accounts ready to be linked",
        waiting_for_links,
        applied("linking"),
        (302,),
        (302,),
        hook="admin_post_rollbook_task",
        task="linking",
    ),
]
