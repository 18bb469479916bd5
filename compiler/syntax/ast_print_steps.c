/* ast_print_steps.c - pipelines and what is in them, as source.
 *
 * A step is on one line if it fits. Otherwise its own brackets are opened: each
 * of the steps, branches or arguments in them gets a line, and is opened itself
 * if it does not fit. */
#include <string.h>

#include "base/writer.h"
#include "syntax/ast_print.h"

static void print_block(struct print *print, const struct ast_block *block);
static void print_form(struct print *print, const struct ast_form *form);
static const struct ast_comment *print_steps(struct print *print,
                                             const struct ast_pipeline *pipeline, int hang,
                                             const struct ast_comment *trailing);

/* ---- forms --------------------------------------------------------------- */

/* On one line if it fits there, with so many columns after it. */
static void print_if_fits(struct print *print, const struct ast_form *form, size_t after)
{
    bool flat = print->flat;

    if (!flat) {
        struct print measured = ast_print_measure(print);
        print_form(&measured, form);
        print->flat = ast_print_fits(print, &measured, after);
    }
    print_form(print, form);
    print->flat = flat;
}

/* Gives the comments after its last step. */
static const struct ast_comment *put_branch(struct print *print, const struct ast_branch *branch,
                                            const struct ast_comment *trailing)
{
    trailing = print_steps(print, branch->pipeline, 1, trailing);
    if (!branch->winner)
        return trailing;
    ast_print_trailing(print, trailing);
    writer_put(print->writer, " ");
    print_block(print, branch->winner);
    return NULL;
}

static void print_branch(struct print *print, const struct ast_branch *branch)
{
    const struct ast_step *first = branch->pipeline->first;
    const struct ast_comment *trailing =
        ast_print_before(print, first->comments, first->span.begin);
    bool flat = print->flat;

    if (ast_print_is_kept(print, first->span.begin))
        return;
    if (!flat) {
        struct print measured = ast_print_measure(print);
        put_branch(&measured, branch, branch->pipeline->clauses ? trailing : NULL);
        print->flat = ast_print_fits(print, &measured, branch->next != NULL);
    }
    trailing = put_branch(print, branch, trailing);
    print->flat = flat;
    ast_print_trailing(print, trailing);
}

static void print_branches(struct print *print, const struct ast_form *form)
{
    pos list_end = print->list_end;
    size_t after = print->after;

    writer_put(print->writer, " (");
    print->has_brackets = true;
    print->list_end = form->span.end - 1;
    print->after = 1;
    print->writer->indent += !print->flat;
    for (const struct ast_branch *branch = form->u.branches; branch; branch = branch->next) {
        if (ast_print_is_given_up(print))
            break;
        if (!ast_print_is_kept(print, branch->span.begin)) {
            if (print->flat)
                writer_put(print->writer, branch == form->u.branches ? "" : " ");
            else
                ast_print_start_member(print, branch->pipeline->first->comments, branch->span.begin,
                                       branch == form->u.branches);
            print_branch(print, branch);
        }
        if (branch->next)
            ast_print_comma(print, branch->span.end);
    }
    ast_print_last(print, form->last_comments, true);
    print->writer->indent -= !print->flat;
    if (!print->flat)
        ast_print_start_line(print);
    writer_put(print->writer, ")");
    print->list_end = list_end;
    print->after = after;
}

/* " as TYPE NAME" */
static void put_name(struct print *print, const struct ast_c *type, const struct ast_name *name)
{
    writer_put(print->writer, " as ");
    if (type)
        ast_print_typed(print, type, name->name);
    else
        writer_put(print->writer, name->name);
}

static bool is_each(const struct ast_form *form)
{
    return form->kind == AST_EACH_IN || form->kind == AST_EACH_FROM;
}

/* What follows the items. */
static void print_limit(struct print *print, const struct ast_form *form)
{
    writer_put(print->writer, ") limit ");
    ast_print_count(print, form->u.each.limit);
    if (form->u.each.stagger)
        ast_print_duration(print, " stagger ", form->u.each.stagger);
}

static void print_each(struct print *print, const struct ast_form *form)
{
    writer_putf(print->writer, " (%s ", form->u.each.name->name);
    if (form->kind == AST_EACH_IN) {
        writer_put(print->writer, "in ");
        ast_print_c(print, form->u.each.low);
        writer_put(print->writer, " .. ");
        ast_print_c(print, form->u.each.high);
    } else {
        struct print measured = ast_print_measure(print);
        print_limit(&measured, form);
        writer_put(print->writer, "from ");
        print_if_fits(print, form->inner, ast_print_column(&measured) + sizeof " {" - 1);
    }
    print_limit(print, form);
}

/* "any each" */
static void print_word(struct print *print, const struct ast_form *form)
{
    if (is_each(form) && form->u.each.manner != AST_ALL)
        writer_putf(print->writer, "%s ", ast_form_traits[form->u.each.manner].word);
    writer_put(print->writer, ast_form_traits[form->kind].word);
}

static void print_retry(struct print *print, const struct ast_form *form)
{
    if (form->u.retry.attempts) {
        writer_put(print->writer, " ");
        ast_print_count(print, form->u.retry.attempts);
    }
    if (form->u.retry.backoff)
        ast_print_duration(print, " backoff ", form->u.retry.backoff);
    if (form->u.retry.to)
        ast_print_duration(print, " to ", form->u.retry.to);
    if (form->u.retry.pause)
        ast_print_duration(print, " pause ", form->u.retry.pause);
    if (form->u.retry.jitter)
        writer_putf(print->writer, " jitter %s%%", form->u.retry.jitter->text);
    if (form->u.retry.codes) {
        writer_put(print->writer, " on ");
        ast_print_names(print, form->u.retry.codes);
    }
    if (form->u.retry.condition) {
        writer_put(print->writer, " if ");
        ast_print_bracketed(print, form->u.retry.condition);
    }
    if (form->u.retry.codes || form->u.retry.condition)
        writer_put(print->writer, ":");
}

static void print_do(struct print *print, const struct ast_form *form)
{
    writer_put(print->writer, " ");
    if (form->u.do_.type)
        ast_print_typed(print, form->u.do_.type, "");
    if (form->u.do_.type && strchr(form->u.do_.type->text, '\0')[-1] == '*')
        writer_put(print->writer, " ");
    ast_print_braced(print, form->u.do_.body, true);
}

static void print_expr(struct print *print, const char *before, const struct ast_form *form)
{
    writer_put(print->writer, before);
    ast_print_bracketed(print, form->u.expr);
}

static void print_call(struct print *print, const char *before, const struct ast_form *form)
{
    writer_put(print->writer, before);
    writer_put(print->writer, form->u.call.name);
    if (!form->u.call.bare)
        ast_print_args(print, form->u.call.args);
}

/* What stands between a form's word and what is inside it; a blank before it parts it from the word. */
static void print_head(struct print *print, const struct ast_form *form)
{
    switch (form->kind) {
    case AST_CALL: print_call(print, "", form); break;
    case AST_SPAWN: print_call(print, " ", form); break;
    case AST_EXPR: print_expr(print, "", form); break;
    case AST_IF:
    case AST_WHILE: print_expr(print, " ", form); break;
    case AST_DO: print_do(print, form); break;
    case AST_EACH_IN:
    case AST_EACH_FROM: print_each(print, form); break;
    case AST_TIMEOUT:
    case AST_DELAY: ast_print_duration(print, " ", form->u.duration); break;
    case AST_RETRY: print_retry(print, form); break;
    case AST_AWAIT:
    case AST_CANCEL: writer_putf(print->writer, " %s", form->u.awaited->name); break;
    case AST_REJECT:
        if (form->u.reject.given)
            ast_print_args(print, form->u.reject.args);
        if (form->u.reject.says) {
            writer_put(print->writer, " says ");
            ast_print_bracketed(print, form->u.reject.says);
        }
        writer_put(print->writer, form->u.reject.because ? " because" : "");
        break;
    case AST_ALL:
    case AST_SETTLE:
    case AST_ANY:
    case AST_RACE: print_branches(print, form); break;
    case AST_BLOCK:
    case AST_LOOP:
    case AST_BREAK:
    case AST_CONTINUE:
    case AST_JOIN:
    case AST_START:
    case AST_RETURN:
    case AST_FORM_COUNT: break;
    }
}

/* A `start` stands before a form as a prefix does. */
static bool is_prefix(const struct ast_form *form)
{
    return ast_form_is(form, FORM_PREFIX) || form->kind == AST_START;
}

/* Whether the form after all prefixes has brackets that can be opened on the line of the prefixes. */
static bool opens_brackets(const struct ast_form *form)
{
    while (is_prefix(form))
        form = form->inner;
    return form->block || form->kind == AST_DO || ast_form_is(form, FORM_BRANCHES);
}

/* After a prefix, or in a line of its own where only its arguments could be opened. */
static void print_inner(struct print *print, const struct ast_form *form)
{
    bool breaks = is_prefix(form) && !print->flat && !opens_brackets(form->inner);

    if (!breaks)
        writer_put(print->writer, form->kind == AST_IF ? " else " : " ");
    else
        ast_print_end_line(print);
    print->writer->indent += breaks;
    if (breaks)
        print_if_fits(print, form->inner, print->after);
    else
        print_form(print, form->inner);
    print->writer->indent -= breaks;
}

/* What follows the block of a `settle each`. */
static void print_settled(struct print *print, const struct ast_form *form)
{
    put_name(print, form->u.each.as_type, form->u.each.as);
    writer_put(print->writer, " ");
    print_block(print, form->u.each.settled);
}

static void print_form(struct print *print, const struct ast_form *form)
{
    if (ast_print_is_given_up(print))
        return;
    if (ast_form_is(form, FORM_WORD))
        print_word(print, form);
    print_head(print, form);
    if (form->block) {
        writer_put(print->writer, form->kind == AST_BLOCK ? "" : " ");
        print_block(print, form->block);
    }
    if (ast_settled(form))
        print_settled(print, form);
    if (form->inner && !ast_form_is(form, FORM_SOURCE))
        print_inner(print, form);
}

/* ---- steps and clauses --------------------------------------------------- */

static void put_as(struct print *print, const struct ast_step *step)
{
    if (step->as)
        put_name(print, step->as_type, step->as);
}

/* Without its undo. */
static void put_bound(struct print *print, const struct ast_step *step)
{
    print_form(print, step->form);
    put_as(print, step);
}

/* The columns that stand on the last line of the form: those up to a brace of the undo at least. */
static size_t width_of_end(struct print *print, const struct ast_step *step)
{
    struct print measured = ast_print_measure(print);
    size_t width;

    put_as(&measured, step);
    width = ast_print_column(&measured);
    if (!step->undo)
        return width;
    writer_put(measured.writer, " undo ");
    print_form(&measured, step->undo);
    return measured.has_brackets ? width + sizeof " undo {" - 1 : ast_print_column(&measured);
}

static bool bound_fits(struct print *print, const struct ast_step *step, size_t after)
{
    struct print measured = ast_print_measure(print);

    put_bound(&measured, step);
    return ast_print_fits(print, &measured, after);
}

static void print_step(struct print *print, const struct ast_step *step)
{
    enum { UNDO = sizeof " undo {" - 1 };
    bool flat = print->flat, fits = flat;
    size_t after = print->after;

    if (!flat) {
        struct print measured = ast_print_measure(print);
        print_step(&measured, step);
        fits = ast_print_fits(print, &measured, print->after);
    }
    print->flat = fits || (step->undo && bound_fits(print, step, UNDO));
    print->after += print->flat ? 0 : width_of_end(print, step);
    put_bound(print, step);
    print->after = after;
    print->flat = fits;
    if (step->undo) {
        writer_put(print->writer, " undo ");
        print_if_fits(print, step->undo, print->after);
    }
    print->flat = flat;
}

/* After a closing bracket on a line of its own it goes on there. */
static void print_else(struct print *print, const struct ast_step *step, bool is_opened)
{
    bool breaks = !print->flat && !is_opened;

    if (breaks)
        ast_print_end_line(print);
    print->writer->indent += breaks;
    writer_put(print->writer, breaks ? "else " : " else ");
    print_step(print, step);
    print->writer->indent -= breaks;
}

static void put_clause(struct print *print, const struct ast_clause *clause)
{
    static const char *const words[] = { [AST_THEN] = "then ",
                                         [AST_THEN_ELSE] = "then ",
                                         [AST_CATCH] = "catch ",
                                         [AST_FINALLY] = "finally " };
    int line = print->writer->line;

    writer_put(print->writer, words[clause->kind]);
    ast_print_names(print, clause->codes);
    writer_put(print->writer, clause->codes ? ": " : "");
    print_step(print, clause->step);
    if (clause->else_step)
        print_else(print, clause->else_step, print->writer->line > line);
}

static void print_clause(struct print *print, const struct ast_clause *clause)
{
    bool flat = print->flat;

    if (!flat && clause->else_step) {
        struct print measured = ast_print_measure(print);
        put_clause(&measured, clause);
        print->flat = ast_print_fits(print, &measured, print->after);
    }
    put_clause(print, clause);
    print->flat = flat;
}

/* `hang`: how many levels further in the clauses stand than the first step,
 * whose comments are printed. Gives those after the last one. */
static const struct ast_comment *print_steps(struct print *print,
                                             const struct ast_pipeline *pipeline, int hang,
                                             const struct ast_comment *trailing)
{
    if (!ast_print_is_kept(print, pipeline->first->span.begin))
        print_step(print, pipeline->first);
    print->writer->indent += hang;
    for (const struct ast_clause *clause = pipeline->clauses; clause; clause = clause->next) {
        if (ast_print_is_given_up(print))
            break;
        if (ast_print_is_kept(print, clause->span.begin))
            continue;
        ast_print_trailing(print, trailing);
        if (print->flat)
            writer_put(print->writer, " ");
        else
            ast_print_start_member(print, clause->comments, clause->span.begin, false);
        trailing = ast_print_before(print, clause->comments, clause->span.begin);
        if (!ast_print_is_kept(print, clause->span.begin))
            print_clause(print, clause);
    }
    print->writer->indent -= hang;
    return trailing;
}

/* ---- blocks -------------------------------------------------------------- */

static void print_vars(struct print *print, const struct ast_block *block)
{
    print->is_broken = print->is_broken || block->vars;
    for (const struct ast_var *var = block->vars; var; var = var->next) {
        if (ast_print_is_given_up(print))
            break;
        if (ast_print_is_kept(print, var->span.begin))
            continue;
        ast_print_start_member(print, var->comments, var->span.begin, var == block->vars);
        const struct ast_comment *trailing =
            ast_print_before(print, var->comments, var->span.begin);
        if (!ast_print_is_kept(print, var->span.begin)) {
            writer_put(print->writer, "var ");
            ast_print_c(print, var->declaration);
            writer_put(print->writer, ";");
        }
        ast_print_trailing(print, trailing);
    }
}

static void print_inside(struct print *print, const struct ast_block *block)
{
    const struct ast_pipeline *pipeline = block->pipeline;
    const struct ast_comment *trailing = NULL;

    print_vars(print, block);
    if (pipeline) {
        const struct ast_step *first = pipeline->first;
        if (!ast_print_is_kept(print, first->span.begin)) {
            if (!print->flat)
                ast_print_start_line(print);
            writer_put(print->writer, block->vars && !print->flat ? "\n" : "");
            trailing = ast_print_before(print, first->comments, first->span.begin);
        }
        ast_print_trailing(print, print_steps(print, pipeline, 0, trailing));
    }
    ast_print_last(print, block->comments, pipeline || block->vars);
}

/* The brace may be the second half of a digraph. */
static pos closing_brace(const struct print *print, const struct ast_block *block)
{
    pos brace = block->span.end - 1;
    return print->source->text[brace - print->source->base] == '}' ? brace : brace - 1;
}

static void print_braces(struct print *print, const struct ast_block *block)
{
    pos list_end = print->list_end;
    size_t after = print->after;

    print->list_end = closing_brace(print, block);
    print->after = 0;
    writer_put(print->writer, print->flat ? "{ " : "{");
    if (!print->flat)
        ast_print_end_line(print);
    print->writer->indent += !print->flat;
    print_inside(print, block);
    print->writer->indent -= !print->flat;
    if (!print->flat)
        ast_print_start_line(print);
    writer_put(print->writer, print->flat ? " }" : "}");
    print->list_end = list_end;
    print->after = after;
}

static void print_block(struct print *print, const struct ast_block *block)
{
    print->has_brackets = true;
    if (!block->vars && !block->pipeline && !block->comments)
        writer_put(print->writer, "{}");
    else
        print_braces(print, block);
}

void ast_print_body(struct print *print, const struct ast_block *block)
{
    print_braces(print, block);
}
