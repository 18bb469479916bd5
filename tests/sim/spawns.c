#include "spawns.h"

#include <chain_sim.h>

#define MS INT64_C(1000000)

CHAIN_SIM_OPERATION(fetch, (int)value, EIO)

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

int main(void)
{
    static struct tour u;
    struct chain_sim_options options = { .trace = stdout };
    struct chain_sim_plan value = { .value = 7, .after = 2 * MS },
                          rejection = { .code = EIO, .after = 3 * MS };
    struct chain_sim *sim;

    if (chain_sim_open(&sim, &options) != 0)
        return 2;
    chain_sim_script(sim, "fetch", 1, &value);
    chain_sim_script(sim, "fetch", 2, &rejection);
    value.after = CHAIN_SIM_NEVER;
    chain_sim_script(sim, "fetch", 3, &value);
    tour_run(&u, chain_sim_loop(sim), 3);
    chain_sim_run(sim);
    printf("outcome %d, %d\n", (int)chain_root_outcome(&u.root),
           chain_root_rejection(&u.root).code == ETIMEDOUT);
    return chain_sim_close(sim, NULL) ? 0 : 1;
}
