/* root.c - chains that C code runs. */
#include "core.h"

static void link_root(struct chain_root *root, struct chain_loop *loop)
{
    root->next = NULL;
    root->link = loop->last_root;
    *loop->last_root = root;
    loop->last_root = &root->next;
}

static void unlink_root(struct chain_root *root, struct chain_loop *loop)
{
    *root->link = root->next;
    if (root->next != NULL)
        root->next->link = root->link;
    else
        loop->last_root = root->link;
    root->next = NULL;
    root->link = NULL;
}

static struct chain_error error_of(struct chain_root *root)
{
    return chain__error(&root->strand.op, chain__failure(&root->strand.op));
}

static void report_unhandled(struct chain_root *root, struct chain_loop *loop)
{
    struct chain_error error = error_of(root);

    if (loop->on_unhandled != NULL)
        loop->on_unhandled(loop, &error);
}

int chain__run_again(struct chain_root *root, struct chain_loop *loop)
{
    if (!chain_is_quiescent(root))
        return EBUSY;
    report_unhandled(root, loop);
    unlink_root(root, loop);
    return 0;
}

static void prepare(struct chain_root *root, struct chain_loop *loop, const struct chain_type *type)
{
    root->outcome = CHAIN_PENDING;
    chain__prepare(&root->strand, loop, type);
}

int chain__run(struct chain_root *root, struct chain_loop *loop, const struct chain_type *type)
{
    CHAIN__CHECK(root->link == NULL);
    prepare(root, loop, type);
    link_root(root, loop);
    CHAIN__TRACE(chain__trace_run(root));
    loop->alive++;
    chain__ready(loop, &root->strand);
    return 0;
}

/* The chain of a root has ended. on_settled comes last, as it may run the root again or free it. */
static struct chain_strand *end_root(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_root *root = (struct chain_root *)(void *)((char *)strand - offsetof(struct chain_root, strand));

    chain__top_ended(strand, loop);
    CHAIN__TRACE(chain__trace_done(&strand->op, root->number));
    root->outcome = chain__outcome_of(&strand->op);
    if (root->outcome != CHAIN_REJECTED || root->on_settled != NULL)
        unlink_root(root, loop);
    if (root->on_settled != NULL)
        root->on_settled(root);
    return chain__suspend(loop);
}

static const struct chain_type root_type = { .resume = end_root, .name = "root" };
const struct chain_caller chain__root_caller = { &root_type, 0 };

/* Looking at a rejection takes it off the list of those to be reported (rule 105). */
static void look_at(struct chain_root *root)
{
    if (root->outcome == CHAIN_REJECTED && root->link != NULL)
        unlink_root(root, chain__loop_of_tag(chain__tag(&root->strand.op)));
}

enum chain_outcome chain_outcome(struct chain_root *root)
{
    look_at(root);
    return root->outcome;
}

struct chain_error chain_rejection(struct chain_root *root)
{
    static const struct chain_error none;

    if (root->outcome != CHAIN_REJECTED)
        return none;
    look_at(root);
    return error_of(root);
}

void chain__roots_fini(struct chain_loop *loop)
{
    while (loop->roots != NULL) {
        struct chain_root *root = loop->roots;
        unlink_root(root, loop);
        if (root->outcome == CHAIN_REJECTED)
            report_unhandled(root, loop);
        else
            root->link = &root->next; /* not quiescent, but on no list that goes away */
    }
}
