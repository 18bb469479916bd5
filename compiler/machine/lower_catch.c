/* lower_catch.c - part of lower: then, else and catch.
 *
 *     a then b(it) else c     ->     a -> it1 = value of a; b(it1) -> @after; rejected -> @else: catch; c -> @after
 */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

/* `it` lives until the step that got it has settled, `err` to the end of its handler. */
static void hold(struct lowering *lowering, struct variable *variable, struct span span)
{
    if (variable != NULL && variable->address_taken)
        lower_add(lowering, IR_HOLD, span)->variable = variable;
}

/* A value that owns something and is not bound: in care until the next step has
 * settled (rule 42b). NULL: it is no such value. */
static struct owner *open_for(struct lowering *lowering, struct variable *it)
{
    struct owner *owner;

    if (it == NULL || it->kind != VARIABLE_IT || it->resource == NULL)
        return NULL;
    owner = arena_new(lowering->arena, struct owner);
    lower_owner_open(lowering, owner, NULL, OWNER_RELEASES);
    lower_own(lowering, owner, it);
    return owner;
}

static void lower_catch_entry(struct lowering *lowering, struct ir_block *handler,
                              struct variable *err)
{
    lower_place(lowering, handler);
    if (err != NULL && lowering->attempt != NULL)
        lower_add_attempted(lowering, handler->span);
    lower_add(lowering, IR_CATCH, handler->span)->variable = err;
    lowering->dirty = false;
}

/* "TOO_BIG" of "lib.TOO_BIG" */
static const char *own_part(const char *name)
{
    const char *point = strrchr(name, '.');

    return point != NULL ? point + 1 : name;
}

/* A handler takes rejections, of these codes or any, but never a cancel (rule 32). */
static struct ir_block *handler_entry(struct lowering *lowering, struct ir_block *handler,
                                      const struct ast_name *codes, const struct node *step)
{
    struct ir_block *entry = lower_new_block(lowering, handler->hint, handler->span);

    entry->apart = codes != NULL ? own_part(codes->name) : lower_step_word(step);
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
static void lower_handler(struct lowering *lowering, struct ir_block *entry,
                          const struct node *step, struct variable *err, struct variable *dest,
                          struct ir_block *after)
{
    struct ir_block *handler = entry->to;
    bool dirty;

    lower_terminate(lowering, IR_GOTO, after, NULL);
    dirty = lowering->dirty;
    place_entry(lowering, entry);
    lower_catch_entry(lowering, handler, err);
    lower(lowering, step, dest);
    hold(lowering, err, step->span);
    lower_terminate(lowering, IR_GOTO, after, NULL);
    lowering->dirty |= dirty;
    lower_place(lowering, after);
}

/* ---- the clauses --------------------------------------------------------- */

static void open_handler(struct lowering *lowering, struct clause *clause, struct ir_block *handler,
                         const struct ast_name *codes, const struct node *step, const char *after)
{
    clause->after = lower_inner_block(lowering, after);
    clause->entry = handler_entry(lowering, handler, codes, step);
    clause->after->apart = clause->entry->apart;
    lowering->fail = clause->entry;
}

struct variable *lower_clause_open(struct lowering *lowering, struct clause *clause)
{
    const struct node *node = clause->node;

    switch ((int)node->kind) {
    case NODE_CATCH:
        open_handler(lowering, clause, lower_new_block(lowering, "catch", node->span),
                     node->u.clause.codes, node->body, "after_catch");
        return clause->dest;
    case NODE_FINALLY: lower_finally_open(lowering, clause); return clause->dest;
    default:
        clause->owner = open_for(lowering, node->u.clause.it->variable);
        clause->fail = lowering->fail;
        if (node->kind == NODE_THEN_ELSE)
            open_handler(lowering, clause,
                         lower_new_block(lowering, "else_handler", node->second->span), NULL,
                         node->second, "after_else");
        return node->u.clause.it->variable;
    }
}

static void close_then(struct lowering *lowering, const struct clause *clause)
{
    const struct node *node = clause->node;

    lower(lowering, node->body, clause->dest);
    hold(lowering, node->u.clause.it->variable, node->span);
    if (node->kind == NODE_THEN_ELSE)
        lower_handler(lowering, clause->entry, node->second, node->u.clause.err, clause->dest,
                      clause->after);
    if (clause->owner != NULL)
        lower_owner_close(lowering, clause->owner, node->span);
}

void lower_clause_close(struct lowering *lowering, struct clause *clause)
{
    const struct node *node = clause->node;

    if (node->kind == NODE_FINALLY) {
        lower_finally_close(lowering, clause);
        return;
    }
    lowering->fail = clause->fail;
    if (node->kind == NODE_CATCH)
        lower_handler(lowering, clause->entry, node->body, node->u.clause.err, clause->dest,
                      clause->after);
    else
        close_then(lowering, clause);
}
