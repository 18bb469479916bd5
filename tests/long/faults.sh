#!/bin/sh
# Some of the system calls and allocations of chainc fail, and signals come before some; `make faults` takes them all.
. "$TOP/tests/scripts/lib"

[ -z "$SANITIZE" ] || skip "the sanitizers have allocators and checks of leaks of their own"
need nm
ldd --version 2>&1 | grep -Eq 'GLIBC|GNU libc' || skip "faults.c is for glibc"
"$PYTHON" "$TOP/tests/faults/faults.py" --short --build "$BUILD" --work "$TMPDIR" --jobs 2 || fail "see above"
