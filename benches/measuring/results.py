"""What was measured, kept in a file of lines so that nothing is lost, and told as tables of ratios."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .operations import EMPTY, GOALS, OPERATIONS

FEW = 20


@dataclass(frozen=True)
class Pass:
    """One way to measure: how the site is set up, and how many clients there are at once."""

    fast_lane: bool
    redis: bool
    clients: int

    def __str__(self) -> str:
        lane = "with the fast lane" if self.fast_lane else "without the fast lane"
        clients = "one client" if self.clients == 1 else f"{self.clients} clients"
        return f"{lane}, {'with' if self.redis else 'without'} Redis, {clients}"


@dataclass
class Measured:
    """The seconds of one kind of request on one site in one pass."""

    taken: Pass
    size: int
    label: str
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def p50(self) -> float:
        return statistics.median(self.seconds)

    def p99(self) -> float:
        return sorted(self.seconds)[math.ceil(len(self.seconds) * 0.99) - 1]


class Results:
    """All of it. A pass is kept when it has come to its end."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.all: dict[tuple[Pass, int, str], Measured] = {}
        for line in file.read_text().splitlines() if file.exists() else []:
            known = json.loads(line)
            self.add([Measured(**{**known, "taken": Pass(**known["taken"])})])

    def add(self, measured: Iterable[Measured]) -> None:
        for one in measured:
            self.all[one.taken, one.size, one.label] = one

    def keep(self, measured: Iterable[Measured]) -> None:
        measured = list(measured)
        self.add(measured)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as lines:
            lines.writelines(json.dumps(asdict(one)) + "\n" for one in measured)

    def has(self, taken: Pass, size: int) -> bool:
        return any(key[:2] == (taken, size) for key in self.all)

    def passes(self) -> list[Pass]:
        return list(dict.fromkeys(taken for taken, _, _ in self.all))

    def sizes(self) -> list[int]:
        return sorted({size for _, size, _ in self.all})

    def ratio(self, taken: Pass, size: int, label: str, *, late: bool = False) -> float | None:
        """A median of its base's, and as `late` the 99th of a hundred of the same."""
        goal = GOALS.get(label)
        one = self.all.get((taken, size, label))
        base = self.all.get((taken, size, goal.base if goal else EMPTY))
        # Long operations are taken with one client alone.
        if one is None or base is None or not one.seconds or not base.seconds:
            return None
        return (one.p99() if late else one.p50()) / base.p50() / (goal.times if goal else 1)

    def failures(self) -> list[str]:
        def where(one: Measured) -> str:
            return f"{one.label}, {one.size:,} people, {one.taken}"

        return [f"{where(one)}: {why}" for one in self.all.values() for why in one.failures]


def labels() -> list[str]:
    return [label for operation in OPERATIONS for label in operation.labels]


def markdown(results: Results, head: list[str]) -> list[str]:
    """All tables."""
    lines = [*head, ""]
    for taken in results.passes():
        lines += [f"### {str(taken)[0].upper()}{str(taken)[1:]}", "", *table(results, taken), ""]
    failures = results.failures()
    lines += ["### Requests that failed", ""]
    return lines + ([f"- {failure}" for failure in failures[:FEW]] or ["None."])


def table(results: Results, taken: Pass) -> list[str]:
    sizes = [size for size in results.sizes() if results.has(taken, size)]
    heads = [f"{size:,} people" for size in sizes]
    grown = len(sizes) > 1
    lines = [row("", *heads, *(["largest / smallest"] if grown else []), "goal", "milliseconds, largest site")]
    lines.append("|---|" + "---:|" * (len(sizes) + grown + 2))
    for label in labels():
        measured = [results.all.get((taken, size, label)) for size in sizes]
        known = [one for one in measured if one is not None and one.seconds]
        if not known:
            continue
        cells = [cell(results, taken, size, label) for size in sizes]
        if grown:
            first, last = measured[0], measured[-1]
            whole = first is not None and last is not None and first.seconds and last.seconds
            cells.append(f"{last.p50() / first.p50():.2f}" if whole and first and last else "-")
        milliseconds = f"{known[-1].p50() * 1000:,.1f} / {known[-1].p99() * 1000:,.1f}"
        lines.append(row(based(label), *cells, goal_of(label, taken), milliseconds))
    return lines


def based(label: str) -> str:
    """The label, and what it is compared with if that is not the empty route."""
    goal = GOALS.get(label)
    if goal is None or goal.base == EMPTY:
        return label
    return f"{label}, of {f'{goal.times:,} × ' if goal.times > 1 else ''}{goal.base}"


def cell(results: Results, taken: Pass, size: int, label: str) -> str:
    p50, p99 = (results.ratio(taken, size, label, late=late) for late in (False, True))
    return "-" if p50 is None or p99 is None else f"{told(p50)} / {told(p99)}"


def goal_of(label: str, taken: Pass) -> str:
    goal = GOALS.get(label)
    if goal is None or taken.clients > 1:
        return ""
    most = goal.most_early if taken.fast_lane and goal.most_early else goal.most
    return "" if most is None else f"≤ {told(most)}"


def told(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def summary(results: Results) -> list[str]:
    """The table of the README: medians of one client without Redis."""
    ways = [Pass(False, False, 1), Pass(True, False, 1)]
    columns = [(taken, size) for taken in ways for size in results.sizes() if results.has(taken, size)]
    names = {False: "", True: "fast lane, "}
    lines = [row("", *(f"{names[taken.fast_lane]}{size:,} people" for taken, size in columns))]
    lines.append("|---|" + "---:|" * len(columns))
    for label in labels():
        ratios = [results.ratio(taken, size, label) for taken, size in columns]
        if label != EMPTY and not label.startswith("core ") and any(ratio is not None for ratio in ratios):
            lines.append(row(based(label), *("-" if ratio is None else told(ratio) for ratio in ratios)))
    return lines
