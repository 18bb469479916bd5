#include "dump_plain.h"

#include <chain_sim.h>

CHAIN_SIM_OPERATION(fetch, (int)value, 0)

void fetch_start(struct fetch *op, int key)
{
    (void)key;
    chain_sim_start(op, &fetch_operation);
}

void fetch_cancel(struct fetch *op)
{
    chain_sim_cancel(op);
}

static void print(void *prefix, const char *text)
{
    printf("%s%s\n", (const char *)prefix, text);
}

static struct chain_strand *ended(struct chain_strand *strand, struct chain_loop *loop)
{
    chain_bare_ended(strand, loop);
    return chain_bare_next(loop);
}

int main(void)
{
    static const struct chain_type type = { .resume = ended };
    static const struct chain_caller caller = { &type, 0 };
    static struct {
        struct chain_strand strand;
        struct tree_frame frame;
        struct tree_branches branches;
    } bare;
    static struct tree rooted;
    static char tree[] = "root: ", alone[] = "bare: ";
    struct chain_sim *sim;
    struct chain_loop *loop;

    chain_sim_open(&sim, &(struct chain_sim_options){ .seed = 1 });
    loop = chain_sim_loop(sim);
    for (unsigned i = 1; i < 5; i++)
        chain_sim_script(sim, "fetch", i, &(struct chain_sim_plan){ .after = CHAIN_SIM_NEVER });
    tree_run(&rooted, loop, 1);
    tree_start(&bare.frame, &bare.branches, 2);
    bare.frame.caller = &caller;
    chain_bare_run(&bare.strand, loop, &tree_type);
    chain_bare_dump(&bare.strand, loop, print, alone);
    for (int i = 0; i < 8; i++)
        chain_loop_turn(loop, false);
    chain_loop_dump(loop, print, tree);
    chain_bare_dump(&bare.strand, loop, print, alone);
    chain_bare_cancel(&bare.strand);
    chain_bare_dump(&bare.strand, loop, print, alone);
    tree_cancel(&rooted);
    chain_sim_run(sim);
    chain_bare_dump(&bare.strand, loop, print, alone); /* it has ended: nothing */
    chain_loop_dump(loop, print, tree);
    return chain_sim_close(sim, NULL) ? 0 : 1;
}
