#!/bin/sh
# Generated code and the runtime compile without a warning as every standard of C from C11 on, their headers as every one of
# C++ from C++11 on.
. "$TOP/tests/scripts/lib"
need gcc clang g++ clang++
[ -z "$SANITIZE" ] || skip "the plain build has seen it"

strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -fsyntax-only"
for name in all_mixed blocking calls finally_jumps values; do
    expect 0 "$CHAINC" "$TOP/tests/emit/$name.chain" -o "$name.c"
    echo "#include \"$name.h\""
done >all.cc
includes="-I. -I$TOP/tests/emit -I$TOP/runtime/include -I$BUILD/include"
# The headers of other loops, for the adapters: their warnings are not ours.
[ ! -e /usr/include/glib-2.0 ] || includes="$includes $(pkg-config --cflags glib-2.0 | sed 's/-I/-isystem /g')"
for header in "$TOP"/runtime/include/*.h "$TOP"/runtime/include/chain/private/*.h; do
    # shellcheck disable=SC2086 # flags
    foreign=$(sed -n 's/^#include <\([^>]*\)>$/\1/p' "$header" | while read -r name; do
        echo "#include <$name>" | g++ $includes -fsyntax-only -xc++ - 2>/dev/null || echo "$name"
    done)
    [ -n "$foreign" ] || echo "#include \"${header#"$TOP"/runtime/include/}\""
done >>all.cc
for std in c11 c17 c2x; do
    for compiler in gcc clang; do
        # shellcheck disable=SC2086 # flags
        expect 0 $compiler -std=$std $strict $includes ./*.c "$TOP"/runtime/core/*.c "$TOP"/runtime/threads/*.c "$TOP"/runtime/backends/*.c "$TOP"/runtime/ops/*.c
    done
done
for std in c++11 c++14 c++17 c++20; do
    for compiler in g++ clang++; do
        # shellcheck disable=SC2086 # flags
        expect 0 $compiler -std=$std $strict $includes all.cc
    done
done
exit 0
