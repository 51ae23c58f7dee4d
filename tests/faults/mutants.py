"""Whether the sweep sees anything: a plugin with one thing taken out is struck, and a point at least must be wrong."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sitebuilder.console import REPOSITORY, SiteError, say

from .operations import OPERATIONS
from .site import Site
from .sweep import Sweep

PLUGIN = REPOSITORY / "php-plugin"
# PHP looks so often whether a file has changed, in seconds.
REVALIDATED = 3.0


@dataclass(frozen=True)
class Mutant:
    about: str
    changes: tuple[tuple[str, str, str], ...]  # a file below includes/, what stands there, and what is to
    operation: str
    fault: str
    every: int = 1


MUTANTS = [
    Mutant(
        "nothing is undone",
        (
            (
                "store/class-transaction.php",
                "if ( ! self::$shared ) {\n\t\t\t\t$wpdb->query( 'ROLLBACK' );",
                "if ( ! self::$shared ) {\n\t\t\t\t$wpdb->query( 'COMMIT' );",
            ),
        ),
        "patch",
        "throw",
        3,
    ),
    Mutant(
        "a statement of WordPress's own may fail unseen",
        (
            (
                "store/class-transaction.php",
                "mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );\n\t\t}\n"
                "\t\tadd_filter( 'query', array( self::class, 'filter_query' ), PHP_INT_MAX );",
                "}",
            ),
            (
                "store/class-transaction.php",
                "private static function failure_so_far(): ?DatabaseFailure {",
                "private static function failure_so_far(): ?DatabaseFailure {\n\t\treturn null;",
            ),
        ),
        "patch",
        "failing",
        3,
    ),
    Mutant(
        "COMMIT counts on any connection",
        (
            (
                "store/class-transaction.php",
                "->report_mode;\n\t\t\tmysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );",
                "->report_mode;",
            ),
            ("store/class-database.php", "return isset( $wpdb->dbhs ) ||", "return true ||"),
        ),
        "deactivate",
        "lost",
    ),
    Mutant(
        "success is said without looking",
        (
            (
                "store/class-transaction.php",
                "$stood = Database::reconnect() && self::forget_open() && $exists();",
                "$stood = true;",
            ),
        ),
        "deactivate",
        "lost",
    ),
    Mutant(
        "a read that failed is taken for nothing there",
        (("store/class-database.php", "if ( self::failures() > $failures ) {", "if ( false ) {"),),
        "search",
        "failing",
    ),
    Mutant(
        "an account that is gone leaves its matchable values",
        (("store/class-user-rows.php", "\t\tLookups::clear( $row_id );", ""),),
        "delete-all",
        "failing",
        20,
    ),
    Mutant(
        "what could not be done for the owner is taken for done",
        (("people/class-losses.php", "SET decision = NULL, decided = NULL WHERE", "SET settled = 1 WHERE"),),
        "held-undone",
        "throw",
        5,
    ),
]


def check() -> None:
    """Whether the plugin still holds what each takes out. `make lint` asks; a sweep would say it an hour later."""
    for mutant in MUTANTS:
        _spoilt(PLUGIN, mutant)


def run(site: Site, restart: Callable[[], Site]) -> list[str]:
    """Tries each; gives those that were not found."""
    placed = site.folder / "wordpress/wp-content/plugins/rollbook"
    placed.unlink()
    missed: list[str] = []
    try:
        shutil.copytree(PLUGIN, placed)
        site = restart()
        for mutant in MUTANTS:
            spoilt = _spoilt(placed, mutant)
            for file, text in spoilt.items():
                file.write_text(text)
            time.sleep(REVALIDATED)
            try:
                found = _strike(site, mutant)
            finally:
                for file in spoilt:
                    shutil.copyfile(PLUGIN / file.relative_to(placed), file)
            say(f"mutant “{mutant.about}”: {found} ({mutant.operation} × {mutant.fault})")
            if not found.startswith("found"):
                missed.append(f"mutant “{mutant.about}” was not found")
    finally:
        shutil.rmtree(placed, ignore_errors=True)
        placed.symlink_to(PLUGIN, target_is_directory=True)
    return missed


def _spoilt(plugin: Path, mutant: Mutant) -> dict[Path, str]:
    """The files that the mutant changes, as they are then."""
    spoilt: dict[Path, str] = {}
    for name, was, becomes in mutant.changes:
        file = plugin / "includes" / name
        text = spoilt.get(file) or file.read_text()
        if text.count(was) != 1:
            raise SiteError(f"mutant “{mutant.about}”: {name} does not hold once what it takes out: {was}")
        spoilt[file] = text.replace(was, becomes)
    return spoilt


def _strike(site: Site, mutant: Mutant) -> str:
    site.place_plugin()
    try:
        operation = next(operation for operation in OPERATIONS if operation.name == mutant.operation)
        verdicts = Sweep(site, 3, mutant.every, 0, cached=False, quiet=True).run([operation], [mutant.fault], None)
    except SiteError as error:
        return f"MISSED, it fails unstruck: {error}"
    finally:
        site.remove_plugin()
    wrong = sum(1 for verdict in verdicts if verdict.wrong)
    return f"{'found' if wrong else 'MISSED'}, {wrong} of {len(verdicts)} points are wrong"
