/* ast_walk.c - one walk over all forms of a chain's body. */
#include "syntax/ast_walk.h"

static void walk_pipeline(const struct ast_visitor *visitor, struct ast_pipeline *pipeline);
static void walk_form(const struct ast_visitor *visitor, struct ast_form *form);

static void visit_codes(const struct ast_visitor *visitor, struct ast_name *codes)
{
    if (visitor->codes != NULL && codes != NULL)
        visitor->codes(visitor->context, codes);
}

static void visit_type(const struct ast_visitor *visitor, const struct ast_c *type)
{
    if (visitor->type != NULL && type != NULL)
        visitor->type(visitor->context, type);
}

static void enter(const struct ast_visitor *visitor, const struct ast_form *form, unsigned number)
{
    if (visitor->enter != NULL)
        visitor->enter(visitor->context, form, number);
}

static void leave(const struct ast_visitor *visitor)
{
    if (visitor->leave != NULL)
        visitor->leave(visitor->context);
}

static void walk_branches(const struct ast_visitor *visitor, const struct ast_form *form)
{
    unsigned number = 0;

    for (struct ast_branch *branch = form->u.branches; branch != NULL; branch = branch->next) {
        enter(visitor, form, number++);
        walk_pipeline(visitor, branch->pipeline);
        leave(visitor);
        ast_walk_block(visitor, branch->winner);
    }
}

static void walk_timeout_or_each(const struct ast_visitor *visitor, const struct ast_form *form)
{
    if (form->inner != NULL) {
        enter(visitor, form, 0);
        walk_form(visitor, form->inner);
        leave(visitor);
    }
    if (form->block != NULL) {
        enter(visitor, form, 1);
        ast_walk_block(visitor, form->block);
        ast_walk_block(visitor, ast_settled(form));
        leave(visitor);
    }
}

static void walk_inside(const struct ast_visitor *visitor, struct ast_form *form)
{
    if (form->kind == AST_DO)
        visit_type(visitor, form->u.do_.type);
    if (ast_settled(form) != NULL)
        visit_type(visitor, form->u.each.as_type);
    if (form->kind == AST_RETRY)
        visit_codes(visitor, form->u.retry.codes);
    if (ast_form_is(form, FORM_BRANCHES))
        walk_branches(visitor, form);
    else if (ast_form_is(form, FORM_FORKS))
        walk_timeout_or_each(visitor, form);
    else {
        ast_walk_block(visitor, form->block);
        walk_form(visitor, form->inner);
    }
}

static void walk_form(const struct ast_visitor *visitor, struct ast_form *form)
{
    if (form == NULL)
        return;
    if (visitor->form != NULL)
        visitor->form(visitor->context, form);
    walk_inside(visitor, form);
}

static void walk_step(const struct ast_visitor *visitor, struct ast_step *step)
{
    if (step == NULL)
        return;
    visit_type(visitor, step->as_type);
    walk_form(visitor, step->form);
    walk_form(visitor, step->undo);
}

static void walk_pipeline(const struct ast_visitor *visitor, struct ast_pipeline *pipeline)
{
    walk_step(visitor, pipeline->first);
    for (struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next) {
        visit_codes(visitor, clause->codes);
        walk_step(visitor, clause->step);
        walk_step(visitor, clause->else_step);
    }
}

void ast_walk_block(const struct ast_visitor *visitor, struct ast_block *block)
{
    if (block != NULL && block->pipeline != NULL)
        walk_pipeline(visitor, block->pipeline);
}
