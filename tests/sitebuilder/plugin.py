"""Rollbook itself in a site: its extension, its activation, its tokens and settings."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .console import REPOSITORY, SiteError, say, tool

ACTIVATE = """
if ( ! extension_loaded( 'rollbook' ) && ! defined( 'ROLLBOOK_ENGINE' ) ) {
    throw new RuntimeException( 'PHP does not load the extension: see logs/php.log' );
}
require_once ABSPATH . 'wp-admin/includes/plugin.php';
$result = activate_plugin( 'rollbook/rollbook.php', '', is_multisite() );
if ( is_wp_error( $result ) ) { throw new RuntimeException( $result->get_error_message() ); }
"""
CREATE_TOKEN = "echo \\Rollbook\\WordPress\\Store\\Tokens::create( $args[0], $args[1] );"
NOTE_ADDRESS = "\\Rollbook\\WordPress\\Store\\SiteAddress::note();"
MERGE_SETTINGS = """
$partial = json_decode( $args[0], true, 512, JSON_THROW_ON_ERROR );
if ( ! is_array( $partial ) ) { throw new RuntimeException( 'The settings are a JSON object.' ); }
$document = \\Rollbook\\WordPress\\Upkeep\\SettingsWriter::merge( $partial );
echo wp_json_encode( $document, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
"""


def require_sources() -> None:
    if not (REPOSITORY / "php-plugin/rollbook.php").is_file():
        raise SiteError("php-plugin/rollbook.php does not exist; `--bare` brings up a WordPress without the plugin")


def compile_translations() -> None:
    tool("msgfmt")
    subprocess.run([REPOSITORY / "packaging/languages"], check=True)


def built_extension() -> Path:
    """The extension: the one that ROLLBOOK_EXTENSION names, or built now."""
    named = os.environ.get("ROLLBOOK_EXTENSION")
    if named:
        if not Path(named).is_file():
            raise SiteError(f"ROLLBOOK_EXTENSION={named} does not exist")
        return Path(named).resolve()
    tool("php-config")  # the build asks it for PHP's headers
    say("Building the extension …")
    # Its progress is the caller's to see, on stderr.
    command = [tool("cargo"), "rustc", "--release", "--lib", "--crate-type", "cdylib"]
    if subprocess.run(command, cwd=REPOSITORY, stdout=sys.stderr).returncode:
        raise SiteError("the extension does not build; PHP's headers and libclang come with tests/install php")
    return REPOSITORY / os.environ.get("CARGO_TARGET_DIR", "target") / "release/librollbook.so"


def digest(extension: Path) -> str:
    return hashlib.sha256(extension.read_bytes()).hexdigest()


def place_extension(extension: Path, folder: Path) -> None:
    """
    A copy of the site's own: overwriting a library that a running PHP has loaded crashes it.

    What is no library is the engine, the core as a program; etc/address.php names it to WordPress.
    """
    library, engine = folder / "etc/rollbook.so", folder / "etc/rollbook-engine"
    library.unlink(missing_ok=True)
    engine.unlink(missing_ok=True)
    target = library if extension.suffix == ".so" else engine
    part = target.with_suffix(".part")
    shutil.copy(extension, part)
    part.replace(target)
