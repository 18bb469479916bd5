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

static void report_unhandled(struct chain_root *root, struct chain_loop *loop)
{
    if (loop->on_unhandled != NULL)
        loop->on_unhandled(loop, &root->error);
}

static void prepare(struct chain_root *root, struct chain_loop *loop, const struct chain_type *type)
{
    struct chain_strand *strand = &root->strand;

    root->outcome = CHAIN_PENDING;
    root->looked_at = 0;
    strand->type = type;
    strand->op.at = 0;
    strand->op.code = 0;
    strand->op.flags = 0;
    strand->op.alive = 0;
    if ((chain__tag(&strand->op) & CHAIN__LOW) != (uint64_t)loop->id << 8) /* a store of half a tag is slow to load from */
        chain__set_tag(&strand->op, (chain__tag(&strand->op) & ~CHAIN__LOW) | (uint64_t)loop->id << 8);
}

int chain__run(struct chain_root *root, struct chain_loop *loop, const struct chain_type *type, struct chain_link *link)
{
    CHAIN__CHECK(chain__may_run(root, loop) == 0);
    if (root->link != NULL) { /* rejected the last time, and running it again loses that */
        report_unhandled(root, loop);
        unlink_root(root, loop);
    }
    prepare(root, loop, type);
    link->type = &chain__root_type;
    link->at = 0;
    link_root(root, loop);
    loop->alive++;
    chain__ready(loop, &root->strand);
    return 0;
}

static enum chain_outcome take_outcome(struct chain_root *root)
{
    const struct chain_op *op = &root->strand.op;

    if (op->code == 0)
        return CHAIN_VALUE;
    if (op->code == CHAIN_CANCELLED)
        return CHAIN_WAS_CANCELLED;
    root->error = chain__error(op, chain__failure(&root->strand.op));
    return CHAIN_REJECTED;
}

/* The chain of a root has ended. on_settled comes last, as it may run the root again or free it. */
static struct chain_strand *end_root(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_root *root = (struct chain_root *)(void *)((char *)strand - offsetof(struct chain_root, strand));

    if (loop->interrupted == strand)
        loop->interrupted = NULL;
    loop->alive--;
    root->outcome = take_outcome(root);
    if (root->outcome != CHAIN_REJECTED || root->on_settled != NULL)
        unlink_root(root, loop);
    if (root->on_settled != NULL)
        root->on_settled(root);
    return chain__suspend(loop);
}

const struct chain_type chain__root_type = { end_root, NULL, "root", NULL, 0 };

/* Looking at a rejection takes it off the list of those to be reported (rule 105). */
static void look_at(struct chain_root *root)
{
    root->looked_at = 1;
    if (root->outcome == CHAIN_REJECTED && root->link != NULL)
        unlink_root(root, chain__loop_of_tag(chain__tag(&root->strand.op)));
}

enum chain_outcome chain_outcome(struct chain_root *root)
{
    if (root->outcome == CHAIN_REJECTED)
        look_at(root);
    return root->outcome;
}

const struct chain_error *chain_rejection(struct chain_root *root)
{
    static const struct chain_error none;

    if (root->outcome != CHAIN_REJECTED)
        return &none;
    look_at(root);
    return &root->error;
}

size_t chain__roots_fini(struct chain_loop *loop)
{
    size_t running = 0;

    while (loop->roots != NULL) {
        struct chain_root *root = loop->roots;
        unlink_root(root, loop);
        if (root->outcome == CHAIN_REJECTED) {
            report_unhandled(root, loop);
        } else {
            root->link = &root->next; /* not quiescent, but on no list that goes away */
            running++;
        }
    }
    return running;
}
