/* lower_step.c - part of lower: steps without steps in them: calls,
 * expressions, `do` and `delay`.
 *
 *     a(x)     ->     start a(x) -> @after_a; @after_a: rejected? … */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

static const char *hint_after(struct lowering *lowering, const char *name)
{
    return arena_format(lowering->arena, "after_%s", name);
}

void lower_take(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op,
                struct variable *dest, struct span span)
{
    struct ir_instr *instr;
    if (dest == NULL)
        return;
    instr = lower_add(lowering, IR_TAKE, span);
    instr->variable = dest;
    instr->op = op;
    instr->strand = strand;
}

/* Where the value is written, the bit is set that says who owns it. */
static void owns(struct ir_instr *instr, const struct owned *owned)
{
    if (owned == NULL)
        return;
    instr->done = owned->done;
    instr->number = owned->mask;
}

/* An operation's value is taken even if a cancel has won meanwhile (rule 42c). */
void lower_adopt(struct lowering *lowering, struct ir_strand *strand, const struct symbol *op,
                 struct variable *dest, struct span span)
{
    struct ir_instr *instr = lower_add(lowering, IR_ADOPT, span);

    instr->variable = dest;
    instr->op = op;
    instr->strand = strand;
    instr->is_branch = strand != lowering->strand;
    owns(instr, dest->owned);
}

static void lower_sync(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct symbol *op = node->u.call.op;
    bool defers = lowering->defers;
    struct owned *owned;
    struct ir_instr *instr;

    lower_check_cancelled(lowering, node->span);
    owned = lower_own_prepare(lowering, dest, node->span);
    lower_own_give(lowering, node);
    if (defers)
        lower_expect(lowering, node->span);
    instr = lower_add(lowering, IR_SYNC, node->span);
    instr->op = op;
    instr->args = node->u.call.args;
    instr->variable = ctype_is_void(op->value) ? NULL : dest;
    owns(instr, owned);
    lowering->dirty = true;
    lower_defer(lowering, defers, node->span);
    if (op->fails != NULL)
        lower_check_code(lowering, node->span, op->name);
}

/* An operation or a chain: waits, or goes on in it. */
static void lower_wait(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct symbol *op = node->u.call.op;
    struct ir_block *after = lower_inner_block(lowering, hint_after(lowering, op->name));
    bool is_chain = op->proto_kind == AST_CHAIN, defers = lowering->defers;

    after->apart = node->binding != NULL ? node->binding->name : NULL;
    lower_check_cancelled(lowering, node->span);
    lower_own_prepare(lowering, dest, node->span);
    lower_own_give(lowering, node);
    if (defers || (node->resource != NULL && !is_chain))
        lower_expect(lowering, node->span);
    lower_use_storage(lowering, lowering->strand, op);
    lowering->block->op = op;
    lowering->block->args = node->u.call.args;
    lowering->block->end_span = node->span;
    lower_terminate(lowering, is_chain ? IR_CALL : IR_START, after, NULL);
    after->is_state = true;
    lower_place(lowering, after);
    lower_defer(lowering, defers, node->span);
    if (node->resource != NULL && !is_chain) {
        lower_adopt(lowering, lowering->strand, op, dest, node->span);
        lower_check_code(lowering, node->span, op->name);
        return;
    }
    lower_check_code(lowering, node->span, is_chain ? NULL : op->name);
    lower_take(lowering, lowering->strand, op, dest, node->span);
    lower_own_set(lowering, dest, node->span);
}

void lower_call(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    if (node->u.call.op->proto_kind == AST_SYNC)
        lower_sync(lowering, node, dest);
    else
        lower_wait(lowering, node, dest);
}

bool lower_calls_something(const struct text *text)
{
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
        if (piece->kind == PIECE_TEXT && memchr(piece->text, '(', piece->length) != NULL)
            return true;
    return false;
}

bool lower_is_small_number(const struct text *text)
{
    const struct piece *piece = text->pieces;

    if (piece == NULL || piece->next != NULL || piece->kind != PIECE_TEXT || piece->length == 0
        || piece->length > 9)
        return false;
    for (size_t i = 0; i < piece->length; i++)
        if (piece->text[i] < '0' || piece->text[i] > '9')
            return false;
    return piece->text[0] != '0' || piece->length == 1;
}

struct text *lower_text_of(struct lowering *lowering, struct variable *first, const char *between,
                           struct variable *second)
{
    struct text *text = text_new(lowering->arena);

    text_add_variable(lowering->arena, text, first);
    text_add(lowering->arena, text, between);
    if (second != NULL)
        text_add_variable(lowering->arena, text, second);
    return text;
}

struct text *lower_number_text(struct lowering *lowering, struct text *computed, const char *as)
{
    struct text *text;

    if (lower_is_small_number(computed))
        return computed;
    text = text_new(lowering->arena);
    text->span = computed->span;
    text_add(lowering->arena, text, arena_format(lowering->arena, "%s(chain__whole((", as));
    text_add_text(lowering->arena, text, computed);
    text_add(lowering->arena, text, ")))");
    return text;
}

/* An expression that may run code of the user's. */
void lower_check_before_c(struct lowering *lowering, const struct text *text)
{
    if (!lower_calls_something(text))
        return;
    lower_check_cancelled(lowering, text->span);
    lowering->dirty = true;
}

void lower_expr(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct variable *moved = dest == NULL ? NULL : text_moves(node->u.expr, dest->type);
    struct ir_instr *instr;

    if (moved != NULL) {
        lower_copy(lowering, dest, moved, node->span);
        return;
    }
    lower_check_before_c(lowering, node->u.expr);
    lower_own_prepare(lowering, dest, node->span);
    instr = lower_add(lowering, IR_EVAL, node->span);
    instr->text = node->u.expr;
    instr->variable = dest;
    lower_own_set(lowering, dest, node->span);
}

void lower_do(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_function *function = arena_new(lowering->arena, struct ir_function);
    bool defers = lowering->defers;
    struct owned *owned;
    struct ir_instr *instr;

    lower_check_cancelled(lowering, node->span);
    owned = lower_own_prepare(lowering, dest, node->span);
    if (defers)
        lower_expect(lowering, node->span);
    instr = lower_add(lowering, IR_DO, node->span);
    owns(instr, owned);
    function->node = node;
    function->strand = lowering->strand;
    *lowering->chain->last_function = function;
    lowering->chain->last_function = &function->next;
    instr->function = function;
    instr->node = node;
    instr->variable = dest;
    lowering->dirty = true;
    lower_defer(lowering, defers, node->span);
    if (node->u.do_.rejects)
        lower_check_code(lowering, node->span, "do");
}

void lower_delay(struct lowering *lowering, const struct node *node)
{
    struct ir_block *after = lower_inner_block(lowering, "after_delay");
    bool defers = lowering->defers;

    lower_check_cancelled(lowering, node->span);
    if (defers)
        lower_expect(lowering, node->span);
    lower_use_storage(lowering, lowering->strand, NULL);
    lowering->block->node = node;
    lowering->block->text = node->u.delay.count;
    lowering->block->end_span = node->span;
    lower_terminate(lowering, IR_DELAY, after, NULL);
    after->is_state = true;
    lower_place(lowering, after);
    lower_defer(lowering, defers, node->span);
    lower_check_code(lowering, node->span, "delay");
}
