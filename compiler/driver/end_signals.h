/* end_signals.h - the signals that end a program, for callers that have to
 * clean up before. */
#ifndef ENDS_H
#define ENDS_H

#include <signal.h>

enum { ENDS = 8 };

struct ends {
    struct sigaction before[ENDS];
};

/* From now on the handler gets the signals that would end the program. A signal
 * that is ignored stays ignored. */
void end_signals_catch(struct ends *ends, void (*handler)(int number));

/* The signals are handled again as before end_signals_catch(). */
void end_signals_release(const struct ends *ends);

/* Holds these signals back until end_signals_unblock(). */
void end_signals_block(sigset_t *before);
void end_signals_unblock(const sigset_t *before);

/* A handler calls it after it has cleaned up: the signal ends the program when
 * the handler returns. */
void end_signals_now(int number);

#endif
