/* liveness.c - which variables are still needed where, backwards from their uses.
 *
 * The result, struct liveness, has for every block the set of variables that are live when it is
 * entered, and for every variable the one strand that mentions it (or that several do), and whether
 * it can stay in the place where values settle.
 */
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "frame/frame.h"
#include "passes.h"

struct flow {
    uint64_t *live;
    size_t words;
    const struct liveness *of;
};

static void add_read(void *context, struct variable *variable)
{
    struct flow *flow = context;
    bits_set(flow->live, variable->index);
}

static void drop_written(void *context, struct variable *variable)
{
    struct flow *flow = context;
    bits_clear(flow->live, variable->index);
}

static void add_live_in(void *context, struct ir_block *to)
{
    struct flow *flow = context;
    bits_add(flow->live, liveness_in(flow->of, to), flow->words);
}

/* The instructions of a block, last first. */
struct reversed {
    const struct ir_instr **items;
    size_t count, capacity;
};

static void reverse(struct arena *arena, struct reversed *list, const struct ir_block *block)
{
    size_t count = 0;

    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        count++;
    if (count > list->capacity) {
        list->capacity = 2 * count;
        list->items = arena_alloc(arena, list->capacity * sizeof *list->items);
    }
    list->count = count;
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        list->items[--count] = instr;
}

/* live at the end of a block */
static void live_out(struct flow *flow, const struct ir_block *block)
{
    memset(flow->live, 0, flow->words * sizeof *flow->live);
    ir_successors(block, add_live_in, flow);
    ir_end_variables(block, add_read, flow);
}

static void step_back(struct flow *flow, const struct ir_instr *instr)
{
    struct ir_variables writes = { NULL, drop_written, flow }, reads = { add_read, NULL, flow };
    ir_instr_variables(instr, &writes);
    ir_instr_variables(instr, &reads);
}

static bool update(struct arena *arena, struct flow *flow, struct reversed *list,
                   const struct ir_block *block)
{
    uint64_t *live_in = liveness_in(flow->of, block);

    live_out(flow, block);
    reverse(arena, list, block);
    for (size_t i = 0; i < list->count; i++)
        step_back(flow, list->items[i]);
    if (memcmp(live_in, flow->live, flow->words * sizeof *flow->live) == 0)
        return false;
    memcpy(live_in, flow->live, flow->words * sizeof *flow->live);
    return true;
}

/* ---- strands ------------------------------------------------------------- */

struct mentions {
    struct life *lives;
    const struct ir_strand *strand;
};

static void note_strand(void *context, struct variable *variable)
{
    const struct mentions *mentions = context;
    struct life *life = &mentions->lives[variable->index];

    life->many_strands |=
        variable->many_strands || (life->strand != NULL && life->strand != mentions->strand);
    if (life->strand == NULL)
        life->strand = mentions->strand;
}

static void note_strands(const struct liveness *live, const struct ir_block *block)
{
    struct mentions mentions = { live->lives, block->strand };
    struct ir_variables all = { note_strand, note_strand, &mentions };

    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        ir_instr_variables(instr, &all);
    ir_end_variables(block, note_strand, &mentions);
}

/* ---- the chain's value --------------------------------------------------- */

static bool writes_storage(const struct ir_instr *instr)
{
    return !ir_is(instr, IR_LEAVES_STORAGE) || ir_may_raise(instr);
}

/* It can be computed in place if, in every block that ends the chain, nothing
 * touches the storage after its last write. */
static bool stays_in_storage(const struct liveness *live, const struct ir_chain *chain,
                             const struct variable *result)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        bool pending = false;
        if (bits_has(liveness_in(live, block), result->index))
            return false;
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
            if (pending && writes_storage(instr))
                return false;
            if (instr->variable == result)
                pending = true;
        }
        if (pending && block->end != IR_END)
            return false;
    }
    return true;
}

/* ---- `it` -------------------------------------------------------------------
 *
 * A value that is only used before anything else is put into the storage stays
 * where its operation has settled:
 *
 *     it = TAKE a; START b(it)     ->     START b(u.a_value) */

static void keep_in_frame(void *context, struct variable *variable)
{
    struct life *lives = context;
    if (variable->kind == VARIABLE_IT)
        lives[variable->index].in_storage = false;
}

/* Those that only one operation gives a value, and that no pointer reaches. */
static void find_taken(const struct liveness *live, const struct ir_block *block)
{
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
        const struct variable *variable = instr->variable;
        struct life *life;

        if (variable == NULL || variable->kind != VARIABLE_IT)
            continue;
        life = &live->lives[variable->index];
        life->in_storage = life->writes++ == 0 && instr->kind == IR_TAKE
                           && instr->strand->parent == NULL && !life->many_strands
                           && !variable->address_taken && ctype_is_scalar(variable->type);
        life->settled = instr->op;
    }
}

/* Arguments are read before what they are for begins. */
static void keep_what_is_read_late(const struct liveness *live, const struct ir_chain *chain,
                                   const struct ir_block *block)
{
    const struct ir_variables reads = { keep_in_frame, NULL, live->lives };
    const struct variable *result = chain->checked->result;
    bool overwritten = false;

    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
        if (overwritten)
            ir_instr_variables(instr, &reads);
        if (writes_storage(instr)
            || (instr->variable != NULL && instr->variable == result
                && live->lives[result->index].in_storage))
            overwritten = true;
    }
    if (overwritten)
        ir_end_variables(block, keep_in_frame, live->lives);
}

static void place_its(const struct liveness *live, const struct ir_chain *chain, struct flow *flow)
{
    memset(flow->live, 0, flow->words * sizeof *flow->live);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        find_taken(live, block);
        bits_add(flow->live, liveness_in(live, block), flow->words);
    }
    for (struct variable *variable = chain->checked->variables; variable != NULL;
         variable = variable->next)
        if (bits_has(flow->live, variable->index))
            keep_in_frame(live->lives, variable);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        keep_what_is_read_late(live, chain, block);
}

struct liveness *liveness(struct arena *arena, const struct ir_chain *chain)
{
    struct liveness *live = arena_new(arena, struct liveness);
    const struct ir_block **blocks = arena_alloc(arena, chain->block_count * sizeof *blocks);
    const struct variable *result = chain->checked->result;
    struct reversed list = { NULL, 0, 0 };
    struct flow flow = { .words = bits_words(chain->checked->variable_count), .of = live };
    bool changed = true;

    live->words = flow.words;
    live->live_in = arena_alloc(arena, chain->block_count * live->words * sizeof *live->live_in);
    live->lives = arena_alloc(arena, chain->checked->variable_count * sizeof *live->lives);
    flow.live = arena_alloc(arena, flow.words * sizeof *flow.live);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        blocks[block->index] = block;
        note_strands(live, block);
    }
    while (changed) {
        changed = false;
        for (unsigned i = chain->block_count; i-- > 0;)
            changed |= update(arena, &flow, &list, blocks[i]);
    }
    if (result != NULL)
        live->lives[result->index].in_storage = stays_in_storage(live, chain, result);
    place_its(live, chain, &flow);
    return live;
}

void liveness_conflicts(struct arena *arena, const struct ir_chain *chain,
                        const struct liveness *live, uint64_t *conflicts)
{
    struct flow flow = { NULL, live->words, live };
    struct reversed list = { NULL, 0, 0 };

    flow.live = arena_alloc(arena, flow.words * sizeof *flow.live);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        live_out(&flow, block);
        reverse(arena, &list, block);
        for (size_t i = 0; i < list.count; i++) {
            const struct variable *written = list.items[i]->variable;
            if (written != NULL)
                bits_add(conflicts + written->index * flow.words, flow.live, flow.words);
            step_back(&flow, list.items[i]);
        }
    }
}
