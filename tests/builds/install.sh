#!/bin/sh
# make install, uninstall and installcheck: whole, into DESTDIR, into unusual folders, from elsewhere afterwards.
. "$TOP/tests/builds/lib"
work=$(pwd)
copy_build build
top_make() { make -s --no-print-directory -j2 -C "$TOP" BUILD="$work/build" "$@"; } # a build of its own: unusual folders are built in

expect 0 top_make installcheck PREFIX="$INSTALLED"
shows out "^installed: chainc $version "

# What is there: names without which somebody does not find it.
for file in bin/chainc lib/libchain.a lib/libchain.so.0 include/chain.h include/chain/net.h share/chain/net.chain \
    share/chain/runtime/chain.c share/chain/ports/cortex_m/chain_cortex_m.c \
    share/man/man1/chainc.1 share/man/man5/chain.5 share/man/man3/chain.3 share/aclocal/chain.m4 share/doc/chain/LICENSE \
    share/gdb/auto-load$INSTALLED/lib/libchain.so.$version-gdb.py \
    lib/pkgconfig/chain.pc share/pkgconfig/chainc.pc lib/cmake/chain/chain-config.cmake share/bash-completion/completions/chainc \
    share/zsh/site-functions/_chainc share/fish/vendor_completions.d/chainc.fish; do
    [ -s "$INSTALLED/$file" ] || fail "$file is not installed"
done
[ "$(readlink "$INSTALLED/lib/libchain.so")" = libchain.so.0 ] || fail "libchain.so leads to $(readlink "$INSTALLED/lib/libchain.so")"

# The variables of the GNU coding standards, below DESTDIR; then nothing is left of it.
folders="prefix=/opt/c bindir=/opt/c/tools libdir=/opt/c/lib/arch includedir=/opt/c/inc datadir=/opt/c/data mandir=/opt/c/manual"
# shellcheck disable=SC2086 # several words
expect 0 top_make install DESTDIR="$work/root" $folders
for file in tools/chainc lib/arch/libchain.a inc/chain.h data/chain/net.chain manual/man1/chainc.1 lib/arch/pkgconfig/chain.pc; do
    [ -s "root/opt/c/$file" ] || fail "$file is not where it was wanted: $(find root)"
done
[ "$(PKG_CONFIG_PATH=root/opt/c/lib/arch/pkgconfig pkg-config --variable=includedir chain)" = /opt/c/inc ] || fail "chain.pc does not name includedir"
[ "$(root/opt/c/tools/chainc --print-datadir)" = "$work/root/opt/c/data/chain" ] || fail "data is looked for in $(root/opt/c/tools/chainc --print-datadir)"
# shellcheck disable=SC2086
expect 0 top_make installcheck DESTDIR="$work/root" $folders
if command -v cmake >/dev/null; then
    printf 'cmake_minimum_required(VERSION 3.20)\nproject(x C)\nfind_package(Chain 0.1 REQUIRED)\nget_target_property(f chain::chain INTERFACE_INCLUDE_DIRECTORIES)\nmessage("${f} ${Chain_CHAINC_EXECUTABLE}")\n' >CMakeLists.txt
    expect 0 cmake -S . -B found -DChain_DIR="$work/root/opt/c/lib/arch/cmake/chain"
    shows err "^$work/root/opt/c/inc $work/root/opt/c/tools/chainc\$"
fi
# shellcheck disable=SC2086
expect 0 top_make uninstall DESTDIR="$work/root" $folders
left=$(find root ! -type d)
[ -z "$left" ] || fail "uninstall has left: $left"

# Moved as a whole, it goes on working: program, data, CMake.
cp -R "$INSTALLED" moved
printf 'import "time.chain";\nchain void f(void) { delay 1ms }\n' >uses.chain
expect 0 moved/bin/chainc uses.chain -MD
shows uses.d "^ $work/moved/share/chain/time\.chain"
ln -s moved/bin/chainc link # the program through a link
expect 0 ./link uses.chain
expect 0 env CHAINC_DATADIR="$work/moved/share/chain" "$INSTALLED/bin/chainc" uses.chain -MD
shows uses.d "^ $work/moved/share/chain/time\.chain"
exit 0
