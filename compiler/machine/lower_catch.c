/* lower_catch.c - part of lower: then, else and catch.
 *
 *     a then b(it) else c     ->     a -> it1 = value of a; b(it1) -> @behind; rejected -> @else: catch; c -> @behind
 */
#include "base/arena.h"
#include "machine/lower.h"

/* `it` lives until the step that got it has settled, `err` to the end of its handler. */
static void hold(struct lowering *lowering, struct variable *variable, struct span span)
{
    if (variable != NULL && variable->address_taken)
        lower_add(lowering, IR_HOLD, span)->variable = variable;
}

/* A value that owns something and is not bound: in care until the next step has settled (rule 42b). NULL: it is no such value.
 * Not on the stack, as a pipeline of many steps is lowered by as deep a recursion. */
static struct owner *open_for(struct lowering *lowering, struct variable *it, struct span span)
{
    struct owner *owner;

    if (it == NULL || it->kind != VARIABLE_IT || it->resource == NULL)
        return NULL;
    owner = arena_new(lowering->arena, struct owner);
    lower_owner_open(lowering, owner, NULL, OWNER_RELEASES, span);
    lower_own(lowering, owner, it);
    return owner;
}

void lower_then(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct owner *owner = open_for(lowering, node->u.then.it->variable, node->span);

    lower(lowering, node->u.then.first, node->u.then.it->variable);
    lower(lowering, node->u.then.second, dest);
    hold(lowering, node->u.then.it->variable, node->span);
    if (owner != NULL)
        lower_owner_close(lowering, owner, node->span);
}

static void lower_catch_entry(struct lowering *lowering, struct ir_block *handler, struct variable *err)
{
    lower_place(lowering, handler);
    if (err != NULL && lowering->attempt != NULL)
        lower_add_attempted(lowering, handler->span);
    lower_add(lowering, IR_CATCH, handler->span)->variable = err;
    lowering->dirty = false;
}

/* A handler takes rejections, of these codes or any, but never a cancel (rule 32). */
static struct ir_block *handler_entry(struct lowering *lowering, struct ir_block *handler, const struct ast_name *codes)
{
    struct ir_block *entry = lower_new_block(lowering, handler->hint, handler->span);

    entry->codes = codes;
    entry->to = handler;
    handler->hint = "caught";
    handler->span.begin = 0;
    return entry;
}

static void place_entry(struct lowering *lowering, struct ir_block *entry)
{
    lower_place(lowering, entry);
    lower_terminate(lowering, IR_CODES, entry->to, lowering->fail);
}

/* The step that handles, and where both ways meet. */
static void lower_handler(struct lowering *lowering, struct ir_block *entry, const struct node *step, struct variable *err,
                          struct variable *dest, struct ir_block *behind)
{
    struct ir_block *handler = entry->to;
    bool dirty;

    lower_terminate(lowering, IR_GOTO, behind, NULL);
    dirty = lowering->dirty;
    place_entry(lowering, entry);
    lower_catch_entry(lowering, handler, err);
    lower(lowering, step, dest);
    hold(lowering, err, step->span);
    lower_terminate(lowering, IR_GOTO, behind, NULL);
    lowering->dirty |= dirty;
    behind->span.begin = 0;
    lower_place(lowering, behind);
}

void lower_then_else(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_block *handler = lower_new_block(lowering, "else_handler", node->u.then.no->span);
    struct ir_block *behind = lower_new_block(lowering, "after_else", node->span), *fail;
    struct ir_block *entry = handler_entry(lowering, handler, NULL);
    struct owner *owner = open_for(lowering, node->u.then.it->variable, node->span);

    fail = lowering->fail;
    lowering->fail = entry;
    lower(lowering, node->u.then.first, node->u.then.it->variable);
    lowering->fail = fail;
    lower(lowering, node->u.then.second, dest);
    hold(lowering, node->u.then.it->variable, node->span);
    lower_handler(lowering, entry, node->u.then.no, node->u.then.err, dest, behind);
    if (owner != NULL)
        lower_owner_close(lowering, owner, node->span);
}

void lower_catch(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_block *handler = lower_new_block(lowering, "catch", node->span);
    struct ir_block *behind = lower_new_block(lowering, "after_catch", node->span), *fail = lowering->fail;
    struct ir_block *entry = handler_entry(lowering, handler, node->u.catch_.codes);

    lowering->fail = entry;
    lower(lowering, node->u.catch_.body, dest);
    lowering->fail = fail;
    lower_handler(lowering, entry, node->u.catch_.handler, node->u.catch_.err, dest, behind);
}
