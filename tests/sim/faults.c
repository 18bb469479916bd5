#include "faults.h"

#include <chain_sim.h>

#define MS INT64_C(1000000)

CHAIN_SIM_OPERATION(fetch, (int)value, EIO)
CHAIN_SIM_VOID_OPERATION(store, EIO)
CHAIN_SIM_OPERATION(stubborn, (int)value, 0)

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

void store_start(struct store *op, int value)
{
    (void)value;
    chain_sim_start(op, &store_operation);
}

void store_cancel(struct store *op)
{
    chain_sim_cancel(op);
}

void stubborn_start(struct stubborn *op, int key)
{
    (void)key;
    chain_sim_start(op, &stubborn_operation);
}

static struct chain_sim *begin(const char *title)
{
    struct chain_sim_options options = { .trace = stdout };
    struct chain_sim_plan plan = { .value = 7, .after = 2 * MS };
    struct chain_sim *sim;

    printf("-- %s\n", title);
    if (chain_sim_open(&sim, &options) != 0)
        return NULL;
    chain_sim_script(sim, "fetch", 0, &plan);
    chain_sim_script(sim, "store", 0, &plan);
    plan.after = 3 * MS;
    chain_sim_script(sim, "stubborn", 0, &plan);
    return sim;
}

static void end(struct chain_sim *sim)
{
    static const char *const ends[] = { "quiet", "stuck", "endless" };
    struct chain_sim_report r;
    enum chain_sim_end how = chain_sim_run(sim);
    char text[200];
    bool well = chain_sim_close(sim, &r);

    printf(
        "%s, %s: %d starts, %d values, %d rejections, %d cancelled, %d late, %d of them planned %s\n",
        ends[how], well ? "well" : "not well", (int)r.starts, (int)r.values, (int)r.rejections,
        (int)r.cancelled, (int)r.late, (int)r.planned_late,
        chain_sim_complaint(&r, text, sizeof text));
}

/* One fault of the first fetch() in a chain. */
#define ONE(title, chain, ...)                                                   \
    do {                                                                         \
        static struct chain u_;                                                  \
        struct chain_sim *sim_ = begin(title);                                   \
        chain_sim_script(sim_, "fetch", 1, &(struct chain_sim_plan)__VA_ARGS__); \
        chain##_run(&u_, chain_sim_loop(sim_), 1);                               \
        end(sim_);                                                               \
    } while (0)

static void cancelled_by_the_host(const char *title, const struct chain_sim_plan *plan)
{
    static struct both u;
    struct chain_sim *sim = begin(title);

    chain_sim_script(sim, "fetch", 1, plan);
    both_run(&u, chain_sim_loop(sim), 1);
    chain_sim_cancel_after(sim, &u.root, MS);
    chain_sim_cancel_after(sim, &u.root, 2 * MS);
    end(sim);
}

static void too_small(void)
{
    static struct both u;
    struct chain_sim_options options = { .trace = stdout, .capacity = 1 };
    struct chain_sim *sim;

    printf("-- no room for what is pending\n");
    if (chain_sim_open(&sim, &options) != 0)
        return;
    both_run(&u, chain_sim_loop(sim), 1);
    end(sim);
}

int main(void)
{
    ONE("a value", both, { .value = 1, .after = MS });
    ONE("at once", both, { .value = 1 });
    ONE("a rejection", both, { .code = EIO, .after = MS });
    ONE("a rejection at once", both, { .code = EIO });
    ONE("settled twice", reused, { .value = 1, .after = MS, .faults = CHAIN_SIM_TWICE });
    ONE("settled late, the memory in use again", reused,
        { .value = 1, .after = MS, .faults = CHAIN_SIM_AGAIN, .again = MS });
    ONE("settled late, the chain has ended", reused,
        { .value = 1, .after = MS, .faults = CHAIN_SIM_AGAIN, .again = 10 * MS });
    ONE("never, a timeout around it", patient, { .after = CHAIN_SIM_NEVER });
    ONE("never, and it acknowledges slowly", patient, { .after = CHAIN_SIM_NEVER, .slow = 5 * MS });
    ONE("never, and it argues", patient,
        { .value = 1, .after = CHAIN_SIM_NEVER, .faults = CHAIN_SIM_ARGUES });
    ONE("as cancelled, though nobody asked", reused, { .code = CHAIN_CODE_CANCELLED, .after = MS });
    ONE("never, nothing around it", reused, { .after = CHAIN_SIM_NEVER });
    cancelled_by_the_host("cancelled by the host", &(struct chain_sim_plan){ .after = 3 * MS });
    cancelled_by_the_host("cancelled by the host, no notice taken",
                          &(struct chain_sim_plan){ .after = 3 * MS, .slow = CHAIN_SIM_NEVER });
    too_small();
    return 0;
}
