/* check_delay.c - part of check: durations, and `delay`. */
#include "check/check.h"

static const struct ctype no_type = { NULL, "", 0 };

static int64_t unit_ns(enum ast_unit unit)
{
    static const int64_t ns[] = { [AST_US] = 1000,
                                  [AST_MS] = 1000000,
                                  [AST_S] = 1000000000,
                                  [AST_M] = 60 * INT64_C(1000000000),
                                  [AST_H] = 3600 * INT64_C(1000000000) };
    return ns[unit];
}

/* It passes `it` on, so it has the type of what comes in; the value stays where it is. */
struct node *check_duration(struct checker *checker, const struct ast_duration *duration)
{
    struct node *node = check_new_node(checker, NODE_DELAY, duration->span);

    if (duration->count != NULL)
        node->u.delay.count = check_text(checker, duration->count, no_type, false, NULL);
    node->u.delay.ns = duration->ns;
    node->u.delay.unit = duration->is_time ? 0 : unit_ns(duration->unit);
    return node;
}

struct node *check_delay(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_duration(checker, form->u.duration);

    node->span = form->span;
    node->u.delay.passes = checker->around.it;
    if (checker->around.it->node != NULL)
        check_take_type(node, checker->around.it->node);
    else if (checker->around.it->variable != NULL)
        node->type = checker->around.it->variable->type;
    return node;
}
