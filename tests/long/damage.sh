#!/bin/sh
# A sample of `make damage`, always the same: an error is reported within a line of the damage, and gcc refuses nothing in generated text.
. "$TOP/tests/scripts/lib"

if [ -n "$SANITIZE" ]; then
    set -- --sample 1000 --c-sample 0
else
    set -- --sample 2500 --c-sample 60
fi
"$PYTHON" "$TOP/tests/damage/damage.py" --build "$BUILD" --work "$TMPDIR" --jobs 2 "$@" >out 2>&1 || fail "$(head -c 3000 out)"
cat out
