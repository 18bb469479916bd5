#!/bin/sh
# A sample of what tests/fuzzers/accepted.py looks at, always the same: of what chainc accepts, gcc refuses nothing in generated text.
. "$TOP/tests/scripts/lib"

[ -z "$SANITIZE" ] || skip "the fuzz targets run with sanitizers; this is about gcc"
need gcc
"$PYTHON" "$TOP/tests/fuzzers/accepted.py" --build "$BUILD" --work "$TMPDIR/work" --jobs 2 --sources 60 --count 260 >out 2>&1 ||
    fail "$(head -c 3000 out)"
cat out
