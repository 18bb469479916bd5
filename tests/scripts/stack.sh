#!/bin/sh
# Rule 13 at every level of optimization, on a stack of 128 KB: without sibling calls, too, nothing may grow.
. "$TOP/tests/scripts/lib"
[ -z "$SANITIZE" ] || skip "sanitizers have stacks of their own"

for name in world rule_13_constant_stack; do
    expect 0 "$CHAINC" "$TOP/tests/rules/$name.chain" -o "$name.c"
done
for level in -O0 -O1 -Os -O3; do
    expect 0 $CC -std=gnu11 $level -pthread -I. -I"$TOP/tests/rules" -I"$TOP/runtime/include" -I"$TOP/runtime/core" \
        rule_13_constant_stack.c world.c "$TOP/tests/rules/world.c" "$TOP"/runtime/core/*.c -o program
    (ulimit -s 128 && ./program) >printed || fail "$level: status $?"
    diff "$TOP/tests/rules/rule_13_constant_stack.out" printed >difference || fail "$level: $(cat difference)"
done
exit 0
