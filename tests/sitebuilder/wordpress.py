"""One site's WordPress: its files, its configuration, its installation, and PHP run inside it."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from . import processes, webservers
from .console import REPOSITORY, TEMPLATES, SiteError, fill, last_lines, php_string, run, tool
from .databases import Settings
from .downloads import sqlite_plugin

# Of a WordPress of the owner's own: what belongs to his site, not to WordPress.
NOT_WORDPRESS = (
    "wp-config.php",
    ".htaccess",
    "mu-plugins",
    "uploads",
    "cache",
    "upgrade",
    "database",
    "rollbook",
    "db.php",
    "advanced-cache.php",
    "object-cache.php",
    "debug.log",
    ".git",
    "node_modules",
)
SALTS = (
    "AUTH_KEY",
    "SECURE_AUTH_KEY",
    "LOGGED_IN_KEY",
    "NONCE_KEY",
    "AUTH_SALT",
    "SECURE_AUTH_SALT",
    "LOGGED_IN_SALT",
    "NONCE_SALT",
)


def place_core(original: Path, target: Path) -> None:
    """Everything but wp-content, which `place_content` brings."""
    _copy_afresh(original, target, (*NOT_WORDPRESS, "wp-content"))


def place_content(original: Path, target: Path, *, sqlite: bool, plugin: bool) -> None:
    content = target / "wp-content"
    _copy_afresh(original / "wp-content", content, NOT_WORDPRESS)
    (content / "uploads").mkdir()
    (content / "mu-plugins").mkdir()
    shutil.copy2(TEMPLATES / "test-site.php", content / "mu-plugins")
    if sqlite:
        _place_sqlite(content)
    if plugin:
        # A link, so that an edit of the plugin is live.
        (content / "plugins/rollbook").symlink_to(REPOSITORY / "php-plugin", target_is_directory=True)


def _copy_afresh(original: Path, target: Path, unwanted: tuple[str, ...]) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(original, target, ignore=shutil.ignore_patterns(*unwanted))


def _place_sqlite(content: Path) -> None:
    plugin = content / "plugins/sqlite-database-integration"
    shutil.copytree(sqlite_plugin(), plugin, dirs_exist_ok=True)
    drop_in = (plugin / "db.copy").read_text()
    drop_in = drop_in.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(plugin))
    drop_in = drop_in.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php")
    (content / "db.php").write_text(drop_in)


def configure(
    folder: Path, url: str, database: Settings, extension: Path | None, *, network: bool, fixed: bool
) -> None:
    """wp-config.php and .htaccess, and the site's php.ini that loads the extension."""
    salts = folder / "etc/salts.php"
    if not salts.exists():
        salts.write_text("<?php\n" + "".join(f"define( '{name}', '{secrets.token_urlsafe(48)}' );\n" for name in SALTS))
    file = Path(str(database.get("file", "")))
    host = f"localhost:{database.get('socket', '')}"
    nodes = [str(node["socket"]) for node in database.get("nodes", [])]
    if nodes:
        cluster = json.dumps([nodes, database["user"], database["password"]])
        fill("node.php", folder / "etc/node.php", cluster=cluster)
    values = {
        "folder": folder,
        "db_name": database["name"],
        "db_user": database.get("user", ""),
        "db_password": database.get("password", ""),
        "db_dir": f"{file.parent}/",
        "db_file": file.name,
    }
    fill(
        "wp-config-network.php" if network else "wp-config-single.php",
        folder / "etc/address.php",
        url=php_string(url),
        host=php_string(url.partition("://")[2]),
    )
    fill(
        "wp-config.php",
        folder / "wordpress/wp-config.php",
        fixed="true" if fixed else "false",
        db_host=f"require {php_string(folder / 'etc/node.php')}" if nodes else php_string(host),
        **{name: php_string(value) for name, value in values.items()},
    )
    if network:
        shutil.copyfile(TEMPLATES / "htaccess-network", folder / "wordpress/.htaccess")
    (folder / "opcache").mkdir(exist_ok=True)
    fill(
        "php.ini",
        folder / "etc/php/rollbook.ini",
        folder=folder,
        extension=f"extension = {extension}" if extension else "",
    )


def install(folder: Path, password: str) -> None:
    run(
        tool("php"),
        TEMPLATES / "install.php",
        folder / "wordpress",
        password,
        env=webservers.environment(folder),
        what="installing WordPress",
    )


def evaluate(folder: Path, address: str, code: str, *arguments: str) -> str:
    """Runs PHP inside WordPress and returns what it prints."""
    done = subprocess.run(
        _command(folder, address, code, *arguments),
        env=webservers.environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SiteError(last_lines(done.stderr or done.stdout))
    sys.stderr.write(done.stderr)
    return done.stdout


def execute(folder: Path, address: str, code: str, *arguments: str) -> int:
    """Runs PHP inside WordPress on the caller's own stdin, stdout and stderr; 0 or 1."""
    sys.stdout.flush()
    command = _command(folder, address, code, *arguments)
    return 1 if subprocess.run(command, env=webservers.environment(folder)).returncode else 0


def _command(folder: Path, address: str, code: str, *arguments: str) -> list[str]:
    script = str(TEMPLATES / "run.php")
    return processes.bounded([tool("php"), script, str(folder / "wordpress"), address, code, *arguments])
