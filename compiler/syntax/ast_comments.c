/* ast_comments.c - comments find their nodes.
 *
 * One walk over the tree in source order, with the comments in source order
 * beside it. A comment after something on the same line goes to the node that
 * ended last; any other goes to the node that begins next, or, when none does
 * before the end of the node around it, to that one. Whatever the place, no
 * comment is lost. */
#include "syntax/ast_comments.h"

#include "syntax/ast.h"

struct walk {
    struct ast_comment *next; /* not yet hung anywhere */
    /* the list of the node that ended last; NULL once another has begun */
    struct ast_comment **left;
    struct ast_comment **owner; /* the list of the step or clause around */
    unsigned depth;             /* of the list of nodes around, from 1 */
};

static void walk_form(struct walk *walk, struct ast_form *form);
static void walk_pipeline(struct walk *walk, struct ast_pipeline *pipeline);

/* Cuts off the comments up to the one that `end` points to. */
static struct ast_comment *cut(struct walk *walk, struct ast_comment **end)
{
    struct ast_comment *first = walk->next, *rest = *end;

    if (end == &walk->next)
        return NULL;
    *end = NULL;
    walk->next = rest;
    return first;
}

/* Those that stand before the node come first in its list. */
static void hang(struct ast_comment **list, struct ast_comment *added, bool trailing)
{
    while (*list && (trailing || !(*list)->trailing))
        list = &(*list)->next;
    struct ast_comment *rest = *list;
    *list = added;
    for (; *list; list = &(*list)->next)
        (*list)->trailing = trailing;
    *list = rest;
}

/* All that begin before a position. */
static void hang_before(struct walk *walk, struct ast_comment **list, pos before, unsigned depth)
{
    struct ast_comment **end = &walk->next;

    for (; *end && (*end)->span.begin < before; end = &(*end)->next)
        (*end)->depth = depth;
    hang(list, cut(walk, end), false);
}

static bool ends_in_line_comment(const struct ast_comment *comment)
{
    while (comment && comment->next)
        comment = comment->next;
    return comment && comment->trailing && comment->to_line_end;
}

/* Those that begin before a position and stand after something. A line comment
 * is the last on its line: one after a later token has to find another node. */
static void hang_after(struct walk *walk, struct ast_comment **list, pos before)
{
    struct ast_comment **end = &walk->next;
    bool is_full = ends_in_line_comment(*list);

    for (; !is_full && *end && (*end)->span.begin < before && (*end)->trailing; end = &(*end)->next)
        is_full = (*end)->to_line_end;
    hang(list, cut(walk, end), true);
}

static void enter(struct walk *walk, pos begin, struct ast_comment **comments)
{
    if (walk->left)
        hang_after(walk, walk->left, begin);
    hang_before(walk, comments, begin, walk->depth);
    walk->left = NULL;
}

static void leave(struct walk *walk, pos end, struct ast_comment **comments)
{
    hang_after(walk, walk->left ? walk->left : comments, end);
    hang_before(walk, comments, end, 0);
    walk->left = comments;
}

static void walk_block(struct walk *walk, struct ast_block *block)
{
    walk->left = NULL;
    walk->depth++;
    for (struct ast_var *var = block->vars; var; var = var->next) {
        enter(walk, var->span.begin, &var->comments);
        leave(walk, var->span.end, &var->comments);
    }
    if (block->pipeline)
        walk_pipeline(walk, block->pipeline);
    enter(walk, block->span.end, &block->comments);
    walk->depth--;
}

/* Comments after the node that ended last belong to no node yet. */
static void give_back(struct walk *walk)
{
    struct ast_comment **list = walk->left, *rest = walk->next, **end = &walk->next;

    while (list && *list && !(*list)->trailing)
        list = &(*list)->next;
    if (!list || !*list)
        return;
    *end = *list;
    *list = NULL;
    while (*end)
        end = &(*end)->next;
    *end = rest;
}

/* Between a branch and its block, and between the blocks of a `settle each`,
 * there is no place for a comment: it goes into the second one. */
static void walk_branches(struct walk *walk, struct ast_form *form)
{
    walk->depth++;
    for (struct ast_branch *branch = form->u.branches; branch; branch = branch->next) {
        walk_pipeline(walk, branch->pipeline);
        if (branch->winner) {
            give_back(walk);
            walk_block(walk, branch->winner);
        }
    }
    enter(walk, form->span.end, &form->last_comments);
    walk->depth--;
}

/* What stands before a form, such as after its `then`, goes to the step or
 * clause. In the source of an each, and after `return`, there is no place of
 * its own for a comment. */
static void walk_form(struct walk *walk, struct ast_form *form)
{
    if (!walk->left)
        hang_before(walk, walk->owner, form->span.begin, 0);
    if (ast_form_is(form, FORM_BRANCHES))
        walk_branches(walk, form);
    if (form->block)
        walk_block(walk, form->block);
    if (ast_settled(form) != NULL) {
        give_back(walk);
        walk_block(walk, ast_settled(form));
    }
    if (form->inner && form->kind != AST_EACH_FROM && form->kind != AST_RETURN)
        walk_form(walk, form->inner);
}

static void walk_step(struct walk *walk, struct ast_step *step, struct ast_comment **owner)
{
    struct ast_comment **outer = walk->owner;

    walk->owner = owner;
    walk_form(walk, step->form);
    if (step->undo)
        walk_form(walk, step->undo);
    walk->owner = outer;
}

static void walk_pipeline(struct walk *walk, struct ast_pipeline *pipeline)
{
    enter(walk, pipeline->first->span.begin, &pipeline->first->comments);
    walk_step(walk, pipeline->first, &pipeline->first->comments);
    leave(walk, pipeline->first->span.end, &pipeline->first->comments);
    for (struct ast_clause *clause = pipeline->clauses; clause; clause = clause->next) {
        enter(walk, clause->span.begin, &clause->comments);
        walk_step(walk, clause->step, &clause->comments);
        if (clause->else_step)
            walk_step(walk, clause->else_step, &clause->comments);
        leave(walk, clause->span.end, &clause->comments);
    }
}

/* A comment after the last clause of a declaration is printed after its
 * semicolon, and so belongs to the item. */
static void walk_proto(struct walk *walk, struct ast_proto *proto)
{
    if (proto->clauses || proto->body)
        walk->left = &proto->comments;
    walk->depth++;
    for (struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        enter(walk, clause->span.begin, &clause->comments);
        if (clause->next || proto->body)
            leave(walk, clause->span.end, &clause->comments);
    }
    walk->depth--;
    if (!proto->body)
        return;
    if (walk->left)
        hang_after(walk, walk->left, proto->body->span.begin);
    walk_block(walk, proto->body);
}

static void walk_codes(struct walk *walk, struct ast_item *item)
{
    walk->depth++;
    for (struct ast_code *code = item->u.codes; code; code = code->next) {
        enter(walk, code->name->span.begin, &code->comments);
        leave(walk,
              code->text    ? code->text->span.end
              : code->value ? code->value->span.end
                            : code->name->span.end,
              &code->comments);
    }
    enter(walk, item->brace, &item->last_comments);
    walk->depth--;
}

void ast_attach_comments(struct ast_file *file, struct ast_comment *comments)
{
    struct walk walk = { .next = comments, .depth = 1 };

    for (; comments; comments = comments->next)
        comments->later = comments->next;
    for (struct ast_item *item = file->items; item; item = item->next) {
        enter(&walk, item->span.begin, &item->comments);
        if (item->kind == AST_PROTO)
            walk_proto(&walk, item->u.proto);
        else if (item->kind == AST_CODES)
            walk_codes(&walk, item);
        leave(&walk, item->span.end, &item->comments);
    }
    enter(&walk, (pos)-1, &file->comments);
}
