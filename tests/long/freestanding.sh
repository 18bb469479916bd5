#!/bin/sh
# The core asks nothing of a system: no header of a C library, no function but those a C compiler itself calls.
. "$TOP/tests/scripts/lib"
need nm
ls "$TOP"/runtime/core/*.c >/dev/null 2>&1 || skip "there is no core"

# core NAME FLAG…: the core as one object, NAME.o, compiled without any headers but the compiler's own; its undefined symbols
# are in NAME.undefined.
core()
{
    name=$1
    shift
    mkdir -p "$name"
    own=$($CC -print-file-name=include)
    [ -d "$own" ] || own=$($CC -print-resource-dir)/include # clang
    for file in "$TOP"/runtime/core/*.c; do
        expect 0 $CC -std=c11 -O2 -ffreestanding -fno-stack-protector -Wall -Wextra -Werror -nostdinc -isystem "$own" \
            -I"$TOP/runtime/include" "$@" -c "$file" -o "$name/$(basename "$file" .c).o"
    done
    expect 0 $CC -nostdlib -r "$name"/*.o -o "$name.o"
    nm -u "$name.o" | awk '{ print $NF }' | grep -Evx 'memcpy|memset|memmove|memcmp|_GLOBAL_OFFSET_TABLE_|__(start|stop)_chain_codes' >"$name.undefined"
}

core atomic
empty atomic.undefined
core traced -DCHAIN_TRACE
empty traced.undefined
nm atomic.o | awk '{ print $NF }' >names
shows names '^chain_loop_init$'

# What is visible outside begins with chain_.
nm -g --defined-only atomic.o | awk '{ print $NF }' | grep -v '^chain_' >foreign
empty foreign

# Without atomic instructions it asks for the two functions of a port.
core critical -DCHAIN_CRITICAL=1
sort critical.undefined | tr '\n' ' ' >asked
printf 'chain_port_enter chain_port_leave ' >two
cmp -s asked two || fail "undefined: $(cat asked)"
