/* chain_time.h - the plain C functions of time.chain. All may be called on any
 * thread. They neither block nor fail, and a cancel does not concern them. */
#ifndef CHAIN_TIME_H
#define CHAIN_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The monotonic clock, in ns or ms since some moment in the past:
 * clock_gettime(2), CLOCK_MONOTONIC. */
uint64_t time_now_ns(void);
uint64_t time_now_ms(void);

/* The system's clock, in ms since 1970-01-01 UTC, without leap seconds; it may
 * jump: CLOCK_REALTIME. */
int64_t time_unix_ms(void);

#ifdef __cplusplus
}
#endif

#endif
