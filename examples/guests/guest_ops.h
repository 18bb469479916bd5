/* guest_ops.h - the chains of guest.chain, as a host starts them. */
#ifndef GUEST_OPS_H
#define GUEST_OPS_H

#include <chain_reactor.h>

/* Runs two chains on the loop. When the first one has ended a thread cancels
 * the second one. When both have ended, and a third one that the host's timer
 * has run, `ended` is called with the number of those that went wrong. Returns
 * 0, or 1 after a message. */
int guest_begin(struct chain_loop *loop, void (*ended)(int wrong));

/* To be called by a timer of the host every millisecond. The first time it runs
 * the third chain. */
void guest_tick(void);

#endif
