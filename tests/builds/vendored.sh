#!/bin/sh
# The runtime as two files is all that generated code needs, as strict C and C++, on a hosted system and without one.
. "$TOP/tests/builds/lib"
strict="-Wall -Wextra -Wpedantic -Werror"

mkdir alone
cd alone || exit 1
cat >../all.chain <<'END'
#include <stdio.h>
import "net.chain";
import "time.chain";
sync int printf(const char *format, ...);

chain size_t talk(tcp_conn conn)
{
    var char buffer[16];
    all (tcp_write(conn, "hello", 5), tcp_read(conn, buffer, sizeof buffer) as n)
    then (n)
}

chain int main(void)
{
    time_now_ns() as begin
    then tcp_listen("127.0.0.1", 0) as listener
    then tcp_port(listener) as port
    then all ({ tcp_accept(listener) as a then talk(a) } as m, { tcp_connect("127.0.0.1", (uint16_t)port) as b then talk(b) } as n)
    then tcp_close(listener)
    then printf("%d bytes, %d\n", (int)(m + n), time_now_ns() >= begin)
    then (0)
}
END
expect 0 chainc --emit-runtime=.
expect 0 chainc --vendor ../all.chain -o all.c
rm out err
[ "$(ls | tr '\n' ' ')" = "all.c all.h chain.c chain.h " ] || fail "$(ls)"
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for standard in c11 gnu17 c2x; do
        # shellcheck disable=SC2086 # several words
        $compiler -std=$standard $strict -O2 all.c chain.c -o all || fail "$compiler -std=$standard"
    done
    [ "$(./all)" = "10 bytes, 1" ] || fail "it printed: $(./all)"
    $compiler -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror -O2 -c chain.c || fail "$compiler, stricter"
    $compiler -std=c11 $strict -ffreestanding -c chain.c -o core.o || fail "$compiler -ffreestanding"
done
nm core.o | grep -q ' U socket' && fail "the core alone asks for a system"
nm -u core.o | awk '{ print $NF }' | grep -Evx 'mem(cpy|set|move|cmp)|_GLOBAL_OFFSET_TABLE_|__(start|stop)_chain_codes|__stack_chk_fail' && fail "the core asks for something"
for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    printf '#include "chain.h"\n#include "all.h"\n' >host.cc
    $compiler -std=c++17 $strict -fsyntax-only host.cc || fail "$compiler"
done

# What is in them is what is in the sources: made again, they are the same; nothing global is missing.
copy_build ../build
rm ../build/share/chain/runtime/*
make -s --no-print-directory -C "$TOP" BUILD="$TMPDIR/build" "$TMPDIR/build/share/chain/runtime/chain.c" "$TMPDIR/build/share/chain/runtime/chain.h" >log 2>&1 || fail "$(cat log)"
cmp chain.c "$TMPDIR/build/share/chain/runtime/chain.c" && cmp chain.h "$TMPDIR/build/share/chain/runtime/chain.h" || fail "made again, they differ"
gcc -c chain.c
nm -g --defined-only chain.o | awk '{ print $3 }' | sort >ours
nm -g --defined-only "$INSTALLED/lib/libchain.a" | awk 'NF == 3 { print $3 }' | sort >theirs
cmp ours theirs || fail "$(diff ours theirs)"

# Into a folder that is made; --if-changed; where one cannot write.
mkdir sub
expect 0 chainc --emit-runtime=sub/made --if-changed
touch -d 2001-01-01 sub/made/chain.c
expect 0 chainc --emit-runtime=sub/made --if-changed
[ "$(date -r sub/made/chain.c +%Y)" = 2001 ] || fail "--if-changed has written"
: >file
expect 2 chainc --emit-runtime=file
shows err '^chainc: file/chain\.[ch]: error: cannot write: Not a directory$'
expect 2 env CHAINC_DATADIR=/nowhere chainc --emit-runtime=sub/other
shows err '^chainc: /nowhere/runtime/chain\.h: error: cannot read: No such file or directory$'
exit 0
