#!/bin/sh
# Some random programs, always the same ones; `make fuzz` runs 10000. Under the sanitizers gcc compiles them: 12 take as long as 1000
# do otherwise.
. "$TOP/tests/scripts/lib"

if [ -n "$SANITIZE" ]; then
    "$TOP/tests/fuzz/fuzz.py" --build "$BUILD" --work "$TMPDIR" --cc gcc --count 12 --batch 6 --jobs 2 || fail "see above"
    exit 0
fi
command -v tcc >/dev/null || skip "no tcc"
"$TOP/tests/fuzz/fuzz.py" --build "$BUILD" --work "$TMPDIR" --count 300 --jobs 1 || fail "see above"
# What gcc makes of them with all its warnings, and with strands that jump to each other.
"$TOP/tests/fuzz/fuzz.py" --build "$BUILD" --work "$TMPDIR" --cc gcc --count 8 --batch 8 --jobs 1 || fail "see above"
# What has run once does not run again.
soak() { "$TOP/tests/fuzz/fuzz.py" --build "$BUILD" --work "$TMPDIR/soak" --batch 10 --jobs 1 --seed 7000 --resume "$@" >out || fail "$(cat out)"; }
soak --count 15
soak --count 15
shows out '^goes on at seed 7020, after (1[5-9]|20) programs$'
soak --count 25
shows out '^(2[5-9]|30) passed, 0 failed$'
exit 0
