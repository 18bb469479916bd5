#!/bin/sh
# The tarball has the same bytes each time, and needs a C compiler and make, not what the lexer and the parser are made with.
. "$TOP/tests/builds/lib"
need git
git -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1 || skip "this is no git tree"
pack() { make -s --no-print-directory -C "$TOP" BUILD="$1" dist >/dev/null; }

expect 0 pack "$TMPDIR/first"
(umask 077 && TZ=Asia/Tokyo LANG=C pack "$TMPDIR/second") || fail "make dist under another umask"
tarball=first/dist/chainc-$version.tar.gz
cmp "$tarball" "second/dist/chainc-$version.tar.gz" || fail "two tarballs differ"
tar -tzf "$tarball" >out
grep -v "^chainc-$version/" out && fail "the tarball has files beside its folder"

# Only these are there to build with.
mkdir tools
for tool in sh make gcc cc as ld ar awk sed cp rm mkdir cat cmp mv ln chmod printf echo tr cut head install nm dirname basename uname test expr; do
    path=$(command -v $tool) && case $path in /*) ln -s "$path" tools/$tool ;; esac
done
tar -xzf "$tarball"
cd "chainc-$version" || exit 1
# shellcheck disable=SC2209 # not a command to run
env -i PATH="$TMPDIR/tools" make -j2 CC=gcc CFLAGS=-O0 CPPFLAGS=-DNDEBUG LDFLAGS=-Wl,-O1 >../log 2>&1 || fail "$(tail -n 20 ../log)"
grep -ql third_party/uthash.h build/obj/compiler/*.d || fail "uthash.h was not that of the tarball"
env -i PATH="$TMPDIR/tools" make -s -j2 CC=gcc CFLAGS=-O0 CPPFLAGS=-DNDEBUG LDFLAGS=-Wl,-O1 install PREFIX="$TMPDIR/prefix" >../log 2>&1 || fail "$(tail -n 20 ../log)"
cd ..
for file in share/chain/runtime/chain.c share/chain/runtime/chain.h include/chain/net.h share/man/man1/chainc.1; do
    cmp "prefix/$file" "$INSTALLED/$file" || fail "$file differs from that of the source tree"
done
sample >sample.chain
expect 0 prefix/bin/chainc sample.chain
grep -q 'Redistributions of source code must retain' "chainc-$version/third_party/uthash.h" || fail "uthash.h has lost its licence"
exit 0
