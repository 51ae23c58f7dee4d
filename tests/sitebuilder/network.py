"""What makes a network of two sites out of an installed WordPress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import webservers, wordpress
from .console import TEMPLATES, run, tool

# The second site's name, which is its subdirectory.
SECOND = "second/"


def install(folder: Path, address: str, configure: Callable[[], None]) -> None:
    """The network's tables, its configuration, and the second site."""
    run(
        tool("php"),
        TEMPLATES / "install-network.php",
        folder / "wordpress",
        address,
        env=webservers.environment(folder),
        what="making it a network",
    )
    configure()
    wordpress.evaluate(folder, address, ADD_SECOND, f"/{SECOND}")


def second(url: str) -> dict[str, str]:
    """What `up` says of the second site."""
    url = f"{url}/{SECOND}".rstrip("/")
    return {"url": url, "scim": f"{url}/wp-json/scim/v2", "token": ""}


ADD_SECOND = """
$domain = get_network()->domain;
$site   = wp_insert_site( array( 'domain' => $domain, 'path' => $args[0], 'title' => 'Second', 'user_id' => 1 ) );
if ( is_wp_error( $site ) ) { throw new RuntimeException( $site->get_error_message() ); }
// WordPress 6.1 drops the colon before the port.
$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->blogs, array( 'domain' => $domain ), array( 'blog_id' => $site ) );
clean_blog_cache( $site );
switch_to_blog( $site );
update_option( 'permalink_structure', '/%postname%/' );
// What the administrator of the network allows: Rollbook's tests are about sites that may provision.
$allowed = array( 'sites_provision' => true, 'create_accounts' => true, 'touch_accounts' => true );
update_site_option( 'rollbook_network', $allowed );
"""
