/* locals.c - which variables are C variables of the resume function, because
 * they are never needed after a wait.
 *
 *     all (a as x, b as y) then (x + y)     ->     int x; int y; …  after_all: x = …; y = …; f->u.value = x + y;
 *
 * The frame need not have room for them, and the C compiler can keep them in
 * registers, or drop the members of `err` that nobody looks at. The loop enters
 * a state, so a variable that is live there is not local. On all other paths a
 * write comes before each read, and the C compiler sees that, too. */
#include "base/arena.h"
#include "base/bits.h"
#include "frame/frame.h"
#include "passes.h"

struct locals {
    uint64_t *resumed; /* live in some state */
    uint64_t *read;    /* by the resume function itself */
    /* mentioned where only the frame is known, or written in a way that may not happen */
    uint64_t *others;
};

static void set(void *context, struct variable *variable)
{
    bits_set(context, variable->index);
    if (variable->of != NULL)
        bits_set(context, variable->of->index);
}

static void note_instr(struct locals *locals, const struct ir_instr *instr)
{
    enum ir_place place = ir_traits[instr->kind].place;
    struct ir_variables all = { set, set, locals->others };

    if (place == IR_NOWHERE)
        return;
    if (place == IR_ANYWHERE || (place == IR_ANYWHERE_IF_SURE && !ir_may_raise(instr)))
        all = (struct ir_variables){ set, NULL, locals->read };
    else if (place == IR_READ_IN_FRAME)
        all.writes = NULL;
    ir_instr_variables(instr, &all);
}

static void note_block(struct locals *locals, const struct liveness *live,
                       const struct ir_block *block)
{
    if (block->is_state)
        bits_add(locals->resumed, liveness_in(live, block), live->words);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        note_instr(locals, instr);
    ir_end_variables(block, set, locals->read);
}

/* A pointer into a name of the user's may be in use as long as its block lasts;
 * `it` and `err` are held (IR_HOLD). What several strands mention is needed
 * where one of them begins or goes on: in a state. */
static bool may_be_local(const struct liveness *live, const struct variable *variable)
{
    if (live->lives[variable->index].in_storage)
        return false;
    switch (variable->kind) {
    case VARIABLE_ERR: return true;
    case VARIABLE_IT: return ctype_is_scalar(variable->type);
    case VARIABLE_BINDING: return ctype_is_scalar(variable->type) && !variable->address_taken;
    case VARIABLE_PARAMETER:
    case VARIABLE_VAR:
    case VARIABLE_RESULT:
    case VARIABLE_KEPT:
    case VARIABLE_EXIT:
    case VARIABLE_ATTEMPT:
    case VARIABLE_MEMBER:
    case VARIABLE_PROMISE:
    case VARIABLE_CAUSES: return false;
    }
    return false;
}

const uint64_t *locals(struct arena *arena, const struct ir_chain *chain,
                       const struct liveness *live)
{
    size_t size = live->words * sizeof(uint64_t);
    struct locals locals = { arena_alloc(arena, size), arena_alloc(arena, size),
                             arena_alloc(arena, size) };
    uint64_t *found = arena_alloc(arena, size);

    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        note_block(&locals, live, block);
    for (const struct variable *variable = chain->checked->variables; variable != NULL;
         variable = variable->next)
        if (may_be_local(live, variable) && bits_has(locals.read, variable->index)
            && !bits_has(locals.resumed, variable->index)
            && !bits_has(locals.others, variable->index))
            bits_set(found, variable->index);
    return found;
}
