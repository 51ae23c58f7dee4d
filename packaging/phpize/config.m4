dnl For phpize, and so for PIE: builds the extension with cargo. In this folder: phpize && ./configure && make && make install

PHP_ARG_ENABLE([rollbook],
  [whether to build Rollbook],
  [AS_HELP_STRING([--disable-rollbook], [Do not build Rollbook, user provisioning over SCIM 2.0])],
  [yes])

if test "$PHP_ROLLBOOK" != "no"; then
  AC_PATH_PROG([CARGO], [cargo], [], [$PATH:$HOME/.cargo/bin])
  if test -z "$CARGO"; then
    AC_MSG_ERROR([cargo is missing: install Rust (https://rustup.rs), or take the extension that is built already])
  fi
  AC_MSG_CHECKING([for libclang])
  if test -n "$LIBCLANG_PATH" || ls /usr/lib*/libclang*.so* /usr/lib*/*/libclang*.so* /usr/lib*/llvm*/lib*/libclang*.so* /usr/local/lib*/libclang*.so* 2>/dev/null | grep -v cpp >/dev/null; then
    AC_MSG_RESULT([yes])
  else
    AC_MSG_RESULT([not seen])
    AC_MSG_WARN([libclang reads the headers of PHP: if the build misses it, install it (libclang-dev, clang-libs or clang-dev), or say in LIBCLANG_PATH where it is])
  fi
  dnl The oldest Rust that compiles it stands in Cargo.toml, and cargo holds to it.
  AC_MSG_CHECKING([for Cargo.toml])
  ROLLBOOK_SOURCE=`cd "$abs_srcdir/../.." && pwd`
  if test ! -f "$ROLLBOOK_SOURCE/Cargo.toml"; then
    AC_MSG_ERROR([it is not two folders above; build inside the sources of Rollbook])
  fi
  AC_MSG_RESULT([$ROLLBOOK_SOURCE])

  PHP_SUBST([CARGO])
  PHP_SUBST([ROLLBOOK_SOURCE])
  ROLLBOOK_PHP_CONFIG=$PHP_CONFIG
  PHP_SUBST([ROLLBOOK_PHP_CONFIG])
  PHP_MODULES="$PHP_MODULES \$(phplibdir)/rollbook.so"
  PHP_ADD_BUILD_DIR([$abs_builddir/modules])
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
