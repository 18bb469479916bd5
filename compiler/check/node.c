/* node.c - the nodes of the checked tree: their traits, and the first of a pipeline. */
#include "check/checked.h"

const struct node_traits node_traits[] = {
#define NODE(kind, word, value, flags) [kind] = { word, value, flags },
#include "check/node.def"
};

bool node_is(const struct node *node, enum node_flags flags)
{
    return (node_traits[node->kind].flags & flags) != 0;
}

struct node *node_first(struct node *node)
{
    while (node->before != NULL)
        node = node->before;
    return node;
}

/* ---- what never ends ----------------------------------------------------- */

static bool has_no_end(const struct node *node)
{
    return node->ends || node->endless;
}

/* Two ways, of which one is taken: both come to no end, and not only by a jump. */
static bool is_either_endless(const struct node *a, const struct node *b)
{
    return has_no_end(a) && has_no_end(b) && (a->endless || b->endless);
}

/* `all` and `settle` wait for every branch, `any` and `race` for one. */
static bool are_branches_endless(const struct node *node)
{
    bool every = node->u.combinator == AST_ALL || node->u.combinator == AST_SETTLE;

    for (const struct node *branch = node->body; branch != NULL; branch = branch->next)
        if (branch->body->endless == every)
            return every;
    return !every;
}

bool node_is_endless(const struct node *node)
{
    const struct node *before = node->before, *either;

    if (node->kind == NODE_FIRST) /* an item ends it */
        return false;
    switch (node_traits[node->kind].value) {
    case VALUE_OF_BODY: return node->body->endless || (before != NULL && before->endless);
    case VALUE_OF_EITHER:
        either = before != NULL && before->endless ? before : node->body;
        return node->second != NULL && is_either_endless(either, node->second);
    case VALUE_OF_BEFORE:
        return node->kind == NODE_CATCH ? is_either_endless(before, node->body) : before->endless;
    case VALUE_OF_BRANCHES: return are_branches_endless(node);
    case VALUE_OF_SECOND:
    case VALUE_OWN: break;
    }
    return node->endless || (node_is(node, NODE_ENDS_WITH_BODY) && node->body->endless);
}
