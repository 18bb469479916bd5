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

struct ctype check_own_type(const struct node *node)
{
    return node->flexible && ctype_is_void(node->type) ? node->named : node->type;
}

static void take_named(struct node *node, struct ctype named, bool differ)
{
    node->named = named;
    node->named_differ = differ;
}

/* Expressions on two ways: those that are no names take the type of one that is. */
static void join_named(struct node *node, const struct node *a, const struct node *b)
{
    bool both = !ctype_is_void(a->named) && !ctype_is_void(b->named);
    bool differ = a->named_differ || b->named_differ || (both && !ctype_same(a->named, b->named));

    take_named(node,
               differ                    ? (struct ctype){ 0 }
               : ctype_is_void(a->named) ? b->named
                                         : a->named,
               differ);
}

void check_take_type(struct node *node, const struct node *from)
{
    node->type = from->binding != NULL ? from->binding->type : from->type;
    node->flexible = from->flexible && from->binding == NULL;
    node->wrong = from->wrong;
    take_named(node, from->named, from->named_differ);
}

void check_add_type(struct node *node, const struct node *way)
{
    struct node before = *node;

    if (way->ends)
        return;
    if (node->ends || (node->flexible && (!way->flexible || ctype_is_void(node->type))))
        check_take_type(node, way);
    if (!before.ends && before.flexible && way->flexible)
        join_named(node, &before, way);
}

/* The first way that ends in a typed value decides; `demand` compares the
 * others if anybody wants the value. */
void check_take_types(struct node *node, const struct node *a, const struct node *b)
{
    const struct node *first = a->ends ? b : a, *second = a->ends ? a : b;

    check_take_type(node, first);
    node->ends = first->ends;
    check_add_type(node, second);
    node->ends = a->ends && b->ends;
    node->wrong = a->wrong || b->wrong;
}
