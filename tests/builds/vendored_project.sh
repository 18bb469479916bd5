#!/bin/sh
# A project that keeps runtime and generated code: once made, neither chainc nor libchain is there.
. "$TOP/tests/builds/lib"
need make
project vendored

expect 0 make -C vendored update
cp -R vendored shipped
rm shipped/*.chain
env -i PATH=/usr/bin:/bin make -C shipped CFLAGS="-O2 -Wall -Wextra -Wpedantic -Werror" >log 2>&1 || fail "$(cat log)"
greets shipped/greet hello
readelf -d shipped/greet 2>/dev/null | grep -q libchain && fail "it wants libchain"

build() { make -C vendored update && make -C vendored; }
sed 's/generated\/%//' vendored/Makefile >/dev/null
scenario vendored vendored/greet 'greet\.[ch]|knock' build
exit 0
