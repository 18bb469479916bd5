/* ends.h - the signals that end a program, for those who have something to clean up before. */
#ifndef ENDS_H
#define ENDS_H

#include <signal.h>

enum { ENDS = 8 };

struct ends {
    struct sigaction before[ENDS];
};

/* From now on the handler gets the signals that would end the program. What is ignored stays
 * ignored. */
void ends_catch(struct ends *ends, void (*handler)(int number));

/* As before ends_catch(). */
void ends_release(const struct ends *ends);

/* Holds these signals back until ends_unblock(). */
void ends_block(sigset_t *before);
void ends_unblock(const sigset_t *before);

/* To be called by a handler when all is clean: the signal ends the program when the handler
 * returns. */
void ends_now(int number);

#endif
