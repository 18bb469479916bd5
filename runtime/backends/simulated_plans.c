/* simulated_plans.c - the plan of each use of an operation: drawn from the
 * seed, or scripted; then `decide` may change it. */
#include "simulated.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_LATENCY INT64_C(10000000)

/* ---- the seed ------------------------------------------------------------ */

/* splitmix64: any seed will do. */
uint64_t simulated__bits(struct chain_sim *sim)
{
    uint64_t x = sim->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t chain_sim_random(struct chain_sim *sim, uint64_t bound)
{
    return simulated__bits(sim) % bound;
}

bool simulated__happens(struct chain_sim *sim, unsigned percent)
{
    return percent != 0 && chain_sim_random(sim, 100) < percent;
}

static int64_t some_time(struct chain_sim *sim)
{
    int64_t most = sim->options.odds.latency > 0 ? sim->options.odds.latency : DEFAULT_LATENCY;

    return 1 + (int64_t)chain_sim_random(sim, (uint64_t)most);
}

static int some_code(struct chain_sim *sim, const int *codes)
{
    unsigned count = 0;

    while (codes != NULL && codes[count] != 0)
        count++;
    return count == 0 ? 0 : codes[chain_sim_random(sim, count)];
}

/* ---- plans --------------------------------------------------------------- */

static void draw_plan(struct chain_sim *sim, const struct chain_sim_operation *operation,
                      struct chain_sim_plan *plan)
{
    const struct chain_sim_odds *odds = &sim->options.odds;

    memset(plan, 0, sizeof *plan);
    plan->after = simulated__happens(sim, odds->at_once) ? 0 : some_time(sim);
    if (simulated__happens(sim, odds->rejects))
        plan->code = some_code(sim, operation->codes);
    if (simulated__happens(sim, odds->never))
        plan->after = CHAIN_SIM_NEVER;
    plan->faults = (simulated__happens(sim, odds->twice) ? CHAIN_SIM_TWICE : 0u)
                   | (simulated__happens(sim, odds->again) ? CHAIN_SIM_AGAIN : 0u)
                   | (simulated__happens(sim, odds->argues) ? CHAIN_SIM_ARGUES : 0u);
    plan->slow = simulated__happens(sim, odds->slow) ? some_time(sim) : 0;
    plan->again = some_time(sim);
    plan->value = (intptr_t)chain_sim_random(sim, 100);
}

static uint64_t *uses_of(struct chain_sim *sim, const char *name)
{
    for (unsigned i = 0; i < sim->use_count; i++)
        if (strcmp(sim->uses[i].name, name) == 0)
            return &sim->uses[i].count;
    if (sim->use_count == sim->options.capacity)
        return NULL;
    sim->uses[sim->use_count].name = name;
    sim->uses[sim->use_count].count = 0;
    return &sim->uses[sim->use_count++].count;
}

static const struct chain_sim_plan *script_for(const struct chain_sim *sim, const char *name,
                                               uint64_t occurrence)
{
    const struct chain_sim_plan *found = NULL;

    for (unsigned i = sim->script_count; i-- > 0;) {
        const struct script *script = &sim->scripts[i];
        if (strcmp(script->name, name) != 0)
            continue;
        if (script->occurrence == occurrence)
            return &script->plan;
        if (script->occurrence == 0 && found == NULL)
            found = &script->plan;
    }
    return found;
}

bool simulated__plan(struct chain_sim *sim, const struct chain_sim_operation *operation,
                     struct chain_sim_plan *plan)
{
    const struct chain_sim_plan *scripted;
    uint64_t *uses = uses_of(sim, operation->name);

    if (uses == NULL)
        return false;
    scripted = script_for(sim, operation->name, ++*uses);
    if (scripted != NULL)
        *plan = *scripted;
    else
        draw_plan(sim, operation, plan);
    if (sim->options.decide != NULL)
        sim->options.decide(sim, operation, *uses, plan);
    return true;
}

int chain_sim_script(struct chain_sim *sim, const char *name, uint64_t occurrence,
                     const struct chain_sim_plan *plan)
{
    struct script *script = &sim->scripts[sim->script_count];

    if (sim->script_count == sim->options.capacity)
        return ENOMEM;
    script->name = name;
    script->occurrence = occurrence;
    script->plan = *plan;
    sim->script_count++;
    return 0;
}
