/* time.c - see chain_time.h. */
#define _POSIX_C_SOURCE 200809L
#include "chain_time.h"

#include <time.h>

uint64_t time_now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t time_now_ms(void)
{
    return time_now_ns() / 1000000u;
}

int64_t time_unix_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
