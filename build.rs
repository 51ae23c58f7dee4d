//! Link arguments where a platform needs them, and one version for crate and plugin.

use std::{env, fs};

/// The plugin's main file, whose header names its version.
const PLUGIN: &str = "php-plugin/rollbook.php";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={PLUGIN}");
    // PHP's symbols are there when the extension is loaded, not when it is linked.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "macos") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-undefined,dynamic_lookup");
    }
    let crate_version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let plugin = fs::read_to_string(PLUGIN).unwrap_or_else(|error| panic!("{PLUGIN} cannot be read: {error}"));
    let plugin_version = plugin.lines().find_map(|line| line.trim_start_matches([' ', '*']).strip_prefix("Version:"));
    let plugin_version = plugin_version.unwrap_or_else(|| panic!("{PLUGIN} has no Version: header")).trim();
    assert!(
        plugin_version == crate_version,
        "Cargo.toml has version {crate_version} and {PLUGIN} has {plugin_version}; the plugin refuses an extension of \
         another version, so they must be equal"
    );
}
