# make demo: a real WordPress, provisioned before your eyes. make test: everything that must hold.
# Each sets up what it needs; on Debian as root or with sudo it installs missing packages.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

TARGET := $(or $(CARGO_TARGET_DIR),target)
EXTENSION := $(TARGET)/release/librollbook.so
HOST := $(shell rustc -vV 2> /dev/null | sed -n 's/^host: //p')

.PHONY: help
help: ## what there is to make
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1 — \2/p' $(MAKEFILE_LIST)

# --- The two commands ------------------------------------------------------------------------------

.PHONY: demo
demo: ## a WordPress on SQLite, provisioned as Entra ID and Okta do it; serves until Ctrl-C (DEMO=once: stops)
	@tests/install php
	$(MAKE) extension
	export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/site up --db sqlite > /dev/null
	trap 'tests/site down --db sqlite' EXIT
	tests/site reset --db sqlite > /dev/null
	cargo run --quiet --no-default-features --example demo -- "$$(tests/site info --db sqlite)"
	[ "$${DEMO:-}" = once ] && exit 0
	printf '\nServing until Ctrl-C …\n'
	trap 'exit 0' INT TERM
	while sleep 1; do :; done

.PHONY: test
test: ## every test: Rust, the extension in PHP, WordPress on SQLite and MariaDB, HTTP, the browser
	@start=$$SECONDS
	tests/install
	trap 'for db in sqlite mariadb; do tests/site down --db $$db; tests/site down --db $$db --network; done' EXIT
	for part in test-lint-and-build test-rust test-extension test-wordpress test-http test-faults test-conformance test-corners test-screens-and-size; do
		printf '\n=== %s (%s s)\n' "$$part" "$$(( SECONDS - start ))"
		$(MAKE) "$$part"
	done
	printf '\nEverything passed in %s s.\n' "$$(( SECONDS - start ))"

# --- Building --------------------------------------------------------------------------------------

.PHONY: extension
extension: ## the PHP extension, optimised: target/release/librollbook.so
	@# The library alone: beside an rlib, rustc leaves link-time optimisation out.
	cargo rustc --release --lib --crate-type cdylib

.PHONY: engine
engine: ## the core as a program that needs no library, for sites whose PHP loads no extension
	@# For a named target, or the flags would hold for build scripts and procedural macros as well.
	RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --no-default-features --features engine --bin rollbook-engine --target $(HOST)
	@echo "$(TARGET)/$(HOST)/release/rollbook-engine"

.PHONY: dist
dist: ## what a release consists of, in dist/: the plugin's zip, the extension for each PHP here, Debian packages, the engine, sums
	@tests/install dist
	packaging/build

.PHONY: translations
translations: ## the texts of the plugin for translators: php-plugin/languages/rollbook.pot, and the .po files brought up to it
	@mkdir -p php-plugin/languages
	cd php-plugin
	find . -name '*.php' \( -not -path './stubs/*' -or -path './stubs/texts.php' \) | LC_ALL=C sort | xgettext --files-from=- --language=PHP --from-code=UTF-8 --add-comments=translators: \
		--package-name=Rollbook --copyright-holder='The Rollbook maintainers' --no-wrap --add-location=file --output=languages/rollbook.pot \
		--keyword=__ --keyword=_e --keyword=esc_html__ --keyword=esc_html_e --keyword=esc_attr__ --keyword=esc_attr_e --keyword=_x:1,2c --keyword=_n:1,2
	# The day says nothing, and would make every two changes a conflict.
	sed -i '/^"POT-Creation-Date:/d' languages/rollbook.pot
	for language in languages/*.po; do
		msgmerge --quiet --update --backup=none --no-wrap --no-fuzzy-matching --add-location=never "$$language" languages/rollbook.pot
		msgattrib --no-obsolete --no-wrap --output-file="$$language" "$$language"
		msgfmt --check-format --statistics --output-file=/dev/null "$$language"
	done

.PHONY: stubs
stubs: extension ## what the analyser and editors know of the extension, written anew: its classes, and every command
	@php -n -d extension=$(abspath $(EXTENSION)) tests/extension/stubs.php > php-plugin/stubs/rollbook.php
	ROLLBOOK_WRITE_STUBS=1 cargo test --quiet --no-default-features --test rollbook stubs::

# --- Parts of the test -----------------------------------------------------------------------------

.PHONY: test-lint-and-build
test-lint-and-build: ## lint, and beside it the release build, whose last step keeps one core busy for minutes
	@tests/side-by-side lint '$(MAKE) lint' build '$(MAKE) extension'

.PHONY: lint
lint: ## formatting and lints of every language
	@tests/install php lint > /dev/null
	cargo fmt --all --check
	# The crate as it is shipped: its tests switch on a feature that it is shipped without.
	cargo clippy --lib --quiet -- -D warnings
	cargo clippy --all-targets --quiet -- -D warnings
	cargo clippy --workspace --no-default-features --all-targets --quiet -- -D warnings
	cargo clippy --no-default-features --test http --quiet -- -D warnings
	tests/lint/run

.PHONY: advisories
advisories: ## whether a crate that we build on is known to be faulty: asks the RustSec database
	@tests/lint/run advisories

.PHONY: test-rust
test-rust: ## the core, without PHP
	@cargo test --no-default-features --lib --test rollbook
	# Optimised, because it tries so much, and with the checks of a debug build.
	cargo test --profile fuzz --no-default-features --test fuzz
	cargo test --no-default-features --doc

.PHONY: fuzz
fuzz: ## other random requests each time; FUZZ=600: for so many seconds (default 300)
	@ROLLBOOK_FUZZ_SECONDS=$(or $(FUZZ),300) cargo test --profile fuzz --no-default-features --test fuzz -- --nocapture

.PHONY: test-extension
test-extension: extension ## the extension in PHP, and under valgrind; the engine in its place
	@cargo build --quiet --no-default-features --features engine --bin rollbook-engine
	tests/extension/run $(abspath $(EXTENSION)) $(abspath $(TARGET)/debug/rollbook-engine)
	# A debug build panics where it is told to.
	cargo rustc --quiet --lib --crate-type cdylib
	tests/panics $(abspath $(TARGET)/debug/librollbook.so) $(abspath $(EXTENSION))
	tests/panics $(abspath $(TARGET)/debug/rollbook-engine)

.PHONY: sanitize
sanitize: ## exchanges in PHP, in a build of the extension with AddressSanitizer
	@tests/install php
	tests/extension/sanitized

.PHONY: test-wordpress
test-wordpress: extension ## the plugin inside WordPress, on SQLite and on MariaDB
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/side-by-side sqlite 'tests/wordpress/run --db sqlite' mariadb 'tests/wordpress/run --db mariadb'

.PHONY: test-http
test-http: extension ## identity providers' conversations over HTTP, on SQLite and on MariaDB
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	cargo build --quiet --no-default-features --features engine --bin rollbook-engine
	cargo test --quiet --no-default-features --test http --no-run
	# The fast lane plays every transcript twice: on SQLite that is test-fast-lane.
	sqlite='ROLLBOOK_WAY_IN=within tests/http/run --db sqlite --skip fast_lane:: && tests/corpus/run --db sqlite --every 25'
	# The engine in the place of the extension, while MariaDB gives every answer a second time.
	engine=$(abspath $(TARGET)/debug/rollbook-engine)
	sqlite+=" && export ROLLBOOK_EXTENSION=$$engine && tests/http/run --db sqlite $$(printf -- '--skip %s:: ' fast_lane filters lives members races ways_in)"
	sqlite+=" && tests/engine/run $$engine"
	tests/side-by-side sqlite "$$sqlite" mariadb 'tests/http/run --db mariadb && tests/corpus/run --db mariadb --every 25'

.PHONY: test-fast-lane
test-fast-lane: extension ## the fast lane on SQLite as well
	@ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) tests/http/run fast_lane::

.PHONY: test-screens-and-size
test-screens-and-size: extension ## the browser, which waits much, and beside it the two parts that do not need its site
	@tests/side-by-side browser '$(MAKE) test-browser' size '$(MAKE) test-scale test-network'

.PHONY: test-scale
test-scale: extension ## many people: they are as the API makes them, are found by any attribute, and no statement reads them all
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/scale/run --db mariadb

.PHONY: scale
scale: extension ## the same on SQLite as well, which takes twice as long
	@ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) tests/scale/run

.PHONY: test-network
test-network: extension ## networks of sites: inside WordPress, and over HTTP against a network's second site
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/side-by-side sqlite 'tests/wordpress/run --db sqlite --network' mariadb 'tests/wordpress/run --db mariadb --network'
	tests/http/run --db mariadb --network life existing

.PHONY: privileges
privileges: extension ## every attempt to get rights by a token, on both databases and in a network; make test tries some of them
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) ROLLBOOK_PRIVILEGES=all
	for db in sqlite mariadb; do
		tests/wordpress/run --db $$db --filter PrivilegesTest
		tests/wordpress/run --db $$db --network --filter PrivilegesTest
	done

.PHONY: redis
redis: extension ## every transcript, race and life with an object cache that all requests share, and one that is stale, lies, hangs or is gone
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/http/run --db mariadb --cache redis
	tests/faults/run --redis 400

.PHONY: test-galera
test-galera: extension ## three MariaDB nodes as one Galera cluster, two web servers that speak to a node each, and a node that dies; not part of test
	@tests/install php mariadb cluster web > /dev/null
	ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) tests/galera/run

.PHONY: corpus
corpus: extension ## every hostile request of tests/corpus on both databases, and what screens, tables and logs hold afterwards; make test sends every 25th
	@ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) tests/corpus/run

.PHONY: test-conformance
test-conformance: extension ## scim2-tester, a conformance test that we did not write, on SQLite and on MariaDB
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/side-by-side sqlite 'tests/conformance/run --db sqlite' mariadb 'tests/conformance/run --db mariadb'

.PHONY: test-browser
test-browser: extension ## the plugin's archive uploaded to a new WordPress, the page without the extension, the screen of a network, and the settings page, in Chromium
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	cargo build --quiet --no-default-features --features engine --bin rollbook-engine
	tests/browser/run --fresh
	ROLLBOOK_ENGINE=$(abspath $(TARGET)/debug/rollbook-engine) tests/browser/run --missing
	tests/browser/run --network
	tests/browser/run

.PHONY: test-dist
test-dist: dist ## what dist/ holds: old servers load it, packages come and go cleanly, a second build is the same; takes as long as the first
	@tests/packages/run -v

.PHONY: test-corners
test-corners: extension ## two corners of the matrix: the oldest WordPress in a network behind Apache and php-fpm, a newer one inside Apache
	@tests/install php mariadb matrix
	export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/matrix/run --corners

.PHONY: test-matrix
test-matrix: ## PHP 8.2 and 8.4, WordPress 6.1, 6.8 and 7.1, SQLite and MariaDB, single and network, nginx and Apache: 60 sites, half an hour
	@tests/install php mariadb web matrix
	tests/matrix/run

.PHONY: test-php-versions
test-php-versions: extension ## the plugin on PHP 7.4, 8.0, 8.1, 8.3 and 8.5, which npm has: what happens there without the extension
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/php-versions/run

.PHONY: test-faults
test-faults: extension ## some of the faults, and an object cache that all requests share
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	mariadb='tests/faults/run --db mariadb --every 97 && tests/faults/run --outages 15 && tests/faults/run --redis 200'
	mariadb+=' && tests/http/run --db mariadb --cache redis life existing'
	tests/side-by-side sqlite 'tests/faults/run --db sqlite --every 197' mariadb "$$mariadb"

.PHONY: faults
faults: extension ## every statement of every operation × every fault, on SQLite and on MariaDB, and whether that sees anything; takes an hour
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/faults/run
	tests/faults/run --outages 60
	tests/faults/run --redis 400
	tests/faults/run --mutants

.PHONY: long-life
long-life: extension ## one PHP process serves 100,000 requests: its memory and its pace stay; LONG=5000: so many requests
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/long-life --requests $(or $(LONG),100000)
	tests/site down --db mariadb

.PHONY: proofs
proofs: extension ## the table of docs/security.md anew: what was tried, how many cases, how many went wrong; ONLY="corpus races": these rows
	@export ROLLBOOK_EXTENSION=$(abspath $(EXTENSION))
	tests/proofs $(or $(ONLY),all)

# --- Measuring -------------------------------------------------------------------------------------

.PHONY: coverage
coverage: ## which lines of src/scim the tests of the core run; at least 95 % of them
	@tests/coverage

.PHONY: bench
bench: extension ## the core (Criterion) and the endpoint at 1,000 and 100,000 people, into benches/RESULTS.md; MILLION=1: at 1,000,000 as well
	@cargo bench --no-default-features
	benches/peers/run
	benches/core
	ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) benches/endpoint --readme

.PHONY: bench-load
bench-load: extension ## 25 requests a second, as Entra ID mixes them, at 100,000 people for ten minutes, into benches/RESULTS.md; MINUTES=1: for one
	@ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) benches/load --minutes $(or $(MINUTES),10)

.PHONY: bench-screens
bench-screens: extension ## each screen beside WordPress's own list of users, with 100,000 people and 1,000,000 log entries, into benches/RESULTS.md
	@ROLLBOOK_EXTENSION=$(abspath $(EXTENSION)) benches/screens

.PHONY: bench-peers
bench-peers: ## how fast filters are read, beside the parsers of others, which it downloads, into benches/RESULTS.md
	@benches/peers/run

.PHONY: clean
clean: ## stops the sites and removes what was built
	@for db in sqlite mariadb; do tests/site down --db $$db; tests/site down --db $$db --network; done || true
	rm -rf build dist target
