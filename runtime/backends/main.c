/* main.c - the program around `chain int main(...)`. */
#define _GNU_SOURCE
#include "backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *program, const char *what, int code)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, strerror(code));
    return 1;
}

static int status_of(struct chain_root *root, struct chain_loop *loop, const int *value)
{
    struct chain_error error;

    switch (chain_root_outcome(root)) {
    case CHAIN_OUTCOME_VALUE: return value != NULL ? *value : 0;
    case CHAIN_OUTCOME_REJECTED:
        error = chain_root_rejection(root);
        chain__print_unhandled(loop, &error);
        return 1;
    case CHAIN_OUTCOME_CANCELLED:
    case CHAIN_OUTCOME_PENDING: return 1;
    }
    return 1;
}

/* A traced program is asked from outside: nobody else comes to its loop before it runs. */
static void trace_if_asked(struct chain_loop *loop)
{
#ifdef CHAIN_TRACE
    if (getenv("CHAIN_TRACE") != NULL)
        loop->on_trace = chain_trace_print;
#else
    (void)loop;
#endif
}

int chain__main(struct chain_root *root,
                int (*start)(struct chain_root *root, struct chain_loop *loop, int argc,
                             char **argv),
                int argc, char **argv, const int *value)
{
    const char *program = argc > 0 ? argv[0] : "chain";
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    int status;
    int code = chain_reactor_open(&reactor);

    if (code != 0)
        return fail(program, "cannot open the reactor", code);
    loop = chain_reactor_loop(reactor);
    trace_if_asked(loop);
    code = start(root, loop, argc, argv);
    if (code == 0)
        chain_loop_run(loop);
    status = code == 0 ? status_of(root, loop, value) : fail(program, "cannot start main", code);
    chain_reactor_close(reactor);
    return status;
}
