"""A cache that lies, hangs or is gone changes nothing about who gets in."""

from __future__ import annotations

from sitebuilder.console import say

from .operations import SETTINGS, make_together, patch
from .scene import Scene
from .site import Clients, Request, Site

PASSWORD = "Correct-Horse-7-Battery"
STATES = ("as it should be", "lying", "hanging", "gone")


def run(site: Site) -> list[str]:
    """Deactivates and lets in again, with the cache in each state; gives what was wrong."""
    clients = Clients(site)
    client = clients.mine()
    client.ask("prepare", settings={**SETTINGS, "password_sync": True})
    scene = Scene(client)
    make_together(scene, {word: {"password": PASSWORD} for word in ("leaver", "stayer")}, {})
    leaver, wrong, tried = f"/Users/{scene.ids['leaver']}", [], 0

    def enters(word: str) -> bool:
        nonlocal tried
        tried += 1
        form = {"log": scene.name(word), "pwd": PASSWORD}
        return client.send(Request("POST", "/wp-login.php", form=form)).status == 302

    for state in STATES:
        for is_active in (False, True):
            # Everything is in the cache, as it was before the change.
            before = [enters("leaver"), enters("stayer")]
            if before != [not is_active, True]:
                wrong.append(f"{state}: before the change leaver and stayer enter: {before}")
            if state == "lying":
                site.built.remember_cache()
            if state == "hanging":
                site.built.stop_cache(True)
            if state == "gone":
                site.built.kill_cache()
            answer = client.send(Request("PATCH", leaver, patch(("replace", "active", is_active))))
            if answer.status not in (200, 204):
                wrong.append(f"{state}: active is {is_active}: {answer}")
            if state == "lying":
                site.built.lie_of_cache()
            after = [enters("leaver"), enters("stayer")]
            if after != [is_active, True]:
                wrong.append(f"{state}: active is {is_active}, and leaver and stayer enter: {after}")
            if state == "hanging":
                site.built.stop_cache(False)
    say(f"{tried} logins with a cache {', '.join(STATES)}: {len(wrong)} wrong")
    clients.close()
    return wrong
