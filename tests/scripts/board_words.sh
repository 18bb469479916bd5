#!/bin/sh
# The unit tests of the runtime also run on boards, with a cmocka of ours: it has every word of cmocka's that they use.
. "$TOP/tests/scripts/lib"

find "$TOP/tests/unit" -name '*.c' ! -name 'compiler_*' -exec grep -ohE '\b(assert|cmocka)_[a-z_]+\(|\b(skip|fail|fail_msg|will_return|mock)\(' {} + |
    tr -d '(' | sort -u >used
grep -ohE '^#define [a-z_]+' "$TOP/tests/ports/cmocka.h" "$TOP"/tests/unit/*.[ch] | sed 's/.* //' >has
grep -ohE '^static void assert_[a-z_]+' "$TOP"/tests/unit/*.[ch] | sed 's/.* //' >>has
sort -u has -o has
[ "$(wc -l <used)" -gt 10 ] || fail "the words that are used: $(cat used)"
comm -23 used has >missing
empty missing
