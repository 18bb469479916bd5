/* lower_spawn.c - part of lower: spawn, join, and the end of a chain that
 * spawns.
 *
 *     spawn a(x)       ->     spawn a -> @after_spawn     @after_spawn: rejected? @not_spawned : spawned a(x)
 *     the chain's end  ->     @leave: await -> end with the value     @rejected: close -> end
 *
 * The arguments are evaluated when there is an instance, because they go
 * directly into its frame. From then on the instance owns the values that are
 * moved into it. */
#include "base/arena.h"
#include "machine/lower.h"

/* What was given to a step that has been cancelled meanwhile goes back. */
static void lower_not_spawned(struct lowering *lowering, struct ir_block *refused, struct span span)
{
    struct ir_block *next = lower_inner_block(lowering, "spawned");

    lower_terminate(lowering, IR_GOTO, next, NULL);
    lower_place(lowering, refused);
    lower_add(lowering, IR_NOT_SPAWNED, span);
    lower_terminate(lowering, IR_GOTO, lowering->fail, NULL);
    lower_place(lowering, next);
}

void lower_spawn(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct symbol *op = node->u.call.op;
    struct ir_block *refused = lower_inner_block(lowering, "not_spawned"), *fail = lowering->fail;
    struct ir_instr *instr;

    lower_check_cancelled(lowering, node->span);
    lower_make_room(lowering, MEMBER_SPAWN);
    lowering->block->op = op;
    lower_wait_at(lowering, IR_SPAWN, arena_format(lowering->arena, "after_spawn_%s", op->name),
                  node->span);
    lowering->fail = refused;
    lower_check_code(lowering, node->span, arena_format(lowering->arena, "spawn %s", op->name));
    lowering->fail = fail;
    /* for good: if the arguments cancel the chain, the instance is cancelled, and releases them */
    lower_own_give(lowering, node);
    instr = lower_add(lowering, IR_SPAWNED, node->span);
    instr->op = op;
    instr->args = node->u.call.args;
    instr->variable = ctype_is_void(node->type) ? NULL : dest;
    for (const struct text *arg = node->u.call.args; arg != NULL; arg = arg->next)
        lowering->dirty |= lower_calls_something(arg);
    lower_not_spawned(lowering, refused, node->span);
}

/* It has no outcome of its own: what it finds can only be a cancel. */
void lower_join(struct lowering *lowering, struct span span)
{
    bool defers = lowering->defers;
    struct ir_block *after;

    lower_check_cancelled(lowering, span);
    if (defers)
        lower_expect(lowering, span);
    lower_make_room(lowering, MEMBER_JOIN);
    after = lower_wait_at(lowering, IR_AWAIT, "after_join", span);
    lower_defer(lowering, defers, span);
    lower_check_code(lowering, span, NULL);
    after->cancel_only = true;
}

/* Whatever becomes of the instance, the step goes on when it has ended (rule 148). */
void lower_handle(struct lowering *lowering, const struct node *node)
{
    const char *word = node_traits[node->kind].word, *name = text_handle(node->u.await.handle);
    bool defers = lowering->defers;

    lower_check_cancelled(lowering, node->span);
    if (defers)
        lower_expect(lowering, node->span);
    lower_make_room(lowering, MEMBER_HANDLE);
    lowering->block->text = node->u.await.handle;
    lower_wait_at(lowering, node->kind == NODE_AWAIT ? IR_AWAIT_HANDLE : IR_CANCEL_HANDLE,
                  arena_format(lowering->arena, "after_%s_%s", word, name), node->span);
    lower_defer(lowering, defers, node->span);
    lower_check_code(lowering, node->span, arena_format(lowering->arena, "%s %s", word, name));
}

/* The end of a chain that spawns: it waits for its instances, and cancels them
 * first if it has been rejected or cancelled (rule 77). A value that owns
 * something is the chain's until then. */
void lower_close(struct lowering *lowering, struct ir_block *rejected, struct owner *of_result)
{
    struct span end_of_body = lowering->chain->symbol->span;

    lower_terminate(lowering, IR_GOTO, lowering->leave, NULL);
    lower_place(lowering, lowering->leave);
    lowering->dirty = true; /* perhaps through a return */
    lower_join(lowering, end_of_body);
    lowering->block->variable = lowering->chain->checked->result;
    lower_terminate(lowering, IR_END, NULL, NULL);
    if (of_result != NULL) {
        lower_owner_close(lowering, of_result, end_of_body);
        lower_terminate(lowering, IR_GOTO, rejected, NULL);
    }
    lower_place(lowering, rejected);
    lower_make_room(lowering, MEMBER_JOIN);
    lower_wait_at(lowering, IR_CLOSE, "closed", end_of_body);
    if (lowering->chain->symbol->retries) {
        lowering->strand->retries = true;
        lower_add(lowering, IR_CLOSED, end_of_body)->strand = lowering->strand;
    }
    lower_terminate(lowering, IR_END, NULL, NULL);
}
