/* lower_each.c - part of lower: one body for many items (rules 95-98).
 *
 *     each (i in A .. B) limit N { p }    ->    next = A, high = B; each slots -> @joined
 *                                               slot:  number = next; next < high? i = next++, p, again @next : end
 *                                               @next: decided? end : again slot
 *     each (x from a) limit N { p }       ->    pulls = 0, pulling = 1; one slot -> @joined
 *                                               slot: number = pulls++; x = a; pulling = whether a free slot starts; p;
 *                                               pulling? end : again
 *                                               CHAIN_EEND: end, with pulling left as it is */
#include <string.h>

#include "base/arena.h"
#include "ctext/ctext.h"
#include "machine/lower.h"

/* Goes on only if nothing is decided and nobody has cancelled. */
static void go_on_if_undecided(struct lowering *lowering, struct ir_block *next)
{
    lowering->block->won = lowering->strand;
    lower_terminate(lowering, IR_MAY_JUMP, next, lowering->fail);
    lower_place(lowering, next);
    lowering->dirty = false;
}

/* ---- the items of a slot ------------------------------------------------- */

/* The next of a range, as long as there is one. */
static void take_number(struct lowering *lowering, struct fork *fork)
{
    const struct node *node = fork->each;
    struct ir_block *item = lower_inner_block(lowering, "item");
    struct ir_instr *instr;

    lowering->block->text = lower_text_of(lowering, fork->next, " < ", fork->high);
    lower_terminate(lowering, IR_IF, item, fork->left);
    lower_place(lowering, item);
    instr = lower_add(lowering, IR_EVAL, node->span);
    instr->variable = node->u.each.index;
    instr->text = lower_text_of(lowering, fork->next, "++", NULL);
}

/* An item has come: it begins, as soon as the one before it lets it, and a free
 * slot asks for the next one. */
static void begin_item(struct lowering *lowering, struct fork *fork)
{
    struct ir_instr *instr;

    lower_stagger_wait(lowering, fork);
    go_on_if_undecided(lowering, lower_inner_block(lowering, "item"));
    lower_staggered(lowering, fork);
    instr = lower_add(lowering, IR_NEXT_SLOT, fork->each->span);
    instr->variable = fork->pulling;
    instr->strand = fork->branches[0].strand;
    instr->to = fork->branches[0].start;
}

/* A slot whose item has ended takes the next one, unless another slot does
 * already, or there are no more. */
static void lower_feed(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *done = lower_inner_block(lowering, "item_done"),
                    *more = lower_inner_block(lowering, "pull_next");
    struct feed feed = { fork, done }, *outer = lowering->feed;

    lowering->feed = &feed;
    if (fork->next != NULL) {
        take_number(lowering, fork);
        begin_item(lowering, fork);
    }
    lower_item(lowering, fork);
    lowering->feed = outer;
    lower_terminate(lowering, IR_GOTO, lower_is_first(fork) ? more : done, NULL);
    lower_place(lowering, done);
    lowering->block->text = lower_text_of(lowering, fork->pulling, " != 0", NULL);
    if (lower_is_first(fork))
        lower_terminate(lowering, IR_GOTO, fork->left, NULL);
    else
        lower_terminate(lowering, IR_IF, fork->left, more);
    lower_place(lowering, more);
    lower_set_exit(lowering, fork->pulling, 1);
}

/* A cancel asks the items in the order in which they began (rule 68), which is
 * not that of their slots. */
static void number_item(struct lowering *lowering, struct fork *fork)
{
    struct ir_instr *instr;

    if (lowering->strand->number == NULL)
        return;
    instr = lower_add(lowering, IR_EVAL, fork->each->span);
    instr->variable = lowering->strand->number;
    if (fork->pulling != NULL)
        instr->text = lower_text_of(lowering, fork->pulls, "++", NULL);
    else
        instr->text = lower_text_of(lowering, fork->next, "", NULL);
}

/* The items of a range. The first one of each slot starts whatever those before
 * it have done (rule 18), so it is not asked there whether anything is decided.
 * Between two items others may run. */
static void lower_range_items(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *first = lower_inner_block(lowering, "first_item");
    struct ir_block *next = lower_inner_block(lowering, "next_item");

    lower_terminate(lowering, IR_GOTO, first, NULL);
    lower_place(lowering, next);
    next->is_state = true;
    go_on_if_undecided(lowering, first);
    number_item(lowering, fork);
    take_number(lowering, fork);
    lower_item(lowering, fork);
    lower_terminate(lowering, IR_BACK, next, next);
}

static void lower_pulled_items(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *take = lower_inner_block(lowering, "take_item");

    lower_terminate(lowering, IR_GOTO, take, NULL);
    lower_place(lowering, take);
    go_on_if_undecided(lowering, lower_inner_block(lowering, "may_take"));
    number_item(lowering, fork);
    lower_feed(lowering, fork);
    lower_terminate(lowering, IR_BACK, take, fork->branches[0].start);
}

static void lower_items(struct lowering *lowering, struct fork *fork)
{
    lower_begin_ends(lowering, fork);
    if (fork->pulling != NULL)
        lower_pulled_items(lowering, fork);
    else
        lower_range_items(lowering, fork);
    lower_ends(lowering, fork);
}

/* CHAIN_EEND of the source: there are no more items, and nobody asks again.
 * Another rejection of it decides. */
static void lower_end_of_items(struct lowering *lowering, struct ir_block *failed,
                               const struct node *node)
{
    static const struct ast_name end_of_items = { .name = "CHAIN_EEND", .c_name = "CHAIN_EEND" };
    struct fork *fork = lowering->feed->fork;
    struct ir_block *none = lower_inner_block(lowering, "no_more_items");

    lower_place(lowering, failed);
    failed->codes = &end_of_items;
    lower_terminate(lowering, IR_CODES, none, lower_source_rejected(lowering, fork));
    lower_place(lowering, none);
    lower_add(lowering, IR_CATCH, node->span);
    lower_jump_to(lowering, lowering->feed->done, &fork->jumps, NULL);
}

/* The source gives the item, and the body runs. */
void lower_pull(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    const struct node *source = node->body;
    struct ir_block *failed = lower_inner_block(lowering, "source_rejected"),
                    *fail = lowering->fail;
    struct ir_block *after = lower_inner_block(lowering, "after_item");

    lower_source(lowering, lowering->feed->fork);
    lowering->fail = failed;
    lower(lowering, source, NULL);
    lowering->fail = fail;
    begin_item(lowering, lowering->feed->fork);
    lower(lowering, node->second, dest);
    lower_terminate(lowering, IR_GOTO, after, NULL);
    lower_end_of_items(lowering, failed, source);
    lower_place(lowering, after);
}

/* ---- the whole ----------------------------------------------------------- */

/* What the slots and the strand that waits for them share. */
static struct variable *shared(struct lowering *lowering, const char *name, const char *type)
{
    struct variable *variable = lower_new_variable(lowering, VARIABLE_EXIT, name, type);

    variable->many_strands = true;
    variable->from = "each";
    return variable;
}

static struct variable *bound(struct lowering *lowering, const char *name, struct text *text,
                              const char *as, struct span span)
{
    struct variable *variable = shared(lowering, name, "size_t");
    struct ir_instr *instr = lower_add(lowering, IR_EVAL, span);

    instr->variable = variable;
    instr->text = lower_number_text(lowering, text, as);
    lowering->dirty |= lower_calls_something(text);
    return variable;
}

static struct ir_strand *slot_new(struct lowering *lowering, const struct node *node)
{
    struct ir_strand *slot =
        lower_new_strand(lowering->arena, lowering->chain, lowering->strand, node->span);
    const char *limit = node->u.each.limit->text;

    slot->is_slot = slot->is_strand = true;
    slot->slot = slot;
    slot->limit = arena_copy(lowering->arena, limit, ctext_solid_length(limit));
    slot->limit_span = node->u.each.limit->span;
    slot->field = arena_format(lowering->arena, "each_%u", ++lowering->chain->each_count);
    slot->scope = node->body->u.block.scope;
    slot->scope->strand = slot;
    lowering->chain->has_branches = lowering->chain->has_branch_strands = true;
    if (strcmp(slot->limit, "1") != 0) {
        struct scope *scope = lowering->scope;
        lowering->scope = slot->scope;
        slot->number = shared(lowering, "number", "size_t");
        lowering->scope = scope;
    }
    return slot;
}

static void start_slots(struct lowering *lowering, struct fork *fork, const struct node *node)
{
    struct ir_instr *instr = lower_add(lowering, IR_EACH, node->span);
    struct ir_strand *parent = lowering->strand;

    instr->node = node;
    instr->fork_kind = lower_is_first(fork) ? node->u.each.manner : AST_ALL;
    fork->branches[0].node = node->body;
    fork->branches[0].strand = instr->strand = slot_new(lowering, node);
    lowering->strand = instr->strand;
    fork->branches[0].start = instr->to = lower_new_block(lowering, "items", node->span);
    lowering->strand = parent;
    instr->to->is_state = true;
    instr->after = fork->joined;
    if (fork->pulling == NULL) {
        instr->variable = fork->next;
        instr->from = fork->high;
    }
    fork->count = 1;
}

/* `none`: where an any or race goes on if no item has decided; NULL: it is none. */
static void fork_slots(struct lowering *lowering, struct fork *fork, struct ir_block *none)
{
    const struct node *node = fork->each;
    struct ir_block *somebody;

    fork->joined = lower_inner_block(lowering, "after_items");
    fork->jumps.outer = lowering->cleanups;
    fork->jumps.owner = lowering->strand_owner;
    fork->jumps.scope = lowering->scope;
    fork->reset = lower_add(lowering, IR_HOLD, node->span);
    lower_make_room(lowering, MEMBER_DECISION);
    start_slots(lowering, fork, node);
    lower_end_fork(lowering, fork, node);
    if (none != NULL) {
        somebody = lower_inner_block(lowering, "decided");
        lower_terminate(lowering, IR_NOBODY, none, somebody);
        lower_place(lowering, somebody);
    }
    lower_check_code(lowering, node->span, NULL);
    lower_make_jumps(lowering, fork);
}

/* What the slots share that take their items one after another. */
static void share_pulls(struct lowering *lowering, struct fork *fork)
{
    if (strcmp(fork->each->u.each.limit->text, "1") != 0) {
        fork->pulls = shared(lowering, "pulls", "size_t");
        lower_set_exit(lowering, fork->pulls, 0);
    }
    fork->pulling = shared(lowering, "pulling", "unsigned");
    lower_set_exit(lowering, fork->pulling, 1);
}

/* Nothing is started and nothing waited for if there is no item (rule 96). */
static void lower_each_in(struct lowering *lowering, struct fork *fork, struct ir_block *none)
{
    const struct node *node = fork->each;
    struct ir_block *some = lower_inner_block(lowering, "some_items"),
                    *after = lower_inner_block(lowering, "after_each");

    fork->next = bound(lowering, "next", node->u.each.low, "chain__low", node->span);
    fork->high = bound(lowering, "high", node->u.each.high, "chain__high", node->span);
    lower_stagger(lowering, fork);
    lowering->block->text = lower_text_of(lowering, fork->next, " < ", fork->high);
    lower_terminate(lowering, IR_IF, some, none != NULL ? none : after);
    lower_place(lowering, some);
    if (fork->stagger != NULL)
        share_pulls(lowering, fork);
    fork_slots(lowering, fork, none);
    lower_terminate(lowering, IR_GOTO, after, NULL);
    if (none != NULL)
        lower_nobody(lowering, fork, none);
    lowering->dirty = true;
    lower_place(lowering, after);
}

static void lower_each_from(struct lowering *lowering, struct fork *fork, struct ir_block *none)
{
    struct ir_block *after;

    lower_stagger(lowering, fork);
    share_pulls(lowering, fork);
    fork_slots(lowering, fork, none);
    if (none == NULL)
        return;
    after = lower_inner_block(lowering, "after_each");
    lower_terminate(lowering, IR_GOTO, after, NULL);
    lower_nobody(lowering, fork, none);
    lower_place(lowering, after);
}

static void lower_items_of(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *none = NULL;

    if (lower_is_first(fork)) {
        none = lower_inner_block(lowering, "nobody");
    }
    if (fork->each->u.each.manner == AST_ANY) {
        fork->rejected = shared(lowering, "rejected", "size_t");
        lower_set_exit(lowering, fork->rejected, 0);
    }
    if (fork->each->u.each.index != NULL)
        lower_each_in(lowering, fork, none);
    else
        lower_each_from(lowering, fork, none);
}

void lower_each(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct fork *fork = arena_new(lowering->arena, struct fork);
    bool owns = dest != NULL && dest->resource != NULL;
    struct owner owner;

    lower_check_cancelled(lowering, node->span);
    fork->each = node;
    fork->lower_items = lower_items;
    fork->defers = lowering->defers;
    fork->won = dest;
    if (owns) { /* it may come too late */
        lower_owner_open(lowering, &owner, NULL, OWNER_RELEASES);
        fork->won = lower_value_apart(lowering, dest, node->span);
        lower_own(lowering, &owner, fork->won);
    }
    lower_items_of(lowering, fork);
    if (!owns)
        return;
    lower_copy(lowering, dest, fork->won, node->span);
    lower_owner_close(lowering, &owner, node->span);
}
