#include "dump_promises.h"

#include <chain_sim.h>

#define MS INT64_C(1000000)

CHAIN_SIM_OPERATION(fetch, (int)value, EIO)
CHAIN_SIM_VOID_OPERATION(stops_late, EIO)

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

void stops_late_start(struct stops_late *op, int key)
{
    (void)key;
    chain_sim_start(op, &stops_late_operation);
}

void stops_late_cancel(struct stops_late *op)
{
    chain_sim_cancel(op);
}

static void print(void *data, const char *text)
{
    (void)data;
    printf("  %s\n", text);
}

static void show(const char *what)
{
    printf("%s:\n", what);
    chain_loop_dump(chain_sim_loop(sim), print, NULL);
}

#define SHOW(NAME)                                       \
    do {                                                 \
        static struct NAME u;                            \
        NAME##_run(&u, chain_sim_loop(sim), 7);          \
        for (int i = 0; i < 8; i++)                      \
            chain_loop_turn(chain_sim_loop(sim), false); \
        show(#NAME);                                     \
        NAME##_cancel(&u);                               \
        show(#NAME ", cancelled");                       \
        chain_sim_run(sim);                              \
        show(#NAME ", at its end");                      \
    } while (0)

int main(void)
{
    struct chain_sim_plan never = { .after = CHAIN_SIM_NEVER, .slow = 7 * MS };

    chain_sim_open(&sim, &(struct chain_sim_options){ .seed = 1 });
    for (unsigned i = 1; i < 20; i++) {
        chain_sim_script(sim, "fetch", i, &never);
        chain_sim_script(sim, "stops_late", i, &never);
    }
    SHOW(outer);
    SHOW(apart);
    return chain_sim_close(sim, NULL) ? 0 : 1;
}
