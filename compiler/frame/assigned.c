/* assigned.c - which variables may have been given a value, forwards from their
 * writes: what a debugger may look at (--debug). */
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "frame/frame.h"
#include "passes.h"

struct flow {
    const struct assigned *assigned;
    const uint64_t *from; /* what is assigned where control comes from */
    bool changed;
};

static void add_written(void *context, struct variable *variable)
{
    bits_set(context, variable->index);
}

static void add_to(void *context, struct ir_block *to)
{
    struct flow *flow = context;
    size_t words = flow->assigned->words;
    uint64_t *in = flow->assigned->in + to->index * words;

    for (size_t i = 0; i < words; i++)
        flow->changed |= (flow->from[i] & ~in[i]) != 0;
    bits_add(in, flow->from, words);
}

static void go_on(struct flow *flow, const struct ir_block *block)
{
    size_t words = flow->assigned->words;
    uint64_t *out = flow->assigned->out + block->index * words;
    const struct ir_variables writes = { NULL, add_written, out };

    memcpy(out, flow->assigned->in + block->index * words, words * sizeof *out);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        ir_instr_variables(instr, &writes);
    flow->from = out;
    ir_successors(block, add_to, flow);
}

struct assigned *assigned(struct arena *arena, const struct ir_chain *chain)
{
    struct assigned *assigned = arena_new(arena, struct assigned);
    struct flow flow = { assigned, NULL, true };
    size_t words = bits_words(chain->checked->variable_count);

    assigned->words = words;
    assigned->in = arena_alloc(arena, chain->block_count * words * sizeof *assigned->in);
    assigned->out = arena_alloc(arena, chain->block_count * words * sizeof *assigned->out);
    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next)
        if (v->kind == VARIABLE_PARAMETER)
            bits_set(assigned->in + chain->blocks->index * words, v->index);
    while (flow.changed) {
        flow.changed = false;
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            go_on(&flow, block);
    }
    return assigned;
}
