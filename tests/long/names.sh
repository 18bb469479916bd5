#!/bin/sh
# A sample of `make names`, always the same: names that C, C++, libraries or generated code have, in every place of the language.
. "$TOP/tests/scripts/lib"

[ -z "$SANITIZE" ] || skip "the plain build has seen it"
need gcc clang g++ clang++
"$PYTHON" "$TOP/tests/names/names.py" --build "$BUILD" --short >out 2>&1 || fail "$(head -c 4000 out)"
tail -n 1 out
