/* end_signals.h - the signals that end a program, for those who have something
 * to clean up before. */
#ifndef ENDS_H
#define ENDS_H

#include <signal.h>

enum { ENDS = 8 };

struct ends {
    struct sigaction before[ENDS];
};

/* From now on the handler gets the signals that would end the program. What is ignored stays
 * ignored. */
void end_signals_catch(struct ends *ends, void (*handler)(int number));

/* As before ends_catch(). */
void end_signals_release(const struct ends *ends);

/* Holds these signals back until ends_unblock(). */
void end_signals_block(sigset_t *before);
void end_signals_unblock(const sigset_t *before);

/* To be called by a handler when all is clean: the signal ends the program when the handler
 * returns. */
void end_signals_now(int number);

#endif
