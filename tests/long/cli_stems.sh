#!/bin/sh
# Names that are made from the file's: whatever the file is called, they are words of C and C++ that nobody else has.
. "$TOP/tests/scripts/lib"

source='async int later(int value);
codes { EARLY "too early" }
static chain int twice(int value) { later(value) then later(it) }
chain int thrice(int value) { twice(value) then later(it) catch (0) }
'
count=0
for name in _ __ ___ _a _A __a __A _a_A A a _9 9 9lives 07-three a-b "a b" + = '#' '%' 'a%sb' ä '<' '<>' '<stdin>' '>' stdin stdin_ chain \
    chain_ chain__x chain_loop CHAIN CHAIN_OK _chain int class EOF NULL errno main linux unix asm this bool _Bool __LINE__ later twice; do
    printf %s "$source" >"$name.chain"
    rm -f out.c out.h
    timeout 20 "$CHAINC" "./$name.chain" -o out.c --header=out.h >err 2>&1
    status=$?
    case $status in
    0) $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$BUILD/include" -c out.c -o out.o >err 2>&1 || fail "$name.chain: $(cat err)" ;;
    1) shows err 'rename the file' ;;
    *) fail "$name.chain: status $status, $(cat err)" ;;
    esac
    count=$((count + 1))
done
printf %s "$source" | timeout 20 "$CHAINC" - -o out.c --header=out.h || fail "standard input"
$CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$BUILD/include" -c out.c -o out.o || fail "standard input in C"
shows out.h 'struct stdin_twice'
echo "$count names of files"
