/* Every seed is run twice: what is printed, that is the trace and the report,
 * is the same to the byte. What is wrong in a run is printed with its seed;
 * nothing may be left at the end of any. */
#include "replay.h"

#include <chain_sim.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 6, SEEDS = 200 };

CHAIN_SIM_OPERATION(fetch, (int)value, EIO, EAGAIN)
CHAIN_SIM_OPERATION(stubborn, (int)value, EIO)
CHAIN_SIM_POSTED_OPERATION(posted_fetch, (int)value, EIO)
CHAIN_SIM_VOID_OPERATION(give_back, EIO)

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

void stubborn_start(struct stubborn *op, int key)
{
    (void)key;
    chain_sim_start(op, &stubborn_operation);
}

void posted_fetch_start(struct posted_fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &posted_fetch_operation);
}

void posted_fetch_cancel(struct posted_fetch *op)
{
    chain_sim_cancel(op);
}

void give_back_start(struct give_back *op, int value)
{
    (void)value;
    chain_sim_start(op, &give_back_operation);
}

void give_back_cancel(struct give_back *op)
{
    chain_sim_cancel(op);
}

static bool run(uint64_t seed, char *trace, size_t size)
{
    static struct work u;
    static int sums[ITEMS];
    struct chain_sim_options options = {
        .seed = seed,
        .odds = { .at_once = 20,
                  .rejects = 20,
                  .never = 5,
                  .twice = 10,
                  .again = 10,
                  .argues = 10,
                  .slow = 20,
                  .early = 20 },
        .trace = fmemopen(trace, size, "w"),
    };
    struct chain_sim_plan gives = { .after = 1000000 };
    struct chain_sim_report report;
    struct chain_sim *sim;
    enum chain_sim_end end;
    char text[200];
    bool well;

    if (options.trace == NULL || chain_sim_open(&sim, &options) != 0)
        abort();
    chain_sim_script(sim, "give_back", 0, &gives);
    /* what never settles and cannot be cancelled is awaited for ever */
    chain_sim_script(sim, "stubborn", 0, &gives);
    memset(&u, 0, sizeof u);
    work_run(&u, chain_sim_loop(sim), sums, ITEMS);
    if (seed % 2 == 1)
        chain_sim_cancel_after(sim, &u.root, (int64_t)chain_sim_random(sim, 20000000));
    chain_sim_cancel_after(sim, &u.root, 60000000000);
    end = chain_sim_run(sim);
    well = chain_sim_close(sim, &report);
    fprintf(options.trace, "%d starts, %d values, %d rejections, %d cancelled, %d late %s\n",
            (int)report.starts, (int)report.values, (int)report.rejections, (int)report.cancelled,
            (int)report.late, chain_sim_complaint(&report, text, sizeof text));
    if (ftell(options.trace) + 1 >= (long)size)
        abort();
    fclose(options.trace);
    return well && end == CHAIN_SIM_QUIET && report.late == report.planned_late;
}

int main(void)
{
    static char first[200000], again[sizeof first], before[sizeof first];
    unsigned different = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        if (!run(seed, first, sizeof first) || !run(seed, again, sizeof again))
            printf("seed %d is not well: %s\n", (int)seed, strrchr(first, '#'));
        if (strcmp(first, again) != 0)
            printf("seed %d does not replay\n", (int)seed);
        different += strcmp(first, before) != 0;
        memcpy(before, first, sizeof before);
    }
    printf("%u different runs\n", different);
    return 0;
}
