/* root.c - chains that C code runs. */
#include "root.h"

#include "core.h"
#include "trace.h"

/* With a value the link means nothing any more; a root that has ended without
 * has one only while it is in the other list. */
static inline void leave(struct chain_root *root, struct chain_root ***last)
{
    if (*last != &root->next) {
        *root->link = root->next;
        root->next->link = root->link;
    } else {
        *root->link = NULL;
        *last = root->link;
    }
}

size_t chain__roots_running(const struct chain_loop *loop)
{
    size_t count = loop->bare;

    for (struct chain_root *const *next = &loop->roots; next != loop->last_root;
         next = &(*next)->next)
        count++;
    return count;
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
    if (loop->closed)
        return CHAIN_ECLOSED;
    if (!chain_root_is_quiescent(root))
        return EBUSY;
    loop = chain__loop_of_tag(chain__tag(&root->strand.op)); /* where it was rejected */
    leave(root, &loop->last_rejected);
    root->link = NULL;
    report_unhandled(root, loop);
    /* the hook may have looked at it, and even run it */
    return chain_root_is_quiescent(root) ? 0 : EBUSY;
}

/* Comes last, as it may run the root again or free it. */
static inline struct chain_strand *tell_host(struct chain_root *root, struct chain_loop *loop)
{
    if (root->on_settled != NULL)
        root->on_settled(root);
    return chain__suspend(loop);
}

/* Without a value, or while ends matter. A root that was rejected is kept until
 * somebody looks. Not inline: end_root() would have to save registers for it. */
__attribute__((noinline)) static struct chain_strand *end_rarely(struct chain_root *root,
                                                                 struct chain_loop *loop)
{
    root->outcome = chain__outcome_of(&root->strand.op);
    if (root->outcome != CHAIN_OUTCOME_VALUE)
        root->link = NULL;
    if (root->outcome == CHAIN_OUTCOME_REJECTED && root->on_settled == NULL)
        chain__enter_root(root, &loop->last_rejected);
    chain__top_ended(&root->strand, loop);
    return tell_host(root, loop);
}

/* The chain of a root has ended. */
static struct chain_strand *end_root(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_root *root =
        (struct chain_root *)(void *)((char *)strand - offsetof(struct chain_root, strand));

    CHAIN__TRACE(chain__trace_root_done(root));
    leave(root, &loop->last_root);
    if (CHAIN__UNLIKELY(strand->op.code != 0 || loop->ends_matter))
        return end_rarely(root, loop);
    root->outcome = CHAIN_OUTCOME_VALUE;
    return tell_host(root, loop);
}

static const struct chain_type root_type = { .resume = end_root, .name = "root" };
const struct chain_caller chain__root_caller = { &root_type, 0 };

/* Looking at a rejection takes it off the list of those to be reported (rule 105). */
static void look_at(struct chain_root *root)
{
    if (root->outcome != CHAIN_OUTCOME_REJECTED || root->link == NULL)
        return;
    leave(root, &chain__loop_of_tag(chain__tag(&root->strand.op))->last_rejected);
    root->link = NULL;
}

enum chain_outcome chain_root_outcome(struct chain_root *root)
{
    look_at(root);
    return root->outcome;
}

struct chain_error chain_root_rejection(struct chain_root *root)
{
    static const struct chain_error none;

    if (root->outcome != CHAIN_OUTCOME_REJECTED)
        return none;
    look_at(root);
    return error_of(root);
}

void chain__roots_fini(struct chain_loop *loop)
{
    while (loop->rejected != NULL) {
        struct chain_root *root = loop->rejected;
        leave(root, &loop->last_rejected);
        root->link = NULL;
        report_unhandled(root, loop);
    }
    while (loop->roots != NULL) {
        struct chain_root *root = loop->roots;
        leave(root, &loop->last_root);
        root->link = &root->next; /* not quiescent, but on no list that goes away */
    }
}
