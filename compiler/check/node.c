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
