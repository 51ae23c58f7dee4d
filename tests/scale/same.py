"""Whether `tests/site populate` makes what the API makes: every table, every row, every column."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

from sitebuilder import people
from sitebuilder.console import REPOSITORY, SiteError

Rows = dict[str, list[dict[str, Any]]]
# Every table with all that belongs to somebody, and how many rows it has.
READ = """
global $wpdb;
$own    = $wpdb->prefix . 'rollbook_';
$person = $wpdb->get_row( "SELECT * FROM {$own}users WHERE user_name_key = '@name@'", ARRAY_A );
$group  = $wpdb->get_row( "SELECT * FROM {$own}groups WHERE display_name_key = '@group@'", ARRAY_A );
$of     = array(
    'users'                  => array( 'ID', $person['user_id'] ),
    'usermeta'               => array( 'user_id', $person['user_id'] ),
    'rollbook_users'         => array( 'row_id', $person['row_id'] ),
    'rollbook_lookups'       => array( 'row_id', $person['row_id'] ),
    'rollbook_groups'        => array( 'row_id', $group['row_id'] ),
    'rollbook_group_members' => array( 'group_row', $group['row_id'] ),
    'rollbook_activity'      => array( 'resource_id', array( $person['id'], $group['id'] ) ),
);
$rows = $counts = array();
foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
    $plain            = substr( $table, strlen( $wpdb->prefix ) );
    $counts[ $plain ] = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $table" );
    foreach ( isset( $of[ $plain ] ) ? (array) $of[ $plain ][1] : array() as $value ) {
        $statement      = $wpdb->prepare( "SELECT * FROM $table WHERE {$of[ $plain ][0]} = %s ORDER BY 1", $value );
        $found          = $wpdb->get_results( $statement, ARRAY_A );
        $rows[ $plain ] = array_merge( $rows[ $plain ] ?? array(), $found );
    }
}
echo json_encode( array( $rows, $counts ) );
"""
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
# What no two people have in common, and what it looks like.
DIFFERS = {
    "ID": re.compile(r"^\d+$"),
    "id": re.compile(r"^\d+$|" + UUID.pattern),
    "user_id": re.compile(r"^\d+$"),
    "row_id": re.compile(r"^\d+$"),
    "group_row": re.compile(r"^\d+$"),
    "umeta_id": re.compile(r"^\d+$"),
    "resource_id": UUID,
    "member_id": UUID,
    "written_by": UUID,
    "created": re.compile(r"^\d{13}$"),
    "modified": re.compile(r"^\d{13}$"),
    "time": re.compile(r"^\d{13}$"),
    "user_registered": re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"),
    "user_pass": re.compile(r"^![0-9a-f]{64}$"),
    "duration_ms": re.compile(r"^\d+$"),
}


def differences(database: str, info: dict[str, Any], people_there: int, groups_there: int) -> list[str]:
    """Makes one more person and group through the API, and one more with populate, and compares what came to be."""
    wrong = []
    before = read(database, people_there, groups_there)[1]
    by_api = people_there + 1, groups_there + 1
    member = people.post(info["scim"], info["token"], "Users", people.numbered(by_api[0]))
    people.post(info["scim"], info["token"], "Groups", people.group(f"{by_api[1]:07}", [member]))
    api, after_api = read(database, *by_api)
    # A group has as many of the people as another one: here one of one.
    populated = by_api[0] + 1, by_api[1] + 1
    site("populate", str(populated[0]), "--groups", str(populated[1]), "--db", database)
    copied, after = read(database, *populated)
    copied["rollbook_group_members"] = copied["rollbook_group_members"][:1]
    for table in sorted(set(api) | set(copied)):
        one, other = (normal(rows.get(table, []), *numbers) for rows, numbers in ((api, by_api), (copied, populated)))
        if one != other:
            wrong.append(f"{table}: the API makes\n    {json.dumps(one)}\n  and populate\n    {json.dumps(other)}")
    for table, count in after.items():
        made, copies = after_api[table] - before[table], count - after_api[table]
        if made != copies and table not in ("options", "rollbook_group_members"):
            wrong.append(f"{table}: the API makes {made} rows, populate {copies}")
    return wrong


def normal(rows: list[dict[str, Any]], person: int, group: int) -> list[dict[str, Any]]:
    """Rows without what differs from person to person."""
    digits, team = f"{person:07}", f"{person // people.TEAM_SIZE:07}"
    texts = {digits: "<number>", team: "<team>", digits[::-1]: "<family>", f"{group:07}": "<group>"}
    pattern = re.compile("|".join(map(re.escape, texts)))
    result = []
    for row in rows:
        plain = dict(row)
        for column, value in row.items():
            if value is None:
                continue
            if column in DIFFERS:
                plain[column] = "as usual" if DIFFERS[column].match(str(value)) else value
            else:
                plain[column] = pattern.sub(lambda found: texts[found[0]], str(value))
        result.append(plain)
    return sorted(result, key=json.dumps)


def read(database: str, person: int, group: int) -> tuple[Rows, dict[str, int]]:
    name, title = f"person{person:07}@{people.DOMAIN}", f"group {group:07}"
    answer = site("wp", "--db", database, READ.replace("@name@", name).replace("@group@", title))
    rows, counts = json.loads(answer)
    return rows, counts


def site(*arguments: str) -> str:
    done = subprocess.run([str(REPOSITORY / "tests/site"), *arguments], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SiteError(f"tests/site {' '.join(arguments[:2])} failed")
    return done.stdout
