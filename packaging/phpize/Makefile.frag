# Cargo itself knows what is to be built anew, so it is asked each time.
.PHONY: rollbook-cargo
rollbook-cargo:
	cd $(ROLLBOOK_SOURCE) && PHP_CONFIG=`command -v $(ROLLBOOK_PHP_CONFIG)` PHP=`$(ROLLBOOK_PHP_CONFIG) --php-binary` \
		$(CARGO) rustc --locked --release --lib --crate-type cdylib

$(phplibdir)/rollbook.so: rollbook-cargo
	@mkdir -p $(phplibdir)
	cp "$${CARGO_TARGET_DIR:-$(ROLLBOOK_SOURCE)/target}/release/librollbook.so" $@
