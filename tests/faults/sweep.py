"""Every statement of an operation × every fault: a point. Each is struck once, on people made for it, and judged.

After the answer the database is read. An answer of success is true if everything the request asked for is stored. One
of failure is true if nothing is, or if everything is and the answer does not say otherwise. What is half done must be
completed by the same request sent again. That request ends where the unstruck one ends, with a status that makes sense,
and leaves nothing that belongs to nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from sitebuilder.console import SiteError, say

from .operations import SETTINGS, Operation, go_on
from .scene import Scene, State, differences, steady, unseen
from .site import Answer, Client, Clients, Site

FAULTS = {
    "failing": "the database refuses the statement",
    "deadlock": "the server undoes the transaction and says why",
    "waited": "the statement has waited too long for a lock, and alone is undone",
    "full": "the disk of the database is full",
    "lost": "the connection is gone before the statement",
    "throw": "a plugin throws",
    "exit": "a plugin ends PHP",
    "memory": "no memory is left",
    "time": "the time that PHP has is over",
    "kill": "the worker is killed",
}
# What can happen to a file, and what the drop-in would know how to take.
ON_SQLITE = ("failing", "throw", "exit", "memory", "time", "kill")
# What takes seconds strikes only every so many statements.
SELDOM = {"time": 10}
# What a killed worker answers is not known.
SILENT = ("kill",)
# A request that does the same again may send some more statements than the one that was counted.
BEYOND = 3
# How often a point is tried whose database died of itself, and a request is sent again that others' locks refused.
TRIES = 3

Found = TypeVar("Found")


@dataclass(frozen=True)
class Point:
    operation: Operation
    fault: str
    number: int


@dataclass
class Verdict:
    point: Point
    struck: str = ""  # the statement; empty where the request ended before it
    answer: str = ""
    wrong: list[str] = field(default_factory=list)
    half: bool = False  # half done, and completed by the next request


@dataclass
class Reference:
    """The operation, unstruck."""

    statements: list[str]
    before: State
    after: State
    stages: list[State]
    answer: Answer
    shown: object  # the answer to a read


class Sweep:
    def __init__(self, site: Site, workers: int, every: int, offset: int, cached: bool, quiet: bool = False) -> None:
        self.site = site
        self.quiet = quiet
        self.every = every
        self.offset = offset
        self.cached = cached
        self.seen = 0
        self.clients = Clients(site)
        self.pool = ThreadPoolExecutor(workers)

    def run(self, operations: Iterable[Operation], faults: list[str], numbers: range | None) -> list[Verdict]:
        verdicts: list[Verdict] = []
        try:
            for operation in operations:
                verdicts += self._operation(operation, faults, numbers)
        finally:
            self.pool.shutdown()
            self.clients.close()
        return verdicts

    def _operation(self, operation: Operation, faults: list[str], numbers: range | None) -> list[Verdict]:
        started = time.monotonic()
        reference = self._alive(lambda: self._reference(operation))
        points = list(self._points(operation, faults, len(reference.statements), numbers))
        verdicts: list[Verdict] = []
        for fault in faults:
            some = [point for point in points if point.fault == fault]
            if not some:
                continue
            each = map if operation.is_alone else self.pool.map
            found = list(each(lambda point: self._strike(point, reference), some))
            found += self._alive(partial(self._orphans, Point(operation, fault, 0)))
            verdicts += found
        if self.quiet:
            return verdicts
        wrong = sum(1 for verdict in verdicts if verdict.wrong)
        say(
            f"{operation.name:16} {len(reference.statements):4} statements {len(verdicts):5} points"
            f" {wrong:4} wrong {time.monotonic() - started:6.1f} s"
        )
        for verdict in verdicts:
            if verdict.wrong:
                tell(verdict)
        return verdicts

    def _alive(self, work: Callable[[], Found]) -> Found:
        """Does what fails only where the database's server has died; then again."""
        for _ in range(TRIES):
            crashes = self.site.crashes
            try:
                return work()
            except SiteError:
                if not self._has_crashed_since(crashes):
                    raise
        return work()

    def _has_crashed_since(self, crashes: int) -> bool:
        self.site.revive()
        if self.site.crashes == crashes:
            return False
        self.clients.mine().close()  # Its connection is gone with the server.
        return True

    def _prepare(self, client: Client, operation: Operation) -> None:
        client.ask("prepare", settings={**SETTINGS, **operation.settings})

    def _reference(self, operation: Operation) -> Reference:
        client = self.clients.mine()
        self._prepare(client, operation)
        # The first request of all fills caches of WordPress's own in the database.
        for _ in range(2):
            if operation.is_alone:
                self._prepare(client, operation)
            scene = Scene(client, operation.password, operation.saves)
            operation.given(scene)
            before = scene.state()
            request = operation.request(scene)
            answer = client.send(request, f"{scene.tag} none 0 {operation.hook}".strip())
            after = scene.state()
        if answer.status not in operation.first or (operation.parts and not _all_good(answer)):
            raise SiteError(f"{operation.name}, unstruck, answers {answer.status} {answer.body}")
        if (before == after) != operation.reads:
            raise SiteError(f"{operation.name}, unstruck: {differences(before, after) or 'nothing changes'}")
        again = client.send(operation.request(scene))
        if again.status not in operation.again:
            raise SiteError(f"{operation.name}, sent again, answers {again.status} {again.body}")
        if scene.state() != after:
            raise SiteError(f"{operation.name}, sent again, changes {differences(after, scene.state())}")
        log = self.site.strikes / scene.tag
        stages = [before, *self._between(client, operation), after]
        return Reference(log.read_text().splitlines(), before, after, stages, answer, scene.plain(steady(answer)))

    def _between(self, client: Client, operation: Operation) -> Iterator[State]:
        """What is stored when some operations of a chain are done."""
        for count in range(1, len(operation.parts) if operation.chain else 0):
            scene = Scene(client)
            operation.given(scene)
            request = operation.request(scene)
            client.send(replace(request, body={**request.body, "Operations": request.body["Operations"][:count]}))
            yield scene.state()

    def _points(self, operation: Operation, faults: list[str], count: int, numbers: range | None) -> Iterator[Point]:
        for fault in faults:
            for number in range(1, count + BEYOND + 1):
                if (numbers is None and number % SELDOM.get(fault, 1) == 0) or number in (numbers or ()):
                    # Counted over all operations and faults, so that few points, too, are spread over all of them.
                    self.seen += 1
                    if self.seen % self.every == self.offset:
                        yield Point(operation, fault, number)

    def _strike(self, point: Point, reference: Reference) -> Verdict:
        for _ in range(TRIES):
            crashes, verdict = self.site.crashes, Verdict(point)
            try:
                self._judge(point, reference, verdict)
            except SiteError as error:
                verdict.wrong.append(f"the point could not be judged: {error}")
            if not verdict.wrong or not self._has_crashed_since(crashes):
                break
        return verdict

    def _judge(self, point: Point, reference: Reference, verdict: Verdict) -> None:
        client, operation = self.clients.mine(), point.operation
        if operation.is_alone:
            self._prepare(client, operation)
        scene = Scene(client, operation.password, operation.saves)
        operation.given(scene)
        request = operation.request(scene)
        answer = client.send(request, f"{scene.tag} {point.fault} {point.number} {operation.hook}".strip())
        verdict.answer = str(answer)
        verdict.struck = self._struck(scene)
        wrong = verdict.wrong

        self._judge_form(point, answer, operation, wrong)
        if operation.reads:
            if answer.status == 200 and scene.plain(steady(answer)) != reference.shown:
                wrong.append(f"it shows something else: {scene.plain(steady(answer))}")
            return
        now = scene.state(shown=answer.good or bool(operation.parts))
        done = self._judge_state(operation, answer, reference, now, verdict)
        shows = not (answer.status == 204 and 204 in operation.first)
        if answer.good and done and shows and not operation.hook and scene.plain(steady(answer)) != reference.shown:
            wrong.append(f"the answer shows something else: {scene.plain(steady(answer))}")

        if operation.task:
            wrong += self._judge_report(client, operation, now, reference)
        elif operation.hook:
            wrong += self._judge_told(client, operation, scene, now, reference)
        repeated = self._repeat(client, operation, scene)
        then = scene.state()
        allowed = {True: operation.again, False: operation.first, None: operation.first + operation.again}[done]
        if repeated.status not in allowed:
            wrong.append(f"sent again it answers {repeated}")
        if operation.parts:
            wrong += self._judge_again(operation, repeated, now, reference, then)
        elif then != reference.after:
            wrong += ["sent again it ends elsewhere:", *differences(reference.after, then)]
        if self.cached:
            wrong += [f"stale in the cache: {entry}" for entry in client.ask("stale", tag=scene.tag)]

    def _repeat(self, client: Client, operation: Operation, scene: Scene) -> Answer:
        requests = go_on(operation.task) if operation.task else [operation.request]
        for _ in range(TRIES):
            repeated = [client.send(request(scene)) for request in requests][-1]
            if repeated.status != 503:
                break
            # Points that are struck beside this one hold locks. The answer says to come again, and nothing is changed
            # until then.
            self.site.refused += 1
        if operation.serves:
            client.send(operation.serves(scene))
        return repeated

    def _judge_report(self, client: Client, operation: Operation, now: State, reference: Reference) -> list[str]:
        """A task says of each account whether it was changed."""
        report = client.ask("task", kind=operation.task) or {}
        wrong = []
        for entry in report.get("entries", []):
            owners = [owner for owner in now if owner.rpartition("-")[2].startswith(entry["login"].rpartition("-")[2])]
            if entry["verdict"] == "changed" and _only(now, owners) != _only(reference.after, owners):
                wrong += [
                    f"{entry['login']} is reported as changed, but:",
                    *differences(_only(reference.after, owners), _only(now, owners)),
                ]
        return wrong

    def _judge_told(
        self, client: Client, operation: Operation, scene: Scene, now: State, reference: Reference
    ) -> list[str]:
        """The page says whether it was done."""
        told = [told for browser in scene.browsers.values() for told in client.ask("told", key=browser["key"])]
        kinds = {message["kind"] for message in told}
        stored, before, after = unseen(now), unseen(reference.before), unseen(reference.after)
        if "success" in kinds and stored != after:
            return [f"the page says {told}, but:", *differences(after, stored)]
        if "error" in kinds and stored != before and not operation.stops:
            return [f"the page says {told}, but:", *differences(before, stored)]
        return []

    def _judge_form(self, point: Point, answer: Answer, operation: Operation, wrong: list[str]) -> None:
        if answer.status == 0 and (answer.detail or (point.fault not in SILENT and not operation.hook)):
            wrong.append(str(answer))
        if operation.hook:
            return
        if 400 <= answer.status < 500:
            wrong.append(f"trouble is told as the client's mistake: {answer}")
        elif answer.status >= 500 and not answer.type.startswith("application/scim+json"):
            wrong.append(f"the answer is not SCIM's: {answer.status} {answer.type}")

    def _judge_state(
        self, operation: Operation, answer: Answer, reference: Reference, now: State, verdict: Verdict
    ) -> bool | None:
        """Whether it is done; None where a part of it is."""
        wrong = verdict.wrong
        before, after = reference.before, reference.after
        if not answer.good and not operation.parts:
            before, after = unseen(before), unseen(after)
        if operation.parts:
            wrong += self._judge_parts(operation, answer, reference.stages, now, "")
            return None
        done = now == after
        if answer.good and not done and _without(now, operation.waiting) == _without(after, operation.waiting):
            # The answer says nothing of who waits; the next request about them serves them.
            verdict.half = True
            return None
        nothing = now == before
        if answer.good and not operation.hook and not done:
            wrong += [f"answered {answer.status}, but:", *differences(after, now)]
        if not answer.good or operation.hook:
            if not done and not nothing:
                verdict.half = True
            if "othing was changed" in answer.detail and not nothing:
                wrong += ["answered that nothing was changed, but:", *differences(before, now)]
        return done if done or nothing else None

    def _judge_parts(
        self, operation: Operation, answer: Answer, stages: list[State], now: State, when: str
    ) -> list[str]:
        """A Bulk: each of its operations is done or not, as its own answer says."""
        told = _parts(answer)
        if operation.chain:
            done = sum(1 for status in told if 200 <= status < 300)
            if answer.good and now != stages[done]:
                return [f"{when}answered {told}, but:", *differences(stages[done], now)]
            return [] if now in stages else [f"{when}half done:", *differences(stages[-1], now)]
        before, after = stages[0], stages[-1]
        wrong = []
        for number, owners in enumerate(operation.parts):
            names = [f"TAG-{owner}" for owner in owners]
            was, wanted, found = (_only(state, names) for state in (before, after, now))
            status = told[number] if number < len(told) else None
            if status is not None and 200 <= status < 300:
                if found != wanted:
                    wrong += [f"{when}{names[0]} was answered {status}, but:", *differences(wanted, found)]
            elif found not in (was, wanted):
                wrong += [f"{when}{names[0]} is half done:", *differences(was, found)]
            elif status is not None and found == wanted != was and not when:
                wrong.append(f"{names[0]} was answered {status}, but it is done")
            elif status is not None and 400 <= status < 500 and not when:
                wrong.append(f"{names[0]} was answered {status}")
        others = {
            owner
            for owner in {*before, *after, *now}
            if owner not in {f"TAG-{name}" for part in operation.parts for name in part}
        }
        return wrong + differences(_only(after, others), _only(now, others))

    def _judge_again(
        self, operation: Operation, answer: Answer, now: State, reference: Reference, then: State
    ) -> list[str]:
        """What was done is refused now, and what needs it cannot follow; the rest is done."""
        if not operation.chain:
            return self._judge_parts(operation, answer, [now, reference.after], then, "sent again, ")
        wanted = now if now in reference.stages[1:] else reference.after
        return [] if then == wanted else ["sent again it ends elsewhere:", *differences(wanted, then)]

    def _struck(self, scene: Scene) -> str:
        file: Path = self.site.strikes / f"{scene.tag}.struck"
        return scene.plain(file.read_text().strip()) if file.exists() else ""

    def _orphans(self, point: Point) -> list[Verdict]:
        client = self.clients.mine()
        left = [
            f"{len(rows)} {kind} belong to nobody, the first: {rows[0]}" for kind, rows in client.ask("orphans").items()
        ]
        if not point.operation.is_alone:
            self._prepare(client, point.operation)
        return [Verdict(point, wrong=left)] if left else []


def _parts(answer: Answer) -> list[int]:
    operations = answer.body.get("Operations", []) if answer.good and isinstance(answer.body, dict) else []
    return [int(operation.get("status", 0)) for operation in operations]


def _all_good(answer: Answer) -> bool:
    return all(200 <= status < 300 for status in _parts(answer))


def _only(state: State, owners: Iterable[str]) -> State:
    return {owner: state[owner] for owner in owners if owner in state}


def _without(state: State, words: Iterable[str]) -> State:
    owners = {f"TAG-{word}" for word in words}
    return {owner: facts for owner, facts in state.items() if owner not in owners}


def tell(verdict: Verdict) -> None:
    point = verdict.point
    if point.number:
        say(
            f"  WRONG {point.operation.name} × {point.fault} at {point.number}:"
            f" {verdict.struck[:300] or 'nothing was struck'}"
        )
        say(f"        answer {verdict.answer}")
    else:
        say(f"  WRONG after {point.operation.name} × {point.fault}")
    for reason in verdict.wrong:
        say(f"        {reason[:600]}")


def table(verdicts: list[Verdict]) -> str:
    """Operation × fault: how many points, of them wrong, of them half done and completed."""
    faults = [fault for fault in FAULTS if any(verdict.point.fault == fault for verdict in verdicts)]
    names = list(dict.fromkeys(verdict.point.operation.name for verdict in verdicts))
    lines = [["operation", *faults, "points", "wrong"]]
    for name in [*names, "all"]:
        of_name = [v for v in verdicts if name in ("all", v.point.operation.name)]
        cells = []
        for fault in faults:
            some = [v for v in of_name if v.point.fault == fault]
            wrong = sum(1 for v in some if v.wrong)
            half = sum(1 for v in some if v.half)
            points = sum(1 for v in some if v.struck)
            cells.append(f"{points}" + (f" ({half} half)" if half else "") + (f" {wrong} WRONG" if wrong else ""))
        struck = sum(1 for v in of_name if v.struck)
        lines.append([name, *cells, str(struck), str(sum(1 for v in of_name if v.wrong))])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
