#!/bin/sh
# The benchmarks build and run, and every variant of a workload comes to the same checksum. Nothing is said about time.
. "$TOP/tests/scripts/lib"
[ -z "$SANITIZE" ] || skip "the benchmarks are built without sanitizers"

expect 0 "$PYTHON" "$TOP/bench/run" --build "$BUILD" --out bench --smoke

"$PYTHON" "$TOP/bench/hosts.py" --build "$BUILD" --out bench --smoke >hosts.out 2>&1
status=$?
[ $status = 0 ] || [ $status = 77 ] || fail "bench/hosts.py: status $status: $(cat hosts.out)"
