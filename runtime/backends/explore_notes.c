/* explore_notes.c - what has been noted of a run: its starts, and what is wrong with it. */
#include "explore.h"

#include "chain/private/gen.h"
#include "chain_sim.h"

#include <stdarg.h>
#include <stdio.h>

void explore__complain(struct explore_run *run, const char *format, ...)
{
    va_list arguments;

    if (run->complaint[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(run->complaint, sizeof run->complaint, format, arguments);
    va_end(arguments);
}

struct explore_start *explore__start(struct explore_run *run, uint64_t number)
{
    for (unsigned i = run->count; i-- > 0;)
        if (run->starts[i].number == number)
            return &run->starts[i];
    return NULL;
}

const struct explore_start *explore__start_of(struct explore *e, struct chain_deferred end)
{
    return explore__start(&e->run, chain__trace_number(chain_sim_loop(e->sim), end.tag));
}
