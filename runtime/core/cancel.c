/* cancel.c - the path of a cancel to the operation that a strand waits for
 * (rules 61-72).
 *
 * A cancel is delivered once, at once and depth first. The code in a pending
 * header says that the outcome is decided, and the `cancel` function of the
 * innermost chain asks the operation to stop. The ready queue unwinds the
 * strands later, so nothing runs inside the canceller. A strand that is not
 * waiting only gets the code, and its next boundary acts on it. */
#include "cancel.h"

#include "core.h"
#include "mailbox.h"
#include "suppress.h"
#include "trace.h"

static bool is_waiting(const struct chain_op *op)
{
    return (chain__tag(op) & CHAIN__GENERATION) != 0;
}

/* A thread may be posting a rejection: the first to write the code decides
 * which of the two reports it (rule 102). A rejection that the strand has not
 * looked at yet comes from the step that it waits for. */
void chain__cancel_wins(struct chain_op *op, struct chain_loop *loop)
{
    int32_t before = chain__swap_code(&op->code, CHAIN_CODE_CANCELLED, __ATOMIC_ACQUIRE);
    struct chain_failure failure;

    if (before <= 0)
        return;
    if (!is_waiting(op)) /* else `branches` is in use */
        chain__empty(op);
    failure = *chain__failure(op);
    if (failure.origin == NULL)
        failure.origin = chain__site_of(op);
    chain__suppress(loop, before, &failure);
}

/* Asks what the strand waits for: branches of the innermost chain, perhaps. */
static void ask(struct chain_strand *strand, struct chain_loop *loop)
{
    const struct chain_type *outer = loop->reach.branch_of;

    if (strand->type->cancel == NULL)
        return;
    loop->reach.branch_of = strand->type;
    strand->type->cancel(strand, loop);
    loop->reach.branch_of = outer;
}

static void deliver(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_op *op = &strand->op;
    bool decided =
        chain__load_code(&op->code, __ATOMIC_ACQUIRE) != 0 || (op->flags & CHAIN__DECIDED) != 0;

    if (is_waiting(op))
        CHAIN__TRACE(chain__trace_event(CHAIN_EVENT_CANCEL, op, CHAIN_CODE_CANCELLED));
    chain__cancel_wins(op, loop);
    if (!is_waiting(op) || decided)
        return;
    /* inside a start (rule 66) */
    if (op->at == CHAIN__STARTING
        || ((op->flags & CHAIN__FORKING) != 0 && strand->next != strand)) {
        loop->interrupted = strand;
        loop->interrupted_in = loop->reach.branch_of;
        loop->ends_matter = true;
        chain__set_budget_aside(loop);
    } else
        ask(strand, loop);
}

/* ---- items --------------------------------------------------------------- */

struct slots {
    char *first;
    size_t size, limit, number; /* `number`: how far after its strand that of an item stands */
};

/* Whether the item at `a` began before the one at `b`: one of two that live at
 * a time is less than half the numbers ahead. */
static bool is_earlier(const struct slots *slots, const char *a, const char *b)
{
    size_t distance = *(const size_t *)(const void *)(b + slots->number)
                      - *(const size_t *)(const void *)(a + slots->number);
    return distance == 0 ? a < b : distance <= SIZE_MAX / 2;
}

/* The first of the live items that began after the one at `last`; NULL: of all. */
static char *next_item(const struct slots *slots, const char *last)
{
    char *next = NULL, *end = slots->first + slots->limit * slots->size;

    for (char *slot = slots->first; slot != end; slot += slots->size)
        if ((((struct chain_strand *)(void *)slot)->op.flags & CHAIN__UNENDED) != 0
            && (last == NULL || is_earlier(slots, last, slot))
            && (next == NULL || is_earlier(slots, slot, next)))
            next = slot;
    return next;
}

void chain__cancel_slots(struct chain_strand *first, size_t size, size_t limit, size_t number,
                         struct chain_loop *loop)
{
    const struct slots slots = { (char *)first, size, limit, number };

    for (char *slot = next_item(&slots, NULL); slot != NULL; slot = next_item(&slots, slot))
        chain__cancel_branch((struct chain_strand *)(void *)slot, loop);
}

/* ---- instances --------------------------------------------------------------
 *
 * What a chain has spawned is asked after what the chain itself waits for.
 * Instances can own instances, to any depth, so those that a cancel reaches
 * stand in a list: what the first one owns comes before the second one. */

static void reach_instances(const struct chain__nursery *nursery, struct chain_loop *loop)
{
    for (struct chain__instance *instance = nursery->first; instance != NULL;
         instance = instance->next) {
        if (instance->is_reached)
            continue;
        instance->is_reached = true;
        instance->reached = NULL;
        *loop->reach.last = instance;
        loop->reach.last = &instance->reached;
    }
}

/* The frames of all chains that a strand is in begin at the same place, the
 * called one in the storage of its caller; but the outermost frame of a branch
 * stands elsewhere, before the strand that waits for it. */
static void reach_from(struct chain_strand *strand, struct chain_loop *loop)
{
    char *frame = (char *)(strand + 1);
    const struct chain_type *type = strand->type;

    while (type->caller != 0 && type != loop->reach.branch_of) {
        size_t nursery = type->nursery >> 1; /* without CHAIN__STARTS */

        if (nursery != 0)
            reach_instances((struct chain__nursery *)(void *)(frame + 2 * nursery), loop);
        type = (*(const struct chain_caller **)(void *)(frame + type->caller))->type;
    }
}

void chain__cancel(struct chain_strand *strand, struct chain_loop *loop)
{
    uint8_t flags = strand->op.flags;

    strand->op.flags |= CHAIN__CANCEL_ASKED;
    if ((flags & (CHAIN__CANCEL_ASKED | CHAIN__SHIELDED)) != 0)
        return;
    deliver(strand, loop);
    if (loop->reach_promises != NULL)
        loop->reach_promises(strand, loop);
    if (loop->instances != 0)
        reach_from(strand, loop);
}

/* A cancel begins, perhaps inside a `_cancel` function that another one has called. */
struct chain__reach chain__reach_begin(struct chain_loop *loop)
{
    struct chain__reach outer = loop->reach;

    loop->reach.first = NULL;
    loop->reach.last = &loop->reach.first;
    loop->reach.branch_of = NULL;
    return outer;
}

void chain__reach_end(struct chain_loop *loop, struct chain__reach outer)
{
    struct chain__instance *instance;

    while ((instance = loop->reach.first) != NULL) {
        struct chain__instance *rest = instance->reached;
        chain__reach_begin(loop);
        chain__cancel(&instance->strand, loop);
        *loop->reach.last = rest;
    }
    loop->reach = outer;
}

void chain__cancel_top(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain__reach outer = chain__reach_begin(loop);

    chain__cancel(strand, loop);
    chain__reach_end(loop, outer);
}

void chain__ask_strand(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain__reach outer = chain__reach_begin(loop);

    ask(strand, loop);
    chain__reach_end(loop, outer);
}

void chain__cancel_instances(struct chain__nursery *nursery, struct chain_loop *loop)
{
    struct chain__reach outer = chain__reach_begin(loop);

    reach_instances(nursery, loop);
    chain__reach_end(loop, outer);
}

/* The interrupted strand has come back to the loop, or ended. */
static void go_on(struct chain_loop *loop)
{
    loop->interrupted = NULL;
    chain__restore_budget(loop);
}

void chain__note_end(struct chain_strand *strand, struct chain_loop *loop)
{
    /* nothing else runs before that has come back */
    CHAIN__CHECK(loop->interrupted == NULL || loop->interrupted == strand);
    if (loop->interrupted == strand)
        go_on(loop);
    if (!chain__runs(loop))
        loop->ending = false;
    loop->ends_matter = loop->ending;
}

/* The start that was interrupted has returned; the strand waits now, unless it
 * settled or went on. */
void chain__ask_interrupted(struct chain_loop *loop)
{
    struct chain_strand *strand = loop->interrupted;

    go_on(loop);
    if (is_waiting(&strand->op) && strand->op.code == CHAIN_CODE_CANCELLED)
        chain__ask_strand(strand, loop);
    if (loop->reach_promises != NULL)
        loop->reach_promises(strand, NULL);
}

void chain_root_cancel(struct chain_root *root)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(&root->strand.op));

    if (chain_root_is_quiescent(root) || loop == NULL)
        return;
    if ((root->strand.op.flags & CHAIN__CANCEL_ASKED) == 0)
        CHAIN__TRACE(chain__trace_cancel(root));
    chain__cancel_top(&root->strand, loop);
}

void chain_loop_cancel(struct chain_loop *loop)
{
    loop->ending = chain__runs(loop);
    loop->ends_matter |= loop->ending;
    for (struct chain_root **next = &loop->roots; next != loop->last_root; next = &(*next)->next)
        chain_root_cancel(*next);
}

/* ---- from other threads -------------------------------------------------- */

static struct chain_strand *perform(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain_cancel_request *request = (struct chain_cancel_request *)(void *)strand;
    struct chain_root *root = request->root;

    chain__store_word(&request->busy, 0, __ATOMIC_RELEASE);
    /* else it has been run on another one since */
    if (chain__loop_of_tag(chain__tag(&root->strand.op)) == loop)
        chain_root_cancel(root);
    return chain__suspend(loop);
}

static const struct chain_type request_type = { .resume = perform, .name = "cancel request" };

enum chain_settled chain_root_post_cancel(struct chain_cancel_request *request,
                                          struct chain_root *root)
{
    enum chain_settled result;

    if (chain__swap_word(&request->busy, 1, __ATOMIC_ACQUIRE) != 0)
        return CHAIN_LATE;
    request->root = root;
    request->strand.type = &request_type;
    result = chain__mailbox_push(chain__tag(&root->strand.op), &request->strand);
    if (result != CHAIN_OK)
        chain__store_word(&request->busy, 0, __ATOMIC_RELEASE);
    return result;
}

void chain__drop_requests(struct chain_strand *list)
{
    for (struct chain_strand *strand = list, *next; strand != NULL; strand = next) {
        next = strand->next; /* the owner may free a request that has been dropped */
        if (strand->type == &request_type)
            chain__store_word(&((struct chain_cancel_request *)(void *)strand)->busy, 0,
                              __ATOMIC_RELEASE);
    }
}

bool chain_cancel_request_is_free(const struct chain_cancel_request *request)
{
    return chain__load_word(&request->busy, __ATOMIC_ACQUIRE) == 0;
}
