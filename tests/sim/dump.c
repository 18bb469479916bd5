#include "dump.h"

#include <chain_sim.h>
#include <string.h>

#define MS INT64_C(1000000)

CHAIN_SIM_OPERATION(fetch, (int)value, EIO)
CHAIN_SIM_OPERATION(next_key, (int)value, CHAIN_EEND)

static struct chain_sim *sim;

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

void next_key_start(struct next_key *op)
{
    chain_sim_start(op, &next_key_operation);
}

void next_key_cancel(struct next_key *op)
{
    chain_sim_cancel(op);
}

static void print(void *lines, const char *text)
{
    ++*(unsigned *)lines;
    printf("  %s\n", text);
}

static unsigned show(const char *what)
{
    unsigned lines = 0;

    printf("%s:\n", what);
    chain_loop_dump(chain_sim_loop(sim), print, &lines);
    return lines;
}

void here(const char *where)
{
    show(where);
}

/* Runs a chain, shows it before it begins, while it waits and when it was asked to stop. */
#define SHOW(NAME, ...)                                   \
    do {                                                  \
        static struct NAME u;                             \
        NAME##_run(&u, chain_sim_loop(sim), __VA_ARGS__); \
        show(#NAME ", queued");                           \
        for (int i = 0; i < 8; i++)                       \
            chain_loop_turn(chain_sim_loop(sim), false);  \
        show(#NAME);                                      \
        NAME##_cancel(&u);                                \
        show(#NAME ", cancelled");                        \
        chain_sim_run(sim);                               \
    } while (0)

static void open_simulation(struct chain_sim_plan usual)
{
    chain_sim_open(&sim, &(struct chain_sim_options){ .seed = 1 });
    for (unsigned i = 1; i < 60; i++)
        chain_sim_script(sim, "fetch", i, &usual);
    chain_sim_script(sim, "next_key", 1, &(struct chain_sim_plan){ .value = 5 });
    chain_sim_script(sim, "next_key", 2,
                     &(struct chain_sim_plan){ .value = 5, .after = CHAIN_SIM_NEVER });
}

int main(void)
{
    static struct running running;
    struct chain_sim_plan never = { .after = CHAIN_SIM_NEVER, .slow = 7 * MS };

    open_simulation(never);
    show("nothing");
    SHOW(outer, 7);
    SHOW(winter, 1);
    SHOW(hearth, 1);
    SHOW(owner, 1);
    SHOW(nest, 26);
    SHOW(items, 7);
    SHOW(pulled, 7);
    SHOW(patient, 7);
    SHOW(patient_block, 7);
    SHOW(settled, 7);
    SHOW(raced, 7);
    SHOW(slow_finally, 7);
    running_run(&running, chain_sim_loop(sim));
    chain_sim_run(sim);
    show("nothing again");
    chain_sim_close(sim, NULL);
    open_simulation((struct chain_sim_plan){ .code = EIO });
    SHOW(attempts, 7);
    return chain_sim_close(sim, NULL) ? 0 : 1;
}
