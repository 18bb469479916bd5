#!/bin/sh
# The core with a port's critical section instead of atomic instructions, as most firmware has it: threads race for posted
# operations as in unit/post, here with a mutex as the section.
. "$TOP/tests/scripts/lib"

cat >port.c <<'END'
#include <chain.h>
#include <pthread.h>

static pthread_mutex_t mutex;

__attribute__((constructor)) static void make_mutex(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex, &attributes);
}

uintptr_t chain_port_enter(void)
{
    pthread_mutex_lock(&mutex);
    return 1;
}

void chain_port_leave(uintptr_t state)
{
    if (state == 1)
        pthread_mutex_unlock(&mutex);
}
END
# shellcheck disable=SC2086 # flags
compile() { expect 0 $CC -std=gnu11 -Wall -Wextra -Werror $CFLAGS -pthread -DCHAIN_CRITICAL=1 -I"$TOP/runtime/include" "$@"; }

compile -c port.c "$TOP"/runtime/core/*.c "$TOP"/runtime/threads/*.c "$TOP"/runtime/backends/*.c
for test in post loop settle; do
    compile "$TOP/tests/unit/$test.c" ./*.o -lcmocka -o "$test"
    expect 0 "./$test"
done
