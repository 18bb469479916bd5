#!/bin/sh
# Some of the allocations and system calls of libchain fail, in some programs; `make faults` takes all in all examples.
. "$TOP/tests/scripts/lib"

[ -z "$SANITIZE" ] || skip "the sanitizers have allocators of their own"
ldd --version 2>&1 | grep -Eq 'GLIBC|GNU libc' || skip "runtime.c is for glibc"
"$PYTHON" "$TOP/tests/faults/runtime.py" --seconds 6 --build "$BUILD" \
    faults/everything 01_steps_in_a_row 13_promises_with_threads keepalive echo exec/spawns || fail "see above"
