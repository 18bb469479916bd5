/* ast_new.c - constructors of steps and what they are made of, for the grammar:
 * one function per kind of node. Those of items: ast_new_item.c. */
#include "syntax/ast_new.h"

#include <string.h>

#include "base/arena.h"
#include "base/intern.h"

/* ---- names, numbers, C text ---------------------------------------------- */

struct ast_name *ast_new_name(struct arena *arena, struct span span, const char *name)
{
    struct ast_name *node = arena_new(arena, struct ast_name);

    node->span = span;
    node->name = name;
    return node;
}

struct ast_number *ast_new_number(struct arena *arena, struct span span, const char *text)
{
    struct ast_number *number = arena_new(arena, struct ast_number);

    number->span = span;
    number->text = text;
    return number;
}

struct ast_number *ast_number_in_brackets(struct ast_number *number)
{
    number->in_brackets = true;
    return number;
}

struct ast_duration *ast_new_duration(struct arena *arena, struct span span, struct ast_c *count,
                                      enum ast_unit unit)
{
    struct ast_duration *duration = arena_new(arena, struct ast_duration);

    duration->span = span;
    duration->count = count;
    duration->unit = unit;
    return duration;
}

struct ast_duration *ast_new_time(struct arena *arena, struct span span, struct ast_c *time)
{
    struct ast_duration *duration = ast_new_duration(arena, span, time, AST_US);

    duration->is_time = true;
    return duration;
}

struct ast_c *ast_new_c(struct arena *arena, struct span span, const char *text)
{
    struct ast_c *c = arena_new(arena, struct ast_c);

    c->span = span;
    c->text = text;
    return c;
}

/* ---- forms --------------------------------------------------------------- */

struct ast_form *ast_new_form(struct arena *arena, enum ast_form_kind kind, struct span span)
{
    struct ast_form *form = arena_new(arena, struct ast_form);

    form->kind = kind;
    form->span = span;
    return form;
}

struct ast_form *ast_new_call(struct arena *arena, enum ast_form_kind kind, struct span span,
                              const struct ast_name *name)
{
    struct ast_form *form = ast_new_form(arena, kind, span);

    form->u.call.name = name->name;
    form->u.call.name_span = name->span;
    form->u.call.bare = true;
    return form;
}

struct ast_form *ast_call_with(struct ast_form *call, struct span span, struct ast_args *args)
{
    call->span = span;
    call->u.call.bare = false;
    call->u.call.args = args;
    return call;
}

struct ast_form *ast_new_expr(struct arena *arena, struct span span, struct ast_c *c)
{
    struct ast_form *form = ast_new_form(arena, AST_EXPR, span);

    form->u.expr = c;
    return form;
}

struct ast_form *ast_new_do(struct arena *arena, struct span span, struct ast_c *type,
                            struct ast_c *body)
{
    struct ast_form *form = ast_new_form(arena, AST_DO, span);

    form->u.do_.type = type;
    form->u.do_.body = body;
    return form;
}

struct ast_form *ast_new_block_form(struct arena *arena, enum ast_form_kind kind, struct span span,
                                    struct ast_block *block)
{
    struct ast_form *form = ast_new_form(arena, kind, span);

    form->block = block;
    return form;
}

struct ast_form *ast_new_branches(struct arena *arena, enum ast_form_kind kind, struct span span,
                                  struct ast_branch *branches)
{
    struct ast_form *form = ast_new_form(arena, kind, span);

    form->u.branches = branches;
    return form;
}

struct ast_form *ast_new_each_in(struct arena *arena, struct ast_name *name, struct ast_c *low,
                                 struct ast_c *high)
{
    struct ast_form *form = ast_new_form(arena, AST_EACH_IN, name->span);

    form->u.each.name = name;
    form->u.each.low = low;
    form->u.each.high = high;
    return form;
}

struct ast_form *ast_new_each_from(struct arena *arena, struct ast_name *name,
                                   struct ast_form *source)
{
    struct ast_form *form = ast_new_form(arena, AST_EACH_FROM, name->span);

    form->u.each.name = name;
    form->inner = source;
    return form;
}

struct ast_form *ast_each_limit(struct ast_form *each, struct ast_number *limit,
                                struct ast_duration *stagger)
{
    each->u.each.limit = limit;
    each->u.each.stagger = stagger;
    return each;
}

struct ast_form *ast_each_do(struct ast_form *each, struct span span, enum ast_form_kind manner,
                             struct ast_block *body)
{
    each->span = span;
    each->u.each.manner = manner;
    each->block = body;
    return each;
}

struct ast_form *ast_each_as(struct ast_form *each, struct span span, struct ast_c *as_type,
                             struct ast_name *as, struct ast_block *settled)
{
    each->span = span;
    each->u.each.as_type = as_type;
    each->u.each.as = as;
    each->u.each.settled = settled;
    return each;
}

struct ast_form *ast_new_if(struct arena *arena, struct span span, struct ast_c *condition,
                            struct ast_block *yes, struct ast_form *no)
{
    struct ast_form *form = ast_new_form(arena, AST_IF, span);

    form->u.expr = condition;
    form->block = yes;
    form->inner = no;
    return form;
}

struct ast_form *ast_new_while(struct arena *arena, struct span span, struct ast_c *condition,
                               struct ast_block *body)
{
    struct ast_form *form = ast_new_form(arena, AST_WHILE, span);

    form->u.expr = condition;
    form->block = body;
    return form;
}

struct ast_form *ast_new_delay(struct arena *arena, struct span span, struct ast_duration *duration)
{
    struct ast_form *form = ast_new_form(arena, AST_DELAY, span);

    form->u.duration = duration;
    return form;
}

struct ast_form *ast_new_return(struct arena *arena, struct span span, struct ast_form *value)
{
    struct ast_form *form = ast_new_form(arena, AST_RETURN, span);

    form->inner = value;
    return form;
}

struct ast_form *ast_new_reject(struct arena *arena, struct span span, bool given,
                                struct ast_args *args)
{
    struct ast_form *form = ast_new_form(arena, AST_REJECT, span);

    form->u.reject.given = given;
    form->u.reject.args = args;
    return form;
}

struct ast_form *ast_reject_says(struct ast_form *reject, struct ast_c *says)
{
    reject->u.reject.says = says;
    return reject;
}

struct ast_form *ast_reject_because(struct ast_form *reject, struct span span)
{
    reject->span = span;
    reject->u.reject.because = true;
    return reject;
}

/* ---- prefixes ------------------------------------------------------------ */

struct ast_form *ast_new_timeout(struct arena *arena, struct span span, struct ast_duration *limit)
{
    struct ast_form *form = ast_new_form(arena, AST_TIMEOUT, span);

    form->u.duration = limit;
    return form;
}

struct ast_form *ast_new_retry(struct arena *arena, struct span span, struct ast_number *attempts)
{
    struct ast_form *form = ast_new_form(arena, AST_RETRY, span);

    form->u.retry.attempts = attempts;
    return form;
}

struct ast_form *ast_retry_backoff(struct ast_form *retry, struct ast_duration *backoff,
                                   struct ast_duration *to)
{
    retry->u.retry.backoff = backoff;
    retry->u.retry.to = to;
    return retry;
}

struct ast_form *ast_retry_pause(struct ast_form *retry, struct ast_duration *pause)
{
    retry->u.retry.pause = pause;
    return retry;
}

struct ast_form *ast_retry_jitter(struct ast_form *retry, struct ast_number *jitter)
{
    retry->u.retry.jitter = jitter;
    return retry;
}

struct ast_form *ast_retry_on(struct ast_form *retry, struct ast_name *codes,
                              struct ast_c *condition)
{
    retry->u.retry.codes = codes;
    retry->u.retry.condition = condition;
    return retry;
}

struct ast_form *ast_prefix_with(struct ast_form *prefix, struct span span, struct ast_form *form)
{
    prefix->span = span;
    prefix->inner = form;
    return prefix;
}

/* Its name is that of the step. */
struct ast_form *ast_new_start(struct arena *arena, struct span span, struct ast_form *form)
{
    return ast_prefix_with(ast_new_form(arena, AST_START, span), span, form);
}

struct ast_form *ast_new_await(struct arena *arena, enum ast_form_kind kind, struct span span,
                               struct ast_name *name)
{
    struct ast_form *form = ast_new_form(arena, kind, span);

    form->u.awaited = name;
    return form;
}

/* ---- steps, clauses, pipelines, blocks ----------------------------------- */

struct ast_step *ast_new_step(struct arena *arena, struct span span, struct ast_form *form)
{
    struct ast_step *step = arena_new(arena, struct ast_step);

    step->span = span;
    step->form = form;
    return step;
}

struct ast_step *ast_step_as(struct arena *arena, struct span span, struct ast_form *form,
                             struct ast_c *type, struct ast_name *name)
{
    struct ast_step *step = ast_new_step(arena, span, form);

    step->as_type = type;
    step->as = name;
    return step;
}

struct ast_step *ast_step_undo(struct ast_step *step, struct span span, struct ast_form *undo)
{
    step->span = span;
    step->undo = undo;
    return step;
}

struct ast_clause *ast_new_clause(struct arena *arena, enum ast_clause_kind kind, struct span span,
                                  struct span keyword, struct ast_step *step)
{
    struct ast_clause *clause = arena_new(arena, struct ast_clause);

    clause->kind = kind;
    clause->span = span;
    clause->keyword = keyword;
    clause->step = step;
    return clause;
}

struct ast_clause *ast_clause_else(struct ast_clause *clause, struct ast_step *step)
{
    clause->else_step = step;
    return clause;
}

struct ast_clause *ast_clause_codes(struct ast_clause *clause, struct ast_name *codes)
{
    clause->codes = codes;
    return clause;
}

struct ast_pipeline *ast_new_pipeline(struct arena *arena, struct ast_step *first)
{
    struct ast_pipeline *pipeline = arena_new(arena, struct ast_pipeline);

    pipeline->span = first->span;
    pipeline->first = first;
    return pipeline;
}

struct ast_pipeline *ast_pipeline_add(struct ast_pipeline *pipeline, struct ast_clause *clause)
{
    pipeline->span = span_join(pipeline->span, clause->span);
    if (pipeline->last_clause)
        pipeline->last_clause->next = clause;
    else
        pipeline->clauses = clause;
    pipeline->last_clause = clause;
    return pipeline;
}

struct ast_branch *ast_new_branch(struct arena *arena, struct span span,
                                  struct ast_pipeline *pipeline, struct ast_block *winner)
{
    struct ast_branch *branch = arena_new(arena, struct ast_branch);

    branch->span = span;
    branch->pipeline = pipeline;
    branch->winner = winner;
    return branch;
}

struct ast_var *ast_new_var(struct arena *arena, struct span span, struct ast_c *declaration)
{
    struct ast_var *var = arena_new(arena, struct ast_var);

    var->span = span;
    var->declaration = declaration;
    return var;
}

struct ast_block *ast_new_block(struct arena *arena, struct span span, struct ast_var *vars,
                                struct ast_pipeline *pipeline)
{
    struct ast_block *block = arena_new(arena, struct ast_block);

    block->span = span;
    block->vars = vars;
    block->pipeline = pipeline;
    return block;
}
