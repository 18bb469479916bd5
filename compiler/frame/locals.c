/* locals.c - which variables are C variables of the resume function, because they are never needed after a wait.
 *
 *     all (a as x, b as y) then (x + y)     ->     int x; int y; …  after_all: x = …; y = …; f->u.value = x + y;
 *
 * The frame need not have room for them, and the C compiler can keep them in registers, or drop the members of `err` that
 * nobody looks at. A state may be entered from outside, so what is live there is not local; on all other ways a write comes
 * before each read, which the C compiler sees, too.
 */
#include "base/arena.h"
#include "base/bits.h"
#include "machine/ir.h"
#include "passes.h"

struct locals {
    uint64_t *resumed; /* live in some state */
    uint64_t *read;    /* by the resume function itself */
    uint64_t *others;  /* mentioned where only the frame is known, or written in a way that may not happen */
};

static void set(void *context, struct variable *variable)
{
    bits_set(context, variable->index);
    if (variable->of != NULL)
        bits_set(context, variable->of->index);
}

static void note_instr(struct locals *locals, const struct ir_instr *instr)
{
    struct ir_variables reads = { set, NULL, locals->read }, all = { set, set, locals->others };
    struct ir_variables body = { set, NULL, locals->others };

    switch (instr->kind) {
    case IR_DO: /* its function is given the frame */
        ir_instr_variables(instr, &body);
        break;
    case IR_SYNC:
        ir_instr_variables(instr, instr->op->fails == NULL ? &reads : &all);
        break;
    case IR_EVAL: case IR_COPY: case IR_TAKE: case IR_CATCH: case IR_RAISE: case IR_RAISE_AGAIN: case IR_BRANCH_OP: case IR_FORK:
    case IR_BRANCH_STRAND: case IR_SUPPRESS_OWN: case IR_EXPECT: case IR_DEFER: case IR_DELIVER:
        ir_instr_variables(instr, &reads);
        break;
    case IR_HOLD: /* it is there as long as pointers into it may be in use, but nobody reads it */
        break;
    case IR_ADOPT: case IR_ATTEMPTED: case IR_RETRY: case IR_KEEP: case IR_RESTORE: case IR_SUPPRESS: case IR_SET_EXIT: case IR_DECLARE:
    case IR_BRANCH_DELAY: case IR_EACH: case IR_NEXT_SLOT: case IR_BRANCH_JUMPED: case IR_OUTCOME: case IR_CAUSE: case IR_SPAWNED:
    case IR_NOT_SPAWNED: case IR_CLOSED: case IR_TIMEOUT: case IR_TIMEOUT_END:
        ir_instr_variables(instr, &all);
        break;
    }
}

static void note_block(struct locals *locals, const struct ir_block *block, size_t words)
{
    if (block->is_state)
        bits_add(locals->resumed, block->live_in, words);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        note_instr(locals, instr);
    ir_end_variables(block, set, locals->read);
}

/* A pointer into a name of the user's may be in use as long as its block lasts; `it` and `err` are held (IR_HOLD). What several
 * strands mention is needed where one of them begins or goes on: in a state. */
static bool may_be_local(const struct variable *variable)
{
    if (variable->in_storage)
        return false;
    switch (variable->kind) {
    case VARIABLE_ERR: return true;
    case VARIABLE_IT: return ctype_is_scalar(variable->type);
    case VARIABLE_BINDING: return ctype_is_scalar(variable->type) && !variable->address_taken;
    case VARIABLE_PARAMETER: case VARIABLE_VAR: case VARIABLE_RESULT: case VARIABLE_KEPT: case VARIABLE_EXIT: case VARIABLE_ATTEMPT:
    case VARIABLE_MEMBER: case VARIABLE_CAUSES: return false;
    }
    return false;
}

void locals(struct arena *arena, struct ir_chain *chain)
{
    size_t words = bits_words(chain->checked->variable_count);
    size_t size = words * sizeof(uint64_t);
    struct locals locals = { arena_alloc(arena, size), arena_alloc(arena, size), arena_alloc(arena, size) };

    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        note_block(&locals, block, words);
    for (struct variable *variable = chain->checked->variables; variable != NULL; variable = variable->next)
        variable->is_local = may_be_local(variable) && bits_has(locals.read, variable->index)
                             && !bits_has(locals.resumed, variable->index) && !bits_has(locals.others, variable->index);
}
