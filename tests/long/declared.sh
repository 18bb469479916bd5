#!/bin/sh
# A sample of tests/names/declared.py: names that chainc generates, declared by the C text of the file.
. "$TOP/tests/scripts/lib"

[ -z "$SANITIZE" ] || skip "the plain build has seen it"
need gcc g++
"$PYTHON" "$TOP/tests/names/declared.py" --build "$BUILD" --short >out 2>&1 || fail "$(head -c 4000 out)"
tail -n 1 out
