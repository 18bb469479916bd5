/* ast_print.c - the syntax tree as a .chain file in the one style.
 *
 * Four blanks a level, one between words. What stood on one line stays on one line, what did not gets a line for each clause,
 * branch and statement; single empty lines stay. C text is copied byte for byte, so the same tree comes out of parsing it.
 */
#include <string.h>

#include "ast.h"
#include "ctext.h"
#include "writer.h"

struct print {
    struct writer *writer;
    const struct sources *sources;
    const struct ast_comment *behind; /* to be put at the end of this line */
    bool flat;                        /* all of this goes on one line */
};

static void print_block(struct print *print, const struct ast_block *block);
static void print_form(struct print *print, const struct ast_form *form);
static void print_pipeline(struct print *print, const struct ast_pipeline *pipeline);

/* ---- lines, comments, C text ---- */

static int line_of(const struct print *print, pos at)
{
    return source_place(print->sources, at).line;
}

static bool on_one_line(const struct print *print, struct span span)
{
    return print->flat || line_of(print, span.begin) == line_of(print, span.end - 1);
}

/* The first line is indented by the writer, the others stand as they were. */
static void put_raw(struct print *print, const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    int indent = print->writer->indent;

    if (!newline) {
        put_bytes(print->writer, text, length);
        return;
    }
    put_bytes(print->writer, text, (size_t)(newline - text));
    print->writer->indent = 0;
    put_bytes(print->writer, newline, length - (size_t)(newline - text));
    print->writer->indent = indent;
}

static void put_comment(struct print *print, const struct ast_comment *comment)
{
    put_raw(print, source_text(print->sources, comment->span), comment->span.end - comment->span.begin);
}

/* Ends the line, with the comments that belong behind it. */
static void end_line(struct print *print)
{
    const struct ast_comment *comment = print->behind;

    print->behind = NULL;
    for (; comment; comment = comment->next) {
        put(print->writer, " ");
        put_comment(print, comment);
    }
    put(print->writer, "\n");
}

static bool is_line_comment(const struct print *print, const struct ast_comment *comment)
{
    return source_text(print->sources, comment->span)[1] == '/';
}

/* Whether an empty line stood before a position. */
static bool has_gap(const struct print *print, pos at)
{
    struct place place = source_place(print->sources, at);
    const char *text = place.source->text, *p = text + (at - place.source->base);
    int newlines = 0;

    while (p > text && strchr(" \t\r\n", p[-1]))
        newlines += *--p == '\n';
    return newlines > 1;
}

static pos first_pos(const struct ast_comment *comments, pos begin)
{
    return comments && !comments->behind ? comments->span.begin : begin;
}

static void keep_gap(struct print *print, const struct ast_comment *comments, pos begin)
{
    if (has_gap(print, first_pos(comments, begin)))
        put(print->writer, "\n");
}

/* Those before a node: on lines of their own, or before it when all goes on one line. Leaves those behind it. */
static const struct ast_comment *print_before(struct print *print, const struct ast_comment *comment, pos begin)
{
    for (; comment && !comment->behind; comment = comment->next) {
        put_comment(print, comment);
        if (print->flat && !is_line_comment(print, comment)) {
            put(print->writer, " ");
            continue;
        }
        put(print->writer, "\n");
        bool last = !comment->next || comment->next->behind;
        if (has_gap(print, last ? begin : comment->next->span.begin))
            put(print->writer, "\n");
    }
    return comment;
}

static void print_behind(struct print *print, const struct ast_comment *comment)
{
    if (!comment)
        return;
    if (!print->flat) {
        print->behind = comment;
        return;
    }
    for (; comment; comment = comment->next) {
        put(print->writer, " ");
        put_comment(print, comment);
    }
}

/* Behind a // comment the closing bracket needs a line of its own. */
static bool ends_in_line_comment(const char *text)
{
    const char *line = strrchr(text, '\n');

    return strstr(line ? line : text, "//") != NULL;
}

static void put_c(struct print *print, const char *text)
{
    put_raw(print, text, strlen(text));
    if (ends_in_line_comment(text))
        put(print->writer, "\n");
}

static void put_bracketed(struct print *print, const char *text)
{
    put(print->writer, "(");
    put_c(print, text);
    put(print->writer, ")");
}

/* { C }, on one line if it is one. */
static void put_braced(struct print *print, const char *text)
{
    bool broken = strchr(text, '\n') || strstr(text, "//");

    put(print->writer, broken ? "{\n" : "{ ");
    print->writer->indent += broken;
    put_raw(print, text, strlen(text));
    print->writer->indent -= broken;
    put(print->writer, broken ? "\n}" : text[0] ? " }" : "}");
}

/* A declaration's type and name: "struct x name", "char *name". */
static void put_typed(struct print *print, const struct ast_c *type, const char *name)
{
    size_t length = strlen(type->text);

    put_raw(print, type->text, length);
    put(print->writer, length && type->text[length - 1] == '*' ? "" : " ");
    put(print->writer, name);
}

static void put_names(struct print *print, const struct ast_name *name)
{
    for (; name; name = name->next)
        putf(print->writer, "%s%s", name->name, name->next ? ", " : "");
}

/* An argument that began a line begins one again. */
static void put_args(struct print *print, const struct ast_args *args)
{
    put(print->writer, "(");
    for (; args; args = args->next) {
        put_c(print, args->c.text);
        if (!args->next)
            break;
        bool broken = line_of(print, args->next->c.span.begin) > line_of(print, args->c.span.end);
        put(print->writer, broken ? ",\n    " : ", ");
    }
    put(print->writer, ")");
}

static bool is_word(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

static void put_count(struct print *print, const struct ast_number *number)
{
    if (is_word(number->text))
        put(print->writer, number->text);
    else
        put_bracketed(print, number->text);
}

static void put_duration(struct print *print, const char *before, const struct ast_duration *duration)
{
    static const char *const names[] = { "us", "ms", "s", "m", "h" };
    static const int64_t ns[] = { 1000, 1000000, 1000000000, 60000000000, 3600000000000 };

    put(print->writer, before);
    if (duration->count) {
        put_bracketed(print, duration->count->text);
        putf(print->writer, " %s", names[duration->unit]);
    } else {
        putf(print->writer, "%lld%s", (long long)(duration->ns / ns[duration->unit]), names[duration->unit]);
    }
}

/* ---- forms ---- */

static void print_branch(struct print *print, const struct ast_branch *branch)
{
    bool flat = print->flat;

    print->flat = on_one_line(print, branch->span);
    print->writer->indent += !print->flat;
    print_pipeline(print, branch->pipeline);
    print->writer->indent -= !print->flat;
    if (branch->winner) {
        put(print->writer, " ");
        print_block(print, branch->winner);
    }
    print->flat = flat;
}

static void print_branches(struct print *print, const char *word, const struct ast_form *form)
{
    bool broken = !on_one_line(print, form->span);

    putf(print->writer, "%s (", word);
    print->writer->indent += broken;
    for (const struct ast_branch *branch = form->u.branches; branch; branch = branch->next) {
        if (broken)
            end_line(print);
        print_branch(print, branch);
        put(print->writer, !branch->next ? "" : broken ? "," : ", ");
    }
    print->writer->indent -= broken;
    if (broken)
        end_line(print);
    put(print->writer, ")");
}

static void print_each(struct print *print, const struct ast_form *form)
{
    putf(print->writer, "each (%s ", form->u.each.name->name);
    if (form->kind == AST_EACH_IN) {
        put(print->writer, "in ");
        put_c(print, form->u.each.low->text);
        put(print->writer, " .. ");
        put_c(print, form->u.each.high->text);
    } else {
        put(print->writer, "from ");
        print_form(print, form->u.each.source);
    }
    put(print->writer, ") limit ");
    put_count(print, form->u.each.limit);
    put(print->writer, " ");
    print_block(print, form->u.each.body);
}

static void print_if(struct print *print, const struct ast_form *form)
{
    put(print->writer, "if ");
    put_bracketed(print, form->u.if_.condition->text);
    put(print->writer, " ");
    print_block(print, form->u.if_.yes);
    if (form->u.if_.no) {
        put(print->writer, " else ");
        print_form(print, form->u.if_.no);
    }
}

/* A count that is a name would take brackets behind it for its own. */
static void print_retry(struct print *print, const struct ast_form *form)
{
    bool touches = !form->u.retry.backoff && !form->u.retry.jitter && !form->u.retry.codes
        && form->u.retry.form->kind == AST_EXPR;

    put(print->writer, "retry ");
    if (touches)
        put_bracketed(print, form->u.retry.attempts->text);
    else
        put_count(print, form->u.retry.attempts);
    if (form->u.retry.backoff)
        put_duration(print, " backoff ", form->u.retry.backoff);
    if (form->u.retry.to)
        put_duration(print, " to ", form->u.retry.to);
    if (form->u.retry.jitter)
        putf(print->writer, " jitter %s%%", form->u.retry.jitter->text);
    if (form->u.retry.codes) {
        put(print->writer, " on ");
        put_names(print, form->u.retry.codes);
        put(print->writer, ":");
    }
    put(print->writer, " ");
    print_form(print, form->u.retry.form);
}

static void print_do(struct print *print, const struct ast_form *form)
{
    put(print->writer, "do ");
    if (form->u.do_.type)
        put_typed(print, form->u.do_.type, "");
    if (form->u.do_.type && strchr(form->u.do_.type->text, '\0')[-1] == '*')
        put(print->writer, " ");
    put_braced(print, form->u.do_.body->text);
}

static void print_call(struct print *print, const struct ast_form *form)
{
    put(print->writer, form->u.call.name);
    if (!form->u.call.bare)
        put_args(print, form->u.call.args);
}

static void print_form(struct print *print, const struct ast_form *form)
{
    switch (form->kind) {
    case AST_CALL: print_call(print, form); break;
    case AST_SPAWN: put(print->writer, "spawn "); print_call(print, form); break;
    case AST_EXPR: put_bracketed(print, form->u.expr->text); break;
    case AST_DO: print_do(print, form); break;
    case AST_BLOCK: print_block(print, form->u.block); break;
    case AST_ALL: print_branches(print, "all", form); break;
    case AST_SETTLE: print_branches(print, "settle", form); break;
    case AST_ANY: print_branches(print, "any", form); break;
    case AST_RACE: print_branches(print, "race", form); break;
    case AST_EACH_IN: case AST_EACH_FROM: print_each(print, form); break;
    case AST_IF: print_if(print, form); break;
    case AST_WHILE:
        put(print->writer, "while ");
        put_bracketed(print, form->u.while_.condition->text);
        put(print->writer, " ");
        print_block(print, form->u.while_.body);
        break;
    case AST_LOOP: put(print->writer, "loop "); print_block(print, form->u.block); break;
    case AST_BREAK: put(print->writer, "break"); break;
    case AST_CONTINUE: put(print->writer, "continue"); break;
    case AST_JOIN: put(print->writer, "join"); break;
    case AST_TIMEOUT:
        put_duration(print, "timeout ", form->u.timeout.limit);
        put(print->writer, " ");
        print_form(print, form->u.timeout.form);
        break;
    case AST_RETRY: print_retry(print, form); break;
    case AST_DELAY: put_duration(print, "delay ", form->u.delay); break;
    case AST_RETURN:
        put(print->writer, form->u.return_.given ? "return " : "return");
        if (form->u.return_.given)
            print_form(print, form->u.return_.value);
        break;
    case AST_REJECT:
        put(print->writer, "reject");
        if (form->u.reject.given)
            put_args(print, form->u.reject.args);
        break;
    }
}

/* ---- steps, pipelines, blocks ---- */

static void print_step(struct print *print, const struct ast_step *step)
{
    print_form(print, step->form);
    if (step->as) {
        put(print->writer, " as ");
        if (step->as_type)
            put_typed(print, step->as_type, step->as->name);
        else
            put(print->writer, step->as->name);
    }
    if (step->undo) {
        put(print->writer, " undo ");
        print_form(print, step->undo);
    }
}

static void print_else(struct print *print, const struct ast_clause *clause)
{
    struct span between = { clause->step->span.end, clause->else_step->span.begin + 1 };
    bool broken = !on_one_line(print, between);

    if (broken)
        end_line(print);
    print->writer->indent += broken;
    put(print->writer, broken ? "else " : " else ");
    print_step(print, clause->else_step);
    print->writer->indent -= broken;
}

static void print_clause(struct print *print, const struct ast_clause *clause)
{
    static const char *const words[] = {
        [AST_THEN] = "then ", [AST_THEN_ELSE] = "then ", [AST_CATCH] = "catch ", [AST_FINALLY] = "finally "
    };
    const struct ast_comment *behind = print_before(print, clause->comments, clause->span.begin);

    put(print->writer, words[clause->kind]);
    put_names(print, clause->codes);
    put(print->writer, clause->codes ? ": " : "");
    print_step(print, clause->step);
    if (clause->else_step)
        print_else(print, clause);
    print_behind(print, behind);
}

static void print_pipeline(struct print *print, const struct ast_pipeline *pipeline)
{
    bool flat = print->flat;
    const struct ast_comment *behind = print_before(print, pipeline->first->comments, pipeline->first->span.begin);

    print->flat = on_one_line(print, pipeline->span);
    print_step(print, pipeline->first);
    for (const struct ast_clause *clause = pipeline->clauses; clause; clause = clause->next) {
        print_behind(print, behind);
        behind = NULL;
        if (print->flat) {
            put(print->writer, " ");
        } else {
            end_line(print);
            keep_gap(print, clause->comments, clause->span.begin);
        }
        print_clause(print, clause);
    }
    if (behind)
        print_behind(print, behind);
    print->flat = flat;
}

static void print_vars(struct print *print, const struct ast_block *block)
{
    for (const struct ast_var *var = block->vars; var; var = var->next) {
        if (!print->flat && var != block->vars)
            keep_gap(print, var->comments, var->span.begin);
        const struct ast_comment *behind = print_before(print, var->comments, var->span.begin);
        put(print->writer, "var ");
        put_c(print, var->declaration->text);
        put(print->writer, ";");
        print_behind(print, behind);
        if (print->flat)
            put(print->writer, " ");
        else
            end_line(print);
    }
}

static void print_inside(struct print *print, const struct ast_block *block)
{
    const struct ast_pipeline *pipeline = block->pipeline;

    print_vars(print, block);
    if (pipeline) {
        if (!print->flat && block->vars)
            keep_gap(print, pipeline->first->comments, pipeline->first->span.begin);
        print_pipeline(print, pipeline);
        if (print->flat)
            put(print->writer, " ");
        else
            end_line(print);
    }
    if (block->comments && (pipeline || block->vars) && !print->flat)
        keep_gap(print, block->comments, block->span.end);
    print_before(print, block->comments, 0);
}

static void print_block(struct print *print, const struct ast_block *block)
{
    bool flat = print->flat;

    if (!block->vars && !block->pipeline && !block->comments) {
        put(print->writer, "{}");
        return;
    }
    print->flat = on_one_line(print, block->span);
    put(print->writer, "{");
    if (print->flat)
        put(print->writer, " ");
    else
        end_line(print);
    print->writer->indent += !print->flat;
    print_inside(print, block);
    print->writer->indent -= !print->flat;
    put(print->writer, "}");
    print->flat = flat;
}
