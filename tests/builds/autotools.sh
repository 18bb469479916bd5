#!/bin/sh
# A project with Autoconf and Automake, out of tree, and its tarball.
. "$TOP/tests/builds/lib"
need autoreconf automake make pkg-config
project autotools

cd autotools || exit 1
autoreconf -i -Wall >log 2>&1 || fail "$(cat log)"
cd ..
mkdir autotools/build
(cd autotools/build && ../configure --disable-silent-rules) >log 2>&1 || fail "$(cat log)"
scenario autotools autotools/build/greet twice make -C autotools/build
expect 0 make -C autotools/build check
expect 0 make -C autotools/build clean
expect 0 make -j4 -C autotools/build
expect 0 make -C autotools/build distcheck

# What is missing is said by configure.
mkdir other
(cd other && PATH=/usr/bin:/bin ../autotools/configure) >log 2>&1 && fail "configure without chainc"
shows log 'chainc is not found; put it in the PATH or say CHAINC='
(cd other && PKG_CONFIG_PATH= ../autotools/configure CHAINC="$INSTALLED/bin/chainc") >log 2>&1 && fail "configure without libchain"
shows log 'libchain is not found; set PKG_CONFIG_PATH'
(cd other && PKG_CONFIG_PATH= ../autotools/configure CHAIN_CFLAGS="-I$INSTALLED/include" CHAIN_LIBS="-L$INSTALLED/lib -lchain") >log 2>&1 || fail "$(cat log)"
sed 's/CHAIN_PROG_CHAINC(\[0.1\])/CHAIN_PROG_CHAINC([77.0])/' autotools/configure.ac >t && mv t autotools/configure.ac
(cd autotools && autoconf && cd ../other && ../autotools/configure) >log 2>&1 && fail "configure with too old a chainc"
shows log "chainc $version is older than 77.0"
exit 0
