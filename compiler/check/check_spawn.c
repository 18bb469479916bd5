/* check_spawn.c - part of check: spawn and join.
 *
 * An owner does not end before its instances. So variables of its outermost
 * block live long enough for pointers in the arguments. */
#include <string.h>

#include "base/arena.h"
#include "check/check.h"

/* ---- pointers into inner blocks ------------------------------------------ */

static bool ends_in_address(const struct piece *text)
{
    const char *p;

    if (text == NULL || text->kind != PIECE_TEXT)
        return false;
    for (p = text->text + text->length; p > text->text && strchr(" \t\r\n(", p[-1]) != NULL; p--)
        ;
    return p > text->text && p[-1] == '&' && (p - 1 == text->text || p[-2] != '&');
}

static bool begins_with_index(const struct piece *text)
{
    return text != NULL && text->kind == PIECE_TEXT
           && text->text[strspn(text->text, " \t\r\n")] == '[';
}

/* Whether it lives as long as its chain: a parameter, or a name of the outermost block. */
static bool lives_to_the_end(const struct variable *variable)
{
    bool named = variable->kind == VARIABLE_PARAMETER || variable->kind == VARIABLE_VAR
                 || variable->kind == VARIABLE_BINDING;
    return named && (variable->scope->parent == NULL || variable->scope->parent->parent == NULL);
}

static void warn_of_pointers(struct checker *checker, const struct text *arg)
{
    const struct piece *before = NULL;

    for (const struct piece *piece = arg->pieces; piece != NULL;
         before = piece, piece = piece->next) {
        if (piece->kind != PIECE_VARIABLE || lives_to_the_end(piece->variable))
            continue;
        if (ends_in_address(before)
            || (*piece->variable->type.after == '[' && !begins_with_index(piece->next)))
            diag_help(
                checker->diags,
                diag_report(checker->diags, D_SPAWN_POINTER, arg->span, piece->variable->name),
                "parameters and names of the chain's outermost block live until its instances have ended");
    }
}

/* ---- what is lent -------------------------------------------------------- */

/* An instance lives on when the block that owns the thing has ended, and with
 * it the thing; also if a `join` follows there, as a cancel does not wait for
 * that. */
static void warn_of_lent(struct checker *checker, const struct text *arg, const struct symbol *op,
                         const struct parameter *param)
{
    const struct variable *moved = text_moves(arg, param->type);
    struct diag *diag;

    for (const struct piece *piece = arg->pieces; piece != NULL; piece = piece->next) {
        const struct variable *lent = piece->kind == PIECE_VARIABLE ? piece->variable : NULL;
        if (lent == NULL || lent->resource == NULL || lent == moved)
            continue;
        diag = diag_report(checker->diags, D_SPAWN_LENT, arg->span, lent->name);
        diag_help(checker->diags, diag, "if '%s' of '%s' is a '%s', it is moved there", param->name,
                  op->name, lent->resource->name);
    }
}

/* ---- the forms ----------------------------------------------------------- */

static bool can_be_spawned(struct checker *checker, const struct ast_form *form)
{
    const struct symbol *op = form->u.call.op;

    if (op == NULL)
        check_unknown_operation(checker, &form->u.call);
    else if (op->proto_kind != AST_CHAIN)
        diag_note(checker->diags,
                  diag_report(checker->diags, D_SPAWN_KIND, form->u.call.name_span, op->name),
                  op->span, "'%s' is declared here", op->name);
    else if (op->proto->body == NULL)
        diag_report(checker->diags, D_NO_BODY, form->span, op->name);
    else if (checker->around.shield != NULL)
        diag_report(checker->diags, D_SPAWN_SHIELDED, form->span);
    else
        return true;
    return false;
}

const struct ctype check_handle_type = { "struct chain_handle", "", 0 };

struct node *check_spawn(struct checker *checker, const struct ast_form *form)
{
    const struct parameter *param;
    struct node *node;
    struct symbol *op;
    bool handled = checker->handled == form;

    if (!can_be_spawned(checker, form)) {
        node = check_wrong_node(checker, form->span);
        if (handled)
            node->type = check_handle_type;
        return node;
    }
    node = check_new_node(checker, NODE_SPAWN, form->span);
    op = node->u.call.op = form->u.call.op;
    op->is_spawned = true;
    if (handled)
        node->type = check_handle_type;
    if (ctype_resource(checker->program, op->value) != NULL)
        diag_report(checker->diags, D_SPAWN_OWNER, form->u.call.name_span, op->name,
                    op->value.before);
    check_call_arguments(checker, form, op, node);
    param = op->params;
    for (const struct text *arg = node->u.call.args; arg != NULL && param != NULL;
         arg = arg->next, param = param->next) {
        warn_of_pointers(checker, arg);
        warn_of_lent(checker, arg, op, param);
    }
    check_may_reject(checker);
    *checker->chain->last_spawn = node;
    checker->chain->last_spawn = &node->u.call.next_spawn;
    return node;
}

struct node *check_join(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_JOIN, form->span);

    if (checker->chain->join == NULL)
        checker->chain->join = node;
    return node;
}

void check_joins(struct checker *checker)
{
    const struct checked_chain *chain = checker->chain;

    if (chain->join != NULL && chain->spawns == NULL)
        diag_report(checker->diags, D_JOIN_NOTHING, chain->join->span, chain->symbol->name);
}
