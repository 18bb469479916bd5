/* check_node.c - part of check: new nodes, and the type that one takes from another. */
#include "base/arena.h"
#include "check/check.h"

struct node *check_new_node(struct checker *checker, enum node_kind kind, struct span span)
{
    struct node *node = arena_new(checker->arena, struct node);
    node->kind = kind;
    node->span = span;
    return node;
}

/* Something is missing here, and it has been said. */
struct node *check_wrong_node(struct checker *checker, struct span span)
{
    struct node *node = check_new_node(checker, NODE_NOTHING, span);
    node->wrong = true;
    node->flexible = true;
    return node;
}

struct incoming *check_no_incoming(struct checker *checker, const char *why)
{
    struct incoming *it = arena_new(checker->arena, struct incoming);
    it->why_none = why;
    return it;
}

void check_take_type(struct node *node, const struct node *from)
{
    node->type = from->binding != NULL ? from->binding->type : from->type;
    node->flexible = from->flexible && from->binding == NULL;
    node->wrong = from->wrong;
}

/* The first way that ends in a typed value decides; `demand` compares the
 * others if anybody wants the value. */
void check_take_types(struct node *node, const struct node *a, const struct node *b)
{
    const struct node *first = a->ends ? b : a, *second = a->ends ? a : b;

    node->ends = a->ends && b->ends;
    check_take_type(node, first);
    if (node->flexible && !second->ends && (!second->flexible || ctype_is_void(node->type)))
        check_take_type(node, second);
    node->wrong = a->wrong || b->wrong;
}
