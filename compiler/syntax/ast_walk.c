/* ast_walk.c - one walk over all forms of a chain's body. */
#include "syntax/ast_walk.h"

static void walk_pipeline(const struct ast_visitor *visitor, struct ast_pipeline *pipeline);
static void walk_form(const struct ast_visitor *visitor, struct ast_form *form);

static void visit_codes(const struct ast_visitor *visitor, const struct ast_name *codes)
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

static void walk_each(const struct ast_visitor *visitor, const struct ast_form *form)
{
    if (form->kind == AST_EACH_FROM) {
        enter(visitor, form, 0);
        walk_form(visitor, form->u.each.source);
        leave(visitor);
    }
    enter(visitor, form, 1);
    ast_walk_block(visitor, form->u.each.body);
    leave(visitor);
}

static void walk_timeout(const struct ast_visitor *visitor, const struct ast_form *form)
{
    enter(visitor, form, 0);
    walk_form(visitor, form->u.timeout.form);
    leave(visitor);
}

static void walk_inside(const struct ast_visitor *visitor, struct ast_form *form)
{
    switch (form->kind) {
    case AST_BLOCK:
    case AST_LOOP: ast_walk_block(visitor, form->u.block); break;
    case AST_ALL:
    case AST_SETTLE:
    case AST_ANY:
    case AST_RACE: walk_branches(visitor, form); break;
    case AST_EACH_FROM:
    case AST_EACH_IN: walk_each(visitor, form); break;
    case AST_IF:
        ast_walk_block(visitor, form->u.if_.yes);
        walk_form(visitor, form->u.if_.no);
        break;
    case AST_WHILE: ast_walk_block(visitor, form->u.while_.body); break;
    case AST_TIMEOUT: walk_timeout(visitor, form); break;
    case AST_RETRY:
        visit_codes(visitor, form->u.retry.codes);
        walk_form(visitor, form->u.retry.form);
        break;
    case AST_RETURN: walk_form(visitor, form->u.return_.value); break;
    case AST_DO: visit_type(visitor, form->u.do_.type); break;
    case AST_CALL:
    case AST_EXPR:
    case AST_BREAK:
    case AST_CONTINUE:
    case AST_DELAY:
    case AST_SPAWN:
    case AST_JOIN:
    case AST_REJECT: break;
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
