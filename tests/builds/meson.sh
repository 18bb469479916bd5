#!/bin/sh
# A project with Meson: a generator and a custom target.
. "$TOP/tests/builds/lib"
need meson ninja pkg-config
project meson

expect 0 meson setup meson/build meson
# Unchanged outputs stop the build: Meson tells ninja to look.
scenario meson meson/build/greet 'twice|greet.*\.o|knock' ninja -C meson/build
expect 0 meson test -C meson/build
exit 0
