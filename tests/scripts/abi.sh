#!/bin/sh
# Output for one libchain does not compile with another, in C and in C++; the number is the same wherever it stands.
. "$TOP/tests/scripts/lib"

sample >sample.chain
expect 0 "$CHAINC" sample.chain -o sample.c
abi=$(sed -n 's/^#define CHAIN_ABI \([0-9]*\)$/\1/p' "$BUILD/include/chain.h")
grep -Fqx " (symver)CHAIN_ABI_$abi $("$CHAINC" --dumpversion)" "$TOP/debian/libchain0.symbols" || fail "debian/libchain0.symbols is not for ABI $abi:
$(cat "$TOP/debian/libchain0.symbols")"
grep -q "^#if CHAIN_ABI != $abi\$" sample.h || fail "the output is for: $(grep CHAIN_ABI sample.h); the runtime is $abi"

cp -r "$BUILD/include" other
sed "s/^#define CHAIN_ABI .*/#define CHAIN_ABI $((abi + 1))/" "$BUILD/include/chain.h" >other/chain.h
expect 0 $CC -std=c11 -I"$BUILD/include" -fsyntax-only sample.c
expect 1 $CC -std=c11 -Iother -fsyntax-only sample.c
shows err 'error: #error "this file was generated for another version of libchain: run chainc again"'

# A header may be included twice, and has a guard whatever its name.
sample | sed s/sample/other/ >'2nd-ö.chain'
expect 0 "$CHAINC" '2nd-ö.chain' -o '2nd-ö.c'
printf '#include "sample.h"\n#include "2nd-ö.h"\n#include "sample.h"\n#include "2nd-ö.h"\n' >twice.c
expect 0 $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$BUILD/include" -fsyntax-only twice.c
cp twice.c twice.cc
expect 0 g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -I"$BUILD/include" -fsyntax-only twice.cc
exit 0
