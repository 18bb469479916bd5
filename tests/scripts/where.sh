#!/bin/sh
# README's table of where it works names each row of tests/ports/run, and only those.
. "$TOP/tests/scripts/lib"

sed -n 's/^row \([a-z0-9]*\) .*/\1/p' "$TOP/tests/ports/run" | sort >rows
sed -n 's/^|.*`tests\/ports\/run \([a-z0-9 ]*\)` |$/\1/p' "$TOP/README.md" | tr ' ' '\n' | sort >named
[ -s rows ] || fail "tests/ports/run has no rows"
diff named rows || fail "README and tests/ports/run differ"
