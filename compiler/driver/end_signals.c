/* end_signals.c - the signals that end a program. */
#define _XOPEN_SOURCE 700
#include "driver/end_signals.h"

#include <stddef.h>

static const int numbers[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGXFSZ
};
_Static_assert(sizeof numbers / sizeof *numbers == ENDS, "end_signals.h says how many");

void end_signals_catch(struct ends *ends, void (*handler)(int number))
{
    struct sigaction catching = { .sa_handler = handler };

    sigemptyset(&catching.sa_mask);
    for (size_t i = 0; i < ENDS; i++)
        sigaddset(&catching.sa_mask, numbers[i]);
    for (size_t i = 0; i < ENDS; i++) {
        sigaction(numbers[i], NULL, &ends->before[i]);
        if (ends->before[i].sa_handler != SIG_IGN)
            sigaction(numbers[i], &catching, NULL);
    }
}

void end_signals_release(const struct ends *ends)
{
    for (size_t i = 0; i < ENDS; i++)
        sigaction(numbers[i], &ends->before[i], NULL);
}

void end_signals_block(sigset_t *before)
{
    sigset_t all;

    sigemptyset(&all);
    for (size_t i = 0; i < ENDS; i++)
        sigaddset(&all, numbers[i]);
    sigprocmask(SIG_BLOCK, &all, before);
}

void end_signals_unblock(const sigset_t *before)
{
    sigprocmask(SIG_SETMASK, before, NULL);
}

void end_signals_now(int number)
{
    const struct sigaction normal = { .sa_handler = SIG_DFL };

    sigaction(number, &normal, NULL);
    raise(number);
}
