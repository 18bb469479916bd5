/* failure_room.c - which variables a failure may overwrite.
 *
 *     a as n then b(n) as m then c(n, m)     ->     union { failure; struct { what is waited for; n; m } }
 *
 * A failure is written when an operation or a step rejects. From then on it is
 * on a path to a handler, a finally, or the end of the chain. A variable that
 * nothing mentions on those paths, and nothing needs after them, may be
 * overwritten. The C compiler knows the sizes: a failure is larger than most
 * operations, and the rest of it overwrites these variables. */
#include "base/arena.h"
#include "base/bits.h"
#include "frame/frame.h"
#include "passes.h"

struct ways {
    const struct liveness *live;
    uint64_t *needed;              /* by variable */
    const struct ir_block **stack; /* blocks to be entered with a failure under way */
    size_t depth;
    bool *entered; /* by block */
};

static void need(void *context, struct variable *variable)
{
    struct ways *ways = context;
    bits_set(ways->needed, variable->index);
}

static void enter(void *context, struct ir_block *block)
{
    struct ways *ways = context;
    if (ways->entered[block->index])
        return;
    ways->entered[block->index] = true;
    ways->stack[ways->depth++] = block;
}

/* Here the failure has been taken out, so what is needed now is needed as in
 * any place. What this block has written itself is not live when it is entered. */
static void stop(struct ways *ways, const struct ir_block *block)
{
    struct ir_variables writes = { NULL, need, ways };

    bits_add(ways->needed, liveness_in(ways->live, block), ways->live->words);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        ir_instr_variables(instr, &writes);
}

/* Goes on only where a rejection leads. No step is begun with one under way. */
static void leave(struct ways *ways, const struct ir_block *block)
{
    if (block->end == IR_CHECK) {
        enter(ways, block->no);
        return;
    }
    ir_end_variables(block, need, ways);
    ir_successors(block, enter, ways);
}

/* From an instruction on, with a failure under way. */
static void follow(struct ways *ways, const struct ir_block *block, const struct ir_instr *instr)
{
    struct ir_variables all = { need, need, ways };

    for (; instr != NULL; instr = instr->next) {
        ir_instr_variables(instr, &all);
        if (ir_is(instr, IR_ENDS_REJECTION)) {
            stop(ways, block);
            return;
        }
    }
    leave(ways, block);
}

static void follow_all(struct ways *ways, const struct ir_block *block)
{
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
        if (!ir_may_raise(instr))
            continue;
        /* which is given something even when it rejects */
        if (instr->kind == IR_DO && instr->variable != NULL)
            need(ways, instr->variable);
        follow(ways, block, instr->next);
    }
    if (block->end == IR_START)
        enter(ways, block->to);
    while (ways->depth > 0) {
        const struct ir_block *next = ways->stack[--ways->depth];
        follow(ways, next, next->instrs);
    }
}

/* Whether what the chain waits for may be smaller than a failure. Branches
 * and promises write into the frame whenever they like; but while the strand waits
 * for branches, there is a decision, too. */
static bool is_worth_it(const struct ir_strand *strand)
{
    unsigned known = 1u << MEMBER_DECISION | 1u << MEMBER_JOIN | 1u << MEMBER_HANDLE;

    if ((strand->members & known) != 0 || strand->promises != NULL)
        return false;
    for (const struct ir_storage *storage = strand->storage; storage != NULL;
         storage = storage->next)
        if (storage->op == NULL || storage->op->proto_kind == AST_CHAIN)
            return false;
    return true;
}

const uint64_t *failure_room(struct arena *arena, const struct ir_chain *chain,
                             const struct liveness *live)
{
    struct ways ways = { .live = live };
    uint64_t *give_way;

    if (chain->symbol->carried != NULL || !is_worth_it(chain->strands))
        return NULL;
    ways.needed = arena_alloc(arena, live->words * sizeof *ways.needed);
    ways.stack = arena_alloc(arena, chain->block_count * sizeof *ways.stack);
    ways.entered = arena_alloc(arena, chain->block_count * sizeof *ways.entered);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        follow_all(&ways, block);
    /* Values that no pointer can reach. Pointers reach `err` and what is kept of an outcome. */
    give_way = arena_alloc(arena, live->words * sizeof *give_way);
    for (const struct variable *variable = chain->checked->variables; variable != NULL;
         variable = variable->next)
        if (!variable->address_taken && !bits_has(ways.needed, variable->index))
            bits_set(give_way, variable->index);
    return give_way;
}
