#!/bin/sh
# The runtime as two files compiles, hosted and not, and defines what the library does. tests/builds/vendored.sh looks closer.
. "$TOP/tests/scripts/lib"
need nm
[ -z "$SANITIZE" ] || skip "a plain build is enough"

"$CHAINC" --emit-runtime=. || fail "chainc --emit-runtime"
expect 0 $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -O0 -c chain.c
expect 0 $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -ffreestanding -fsyntax-only chain.c
nm -g --defined-only chain.o | awk '{ print $3 }' | sort >ours
nm -g --defined-only "$BUILD/lib/libchain.a" | awk 'NF == 3 { print $3 }' | sort >theirs
cmp ours theirs || fail "$(diff ours theirs)"
printf '#include "chain.h"\n' >host.cc
g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only host.cc || fail "chain.h as C++"
exit 0
