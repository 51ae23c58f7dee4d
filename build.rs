//! Link arguments where a platform needs them, and one version for crate and plugin.

use std::{env, fs};

/// The plugin's main file. It names its version twice: in the header for WordPress, in a constant for itself.
const PLUGIN: &str = "php-plugin/rollbook.php";

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={PLUGIN}");
    // PHP's symbols are there when the extension is loaded, not when it is linked.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "macos") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-undefined,dynamic_lookup");
    }
    let version = env::var("CARGO_PKG_VERSION").map_err(|error| error.to_string())?;
    let plugin = fs::read_to_string(PLUGIN).map_err(|error| format!("{PLUGIN} cannot be read: {error}"))?;
    for (place, named) in [("header", header(&plugin)), ("constant", constant(&plugin))] {
        if named != Some(&version) {
            return Err(format!(
                "Cargo.toml has version {version} and the {place} of {PLUGIN} has {named:?}; the plugin refuses an \
                 extension of another version, so they must be equal"
            ));
        }
    }
    Ok(())
}

fn header(plugin: &str) -> Option<&str> {
    plugin
        .lines()
        .find_map(|line| line.trim_start_matches([' ', '*']).strip_prefix("Version:"))
        .map(str::trim)
}

fn constant(plugin: &str) -> Option<&str> {
    let (_, behind) = plugin.split_once("const VERSION")?;
    behind.split('\'').nth(1)
}
