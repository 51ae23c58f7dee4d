"""Reads what the databases said of the statements, and finds those that read more than a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

# A search that goes from row to row reads so many at a time.
PAGE = 1000
# What grows with the people of a site.
BIG = (
    "users",
    "usermeta",
    "rollbook_users",
    "rollbook_lookups",
    "rollbook_groups",
    "rollbook_group_members",
    "rollbook_activity",
)
METAS = 20
# How many there are is remembered until something is written, so that no page counts them again.
COUNTED = "/* remembered */"
CUT = re.compile(r"\bLIMIT\s+\d")
ALIASED = re.compile(r"\b(?:FROM|JOIN|UPDATE)\s+`?(\w+)`?(?:\s+(?:AS\s+)?`?(\w+)`?)?", re.IGNORECASE)
LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'|\b\d+\b")
LISTS = re.compile(r"\(\?(?:\s*,\s*\?)+\)")


def faults(file: Path, database: str) -> dict[str, str]:
    """What is wrong, by the statement without its values."""
    found: dict[str, str] = {}
    with file.open() as lines:
        for line in lines:
            noted = json.loads(line)
            judge = of_mariadb if database == "mariadb" else of_sqlite
            reason = judge(noted["sql"], noted["plan"])
            if reason:
                found.setdefault(shape(noted["sql"]), f"{reason}\n    {noted['sql'][:600]}")
    return found


def shape(sql: str) -> str:
    return LISTS.sub("(?…)", LITERAL.sub("?", " ".join(sql.split())))


def of_mariadb(sql: str, plan: list[dict[str, Any]]) -> str | None:
    if COUNTED in sql:
        return None
    sorts = any("filesort" in str(row.get("Extra")) for row in plan)
    for row in plan:
        if "error" in row:
            return f"the database cannot explain it: {row['error']}"
        # A page of people has so many more metas.
        read, most = rows_read(row), PAGE * METAS if row["table"] == "wp_usermeta" else PAGE
        if read <= most or str(row["table"]).startswith("<"):
            continue
        # What is cut and read in the order of an index ends with the page.
        if row["type"] in ("ALL", "index") and (sorts or not CUT.search(sql)):
            return f"reads all of {row['table']}: {read} rows ({row['type']}, {row['key']})"
        if sorts:
            return f"sorts {read} rows ({row['table']}: {row['Extra']})"
    return None


def rows_read(row: dict[str, Any]) -> int:
    """`2`, or with a filter on top `2 (10%)`."""
    return int(str(row.get("rows") or 0).split()[0])


def of_sqlite(sql: str, plan: list[dict[str, Any]]) -> str | None:
    if COUNTED in sql:
        return None
    tables = names(sql)
    details = [str(row.get("detail", "")) for row in plan]
    sorts = any("TEMP B-TREE FOR ORDER BY" in detail for detail in details)
    for row, detail in zip(plan, details):
        if "error" in row:
            return f"the database cannot explain it: {row['error']}"
        scanned = re.match(r"SCAN (?:TABLE )?(\w+)", detail)
        is_big = scanned and tables.get(scanned[1], scanned[1]) in BIG
        if is_big and (sorts or not CUT.search(sql)):
            return f"reads all: {detail}"
    return None


def names(sql: str) -> dict[str, str]:
    """The tables of a statement, without their prefix, by the name that they have in it."""
    found = {}
    for table, alias in ALIASED.findall(sql):
        plain = re.sub(r"^wp_(?:\d+_)?", "", table)
        found[table] = plain
        if alias:
            found[alias] = plain
    return found
