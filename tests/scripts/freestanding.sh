#!/bin/sh
# The core asks nothing of a system: no header of one, no function but those a C compiler itself calls.
. "$TOP/tests/scripts/lib"
need nm
ls "$TOP"/runtime/core/*.c >/dev/null 2>&1 || skip "there is no core"

for file in "$TOP"/runtime/core/*.c; do
    expect 0 $CC -std=c11 -O2 -ffreestanding -fno-stack-protector -Wall -Wextra -Werror -I"$TOP/runtime/include" -c "$file" -o "$(basename "$file" .c).o"
done
expect 0 $CC -nostdlib -r ./*.o -o core.o
nm -u core.o | awk '{ print $NF }' | grep -Evx 'memcpy|memset|memmove|memcmp|_GLOBAL_OFFSET_TABLE_' >undefined
empty undefined
nm core.o | awk '{ print $NF }' >names
shows names '^chain_loop_init$'

# What is visible outside begins with chain_.
nm -g --defined-only core.o | awk '{ print $NF }' | grep -v '^chain_' >foreign
empty foreign
exit 0
