/* check_each.c - part of check: each, in its four manners. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/intern.h"
#include "check/check.h"
#include "ctext/ctext.h"

static struct variable *check_index(struct checker *checker, const struct ast_name *name)
{
    struct variable *index;

    check_new_name(checker, name->name, name->span);
    index = check_variable_new(checker, VARIABLE_VAR, name->name,
                               ctype_of_words(checker->arena, "size_t"), name->span);
    check_variable_show(checker, index);
    return index;
}

/* `source as NAME`, in the scope of the item: whatever holds for a binding holds for an item. */
static struct node *check_source(struct checker *checker, const struct ast_form *form)
{
    struct ast_name *name = form->u.each.name;
    struct ast_step step = { .span = form->inner->span, .form = form->inner, .as = name };
    struct node *source;

    checker->around.it = check_no_incoming(
        checker,
        "the source of an 'each' begins without a value: bind what it needs before the 'each'");
    source = check_form(checker, form->inner);
    if (source->ends && !source->wrong)
        diag_report(checker->diags, D_ITEM_NEVER, source->span);
    else if (source->flexible && ctype_is_void(check_own_type(source)) && !source->wrong)
        diag_report(checker->diags, D_ITEM_UNTYPED, source->span, name->name);
    source->wrong |= source->ends || (source->flexible && ctype_is_void(check_own_type(source)));
    source->ends = false;
    check_bind(checker, &step, source);
    source->binding->used = true; /* an each cannot leave its item without a name */
    return source;
}

/* `{ a } as r { b }`: b sees the item and the outcome of a, no name that a has bound (rule 153). */
static struct node *check_settled(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_SETTLED, form->block->span);
    struct ast_step step = { .span = form->block->span,
                             .as_type = form->u.each.as_type,
                             .as = form->u.each.as };
    struct own_point start = check_own_here(checker);
    struct variable *outcome;

    /* a has its scope in that of the outcome, which is written while a's names are still to be
     * released */
    check_scope_open(checker, form->u.each.settled->span);
    node->u.block.scope = checker->scope;
    node->body = check_block(checker, form->block);
    check_own_handler(checker, &start, checker->serial);
    check_new_name(checker, step.as->name, step.as->span);
    outcome = check_outcome(checker, node, &step);
    outcome->used = true; /* a settle each cannot leave it without a name */
    check_variable_show(checker, outcome);
    check_assigned_add(checker, &checker->assigned, outcome);
    checker->around.it = check_no_incoming(checker, "the block has the outcome of the item");
    node->second = check_block(checker, form->u.each.settled);
    check_scope_close(checker);
    return node;
}

/* What is done with an item. */
static struct node *check_item_steps(struct checker *checker, const struct ast_form *form)
{
    checker->around.it = check_no_incoming(checker, "an item begins without a value");
    return form->u.each.manner == AST_SETTLE ? check_settled(checker, form)
                                             : check_block(checker, form->block);
}

/* What an item does: nothing else than `source as NAME then { … }`, over and over. */
static struct node *check_pulled(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_ITEM, form->block->span);

    node->u.each.manner = form->u.each.manner;
    node->body = check_source(checker, form);
    node->second = check_item_steps(checker, form);
    check_take_type(node, node->second);
    node->ends = node->second->ends;
    return node;
}

/* A number is looked at here, a macro by the C compiler, which does not know
 * the names of the chain (rule 98). */
static void check_limit(struct checker *checker, const struct ast_number *limit)
{
    const char *at = limit->text;
    struct ctoken token;
    intmax_t number;

    if (ctext_number(at, &number) && number < 1)
        diag_report(checker->diags, D_LIMIT_ZERO, limit->span, at);
    else if (ctext_number(at, &number) && number > 254)
        diag_report(checker->diags, D_LIMIT_RANGE, limit->span);
    while ((token = ctext_next_name(&at)).kind != CTOKEN_END) {
        const char *name = intern(checker->program->names, token.text, token.length);
        if (check_variable_visible(checker, name) != NULL)
            diag_report(checker->diags, D_LIMIT_NAME, limit->span, name);
    }
}

/* A computed bound may be negative; one that says so itself is a slip (rule 164). */
static struct text *check_range_bound(struct checker *checker, const struct ast_c *bound)
{
    if (ctext_is_negative(bound->text))
        diag_report(checker->diags, D_BOUND_NEGATIVE, bound->span, bound->text);
    return check_text(checker, bound, ctype_of_words(checker->arena, "size_t"), false, NULL);
}

static bool has_value(const struct node *body)
{
    return body->ends || body->flexible || body->wrong || !ctype_is_void(body->type);
}

/* Of an `any each` or `race each` that gives no value: two items can set a variable in
 * one turn, so what stands in it need not be that of the item that decides (rule 152). */
static void warn_of_set(struct checker *checker, const struct ast_form *form,
                        const struct node *body)
{
    struct diag *diag;

    if (checker->item.set.begin == 0 || has_value(body))
        return;
    diag = diag_report(checker->diags, D_SET_BY_ITEM, checker->item.set,
                       ast_form_traits[form->u.each.manner].word);
    diag_help(
        checker->diags, diag,
        "the value of the item that decides is that of the whole: `%s each (...) limit 8 { ... then (value) } as NAME`",
        ast_form_traits[form->u.each.manner].word);
}

/* The block of an item, in which names of its own are visible. */
static struct node *check_item(struct checker *checker, const struct ast_form *form,
                               struct node *node)
{
    struct node *body = check_new_node(checker, NODE_BLOCK, form->block->span);
    struct incoming *outer = checker->around.it;
    struct scope *outer_strand = checker->around.strand_scope;
    struct own_point start;

    check_scope_open(checker, form->span);
    body->u.block.scope = checker->around.strand_scope = checker->scope;
    start = check_own_here(checker);
    if (form->kind == AST_EACH_IN) {
        node->u.each.index = check_index(checker, form->u.each.name);
        body->body = check_item_steps(checker, form);
    } else
        body->body = check_pulled(checker, form);
    check_take_type(body, body->body);
    body->ends = body->body->ends;
    check_own_once(checker, &start, "an 'each': the other items would not have it");
    checker->around.it = outer;
    checker->around.strand_scope = outer_strand;
    checker->moved.promised = check_promised_copy(checker, &start.moved.promised);
    check_scope_close(checker);
    return body;
}

/* Every item runs the body with names of its own; the slots are counted at
 * compile time, the items at run time (rules 95-98). */
struct node *check_each(struct checker *checker, const struct ast_form *form)
{
    bool first = form->u.each.manner == AST_ANY || form->u.each.manner == AST_RACE;
    struct node *node = check_new_node(checker, first ? NODE_FIRST : NODE_EACH, form->span);
    struct item_around outer = checker->item;

    if (form->kind == AST_EACH_IN) {
        node->u.each.low = check_range_bound(checker, form->u.each.low);
        node->u.each.high = check_range_bound(checker, form->u.each.high);
    }
    node->u.each.manner = form->u.each.manner;
    node->u.each.limit = form->u.each.limit;
    check_limit(checker, form->u.each.limit);
    if (form->u.each.stagger != NULL)
        node->u.each.stagger = check_duration(checker, form->u.each.stagger);
    if (first) /* without items it is rejected (rules 151, 152) */
        check_may_reject(checker);
    if (first)
        checker->item = (struct item_around){ .variables = checker->chain->variable_count };
    node->body = check_item(checker, form, node);
    if (first) {
        warn_of_set(checker, form, node->body);
        check_take_type(node, node->body);
        node->ends = node->body->ends;
        checker->item = outer;
    }
    return node;
}
