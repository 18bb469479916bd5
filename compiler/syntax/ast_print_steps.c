/* ast_print_steps.c - pipelines and what is in them, as source. */
#include <string.h>

#include "base/writer.h"
#include "syntax/ast_print.h"

static void print_block(struct print *print, const struct ast_block *block);
static void print_form(struct print *print, const struct ast_form *form);
static void print_pipeline(struct print *print, const struct ast_pipeline *pipeline, int hang);

/* ---- forms --------------------------------------------------------------- */

/* On lines of its own it has the comments before it on such lines, too, and
 * those after it after the comma. */
static void print_branch(struct print *print, const struct ast_branch *branch, bool has_lines)
{
    bool flat = print->flat;

    print->flat = !has_lines;
    print_pipeline(print, branch->pipeline, !ast_print_on_one_line(print, branch->span));
    if (branch->winner) {
        writer_put(print->writer, " ");
        print_block(print, branch->winner);
    }
    print->flat = flat;
}

static void print_branches(struct print *print, const struct ast_form *form)
{
    bool broken = !ast_print_on_one_line(print, form->span);

    writer_put(print->writer, " (");
    print->writer->indent += broken;
    for (const struct ast_branch *branch = form->u.branches; branch; branch = branch->next) {
        if (broken)
            ast_print_end_line(print);
        print_branch(print, branch, broken);
        writer_put(print->writer, !branch->next ? "" : broken ? "," : ", ");
    }
    print->writer->indent -= broken;
    if (broken)
        ast_print_end_line(print);
    writer_put(print->writer, ")");
}

static void print_each(struct print *print, const struct ast_form *form)
{
    writer_putf(print->writer, " (%s ", form->u.each.name->name);
    if (form->kind == AST_EACH_IN) {
        writer_put(print->writer, "in ");
        ast_print_c(print, form->u.each.low->text);
        writer_put(print->writer, " .. ");
        ast_print_c(print, form->u.each.high->text);
    } else {
        writer_put(print->writer, "from ");
        print_form(print, form->inner);
    }
    writer_put(print->writer, ") limit ");
    ast_print_count(print, form->u.each.limit);
}

/* A count that is a name would take brackets after it for its own. */
static void print_retry(struct print *print, const struct ast_form *form)
{
    bool touches = !form->u.retry.backoff && !form->u.retry.jitter && !form->u.retry.codes
                   && form->inner->kind == AST_EXPR;

    writer_put(print->writer, " ");
    if (touches)
        ast_print_bracketed(print, form->u.retry.attempts->text);
    else
        ast_print_count(print, form->u.retry.attempts);
    if (form->u.retry.backoff)
        ast_print_duration(print, " backoff ", form->u.retry.backoff);
    if (form->u.retry.to)
        ast_print_duration(print, " to ", form->u.retry.to);
    if (form->u.retry.jitter)
        writer_putf(print->writer, " jitter %s%%", form->u.retry.jitter->text);
    if (form->u.retry.codes) {
        writer_put(print->writer, " on ");
        ast_print_names(print, form->u.retry.codes);
        writer_put(print->writer, ":");
    }
}

static void print_do(struct print *print, const struct ast_form *form)
{
    writer_put(print->writer, " ");
    if (form->u.do_.type)
        ast_print_typed(print, form->u.do_.type, "");
    if (form->u.do_.type && strchr(form->u.do_.type->text, '\0')[-1] == '*')
        writer_put(print->writer, " ");
    ast_print_braced(print, form->u.do_.body->text);
}

static void print_expr(struct print *print, const char *before, const struct ast_form *form)
{
    writer_put(print->writer, before);
    ast_print_bracketed(print, form->u.expr->text);
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
    switch ((int)form->kind) {
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
    case AST_REJECT:
        if (form->u.reject.given)
            ast_print_args(print, form->u.reject.args);
        break;
    default:
        if (ast_form_is(form, FORM_BRANCHES))
            print_branches(print, form);
    }
}

static void print_form(struct print *print, const struct ast_form *form)
{
    if (ast_form_is(form, FORM_WORD))
        writer_put(print->writer, ast_form_traits[form->kind].word);
    print_head(print, form);
    if (form->block) {
        writer_put(print->writer, form->kind == AST_BLOCK ? "" : " ");
        print_block(print, form->block);
    }
    if (form->inner && !ast_form_is(form, FORM_SOURCE)) {
        writer_put(print->writer, form->kind == AST_IF ? " else " : " ");
        print_form(print, form->inner);
    }
}

/* ---- steps, pipelines, blocks -------------------------------------------- */

static void print_step(struct print *print, const struct ast_step *step)
{
    print_form(print, step->form);
    if (step->as) {
        writer_put(print->writer, " as ");
        if (step->as_type)
            ast_print_typed(print, step->as_type, step->as->name);
        else
            writer_put(print->writer, step->as->name);
    }
    if (step->undo) {
        writer_put(print->writer, " undo ");
        print_form(print, step->undo);
    }
}

static void print_else(struct print *print, const struct ast_clause *clause)
{
    struct span between = { clause->step->span.end, clause->else_step->span.begin + 1 };
    bool broken = !ast_print_on_one_line(print, between);

    if (broken)
        ast_print_end_line(print);
    print->writer->indent += broken;
    writer_put(print->writer, broken ? "else " : " else ");
    print_step(print, clause->else_step);
    print->writer->indent -= broken;
}

/* Gives the comments after it. */
static const struct ast_comment *print_clause(struct print *print, const struct ast_clause *clause)
{
    static const char *const words[] = { [AST_THEN] = "then ",
                                         [AST_THEN_ELSE] = "then ",
                                         [AST_CATCH] = "catch ",
                                         [AST_FINALLY] = "finally " };
    const struct ast_comment *trailing =
        ast_print_before(print, clause->comments, clause->span.begin);

    writer_put(print->writer, words[clause->kind]);
    ast_print_names(print, clause->codes);
    writer_put(print->writer, clause->codes ? ": " : "");
    print_step(print, clause->step);
    if (clause->else_step)
        print_else(print, clause);
    return trailing;
}

/* `hang`: how many levels further in the clauses stand than the first step. */
static void print_pipeline(struct print *print, const struct ast_pipeline *pipeline, int hang)
{
    bool flat = print->flat;
    const struct ast_comment *trailing =
        ast_print_before(print, pipeline->first->comments, pipeline->first->span.begin);

    print->flat = ast_print_on_one_line(print, pipeline->span);
    print_step(print, pipeline->first);
    print->writer->indent += hang;
    for (const struct ast_clause *clause = pipeline->clauses; clause; clause = clause->next) {
        ast_print_trailing(print, trailing);
        if (print->flat) {
            writer_put(print->writer, " ");
        } else {
            ast_print_end_line(print);
            ast_print_keep_gap(print, clause->comments, clause->span.begin);
        }
        trailing = print_clause(print, clause);
    }
    print->writer->indent -= hang;
    print->flat = flat;
    ast_print_trailing(print, trailing);
}

static void print_vars(struct print *print, const struct ast_block *block)
{
    for (const struct ast_var *var = block->vars; var; var = var->next) {
        if (!print->flat && var != block->vars)
            ast_print_keep_gap(print, var->comments, var->span.begin);
        const struct ast_comment *trailing =
            ast_print_before(print, var->comments, var->span.begin);
        writer_put(print->writer, "var ");
        ast_print_c(print, var->declaration->text);
        writer_put(print->writer, ";");
        ast_print_trailing(print, trailing);
        if (print->flat)
            writer_put(print->writer, " ");
        else
            ast_print_end_line(print);
    }
}

static void print_inside(struct print *print, const struct ast_block *block)
{
    const struct ast_pipeline *pipeline = block->pipeline;

    print_vars(print, block);
    if (pipeline) {
        if (!print->flat && block->vars)
            ast_print_keep_gap(print, pipeline->first->comments, pipeline->first->span.begin);
        print_pipeline(print, pipeline, 0);
        if (print->flat)
            writer_put(print->writer, " ");
        else
            ast_print_end_line(print);
    }
    if (block->comments && (pipeline || block->vars) && !print->flat)
        ast_print_keep_gap(print, block->comments, block->span.end);
    ast_print_before(print, block->comments, 0);
}

static void print_braces(struct print *print, const struct ast_block *block)
{
    writer_put(print->writer, "{");
    if (print->flat)
        writer_put(print->writer, " ");
    else
        ast_print_end_line(print);
    print->writer->indent += !print->flat;
    print_inside(print, block);
    print->writer->indent -= !print->flat;
    writer_put(print->writer, "}");
}

/* A comment that strayed to the front of what was one line, and that ends the line. */
static bool ends_the_line(const struct print *print, const struct ast_comment *comment)
{
    return comment->to_line_end
           || memchr(source_text(print->sources, comment->span), '\n',
                     comment->span.end - comment->span.begin)
                  != NULL;
}

static bool begins_with_line_comment(const struct print *print, const struct ast_block *block)
{
    const struct ast_comment *comment = block->comments;

    if (block->vars)
        comment = block->vars->comments;
    else if (block->pipeline)
        comment = block->pipeline->first->comments;
    for (; comment && !comment->trailing; comment = comment->next)
        if (ends_the_line(print, comment))
            return true;
    return false;
}

static void print_block(struct print *print, const struct ast_block *block)
{
    bool flat = print->flat;

    if (!block->vars && !block->pipeline && !block->comments) {
        writer_put(print->writer, "{}");
        return;
    }
    print->flat =
        ast_print_on_one_line(print, block->span) && !begins_with_line_comment(print, block);
    print_braces(print, block);
    print->flat = flat;
}

void ast_print_body(struct print *print, const struct ast_block *block)
{
    print->flat = false;
    print_braces(print, block);
}
