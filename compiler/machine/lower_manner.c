/* lower_manner.c - part of lower: what the manners of an each add to its items
 * (rules 151-155).
 *
 *     any each (…) { p }           ->     p -> value: decided? fail : won = value, end of slot
 *                                         rejected -> decided? fail : rejected++; another item? again : fail
 *     race each (…) { p }          ->     the same, but rejected -> fail: that decides, too
 *     settle each (…) { p } as r { q }   ->     p; r = the outcome; q
 *     … stagger D                  ->     item: wait until due; due = now + D; a free slot starts; p
 */
#include "base/arena.h"
#include "machine/lower.h"

bool lower_is_first(const struct fork *fork)
{
    return fork->each->kind == NODE_FIRST;
}

static bool is_any(const struct fork *fork)
{
    return fork->each->u.each.manner == AST_ANY;
}

/* A block without a step of its own. */
static struct ir_block *place_new(struct lowering *lowering, const char *hint)
{
    struct ir_block *block = lower_inner_block(lowering, hint);

    return block;
}

/* ---- settle each --------------------------------------------------------- */

/* A value and a rejection go on with the second block, a cancel does not. */
static void keep_outcome(struct lowering *lowering, const struct node *node)
{
    struct ir_block *rejected = place_new(lowering, "item_rejected"),
                    *other = place_new(lowering, "item_not_rejected"),
                    *kept = place_new(lowering, "item_settled");

    lower_add(lowering, IR_SETTLED, node->span)->variable = node->u.block.outcome;
    lower_terminate(lowering, IR_CODES, rejected, other);
    lower_place(lowering, rejected);
    lower_add(lowering, IR_CATCH, node->span);
    lower_terminate(lowering, IR_GOTO, kept, NULL);
    lower_place(lowering, other);
    lower_terminate(lowering, IR_CHECK, kept, lowering->fail);
    lower_place(lowering, kept);
    lowering->dirty = false;
}

void lower_settled(struct lowering *lowering, const struct node *node)
{
    struct ir_block *settled = place_new(lowering, "item_ended"), *fail = lowering->fail;
    struct scope *outer = lowering->scope;

    node->u.block.scope->strand = lowering->strand;
    lowering->scope = node->u.block.scope;
    lowering->fail = settled;
    lower(lowering, node->body, node->u.block.value);
    lowering->fail = fail;
    lower_terminate(lowering, IR_GOTO, settled, NULL);
    lower_place(lowering, settled);
    keep_outcome(lowering, node);
    lower(lowering, node->second, NULL);
    lowering->scope = outer;
}

/* ---- stagger ------------------------------------------------------------- */

void lower_stagger(struct lowering *lowering, struct fork *fork)
{
    const struct node *duration = fork->each->u.each.stagger;
    struct ir_instr *instr;

    if (duration == NULL)
        return;
    if (duration->u.delay.count != NULL)
        lower_check_before_c(lowering, duration->u.delay.count);
    fork->stagger = lower_new_variable(lowering, VARIABLE_EXIT, "stagger", "struct chain__stagger");
    fork->stagger->many_strands = fork->stagger->address_taken = true;
    fork->stagger->from = "each";
    instr = lower_add(lowering, IR_STAGGER, fork->each->span);
    instr->variable = fork->stagger;
    instr->node = duration;
    instr->text = duration->u.delay.count;
}

void lower_stagger_wait(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *after = lower_inner_block(lowering, "after_stagger");

    if (fork->stagger == NULL)
        return;
    lower_use_storage(lowering, lowering->strand, NULL);
    lowering->block->node = fork->each;
    lowering->block->variable = fork->stagger;
    lowering->block->end_span = fork->each->u.each.stagger->span;
    lower_terminate(lowering, IR_DELAY, after, NULL);
    after->is_state = true;
    lower_place(lowering, after);
    lower_check_code(lowering, fork->each->span, NULL);
}

static void add_stagger(struct lowering *lowering, struct fork *fork, enum ir_kind kind)
{
    if (fork->stagger != NULL)
        lower_add(lowering, kind, fork->each->span)->variable = fork->stagger;
}

void lower_staggered(struct lowering *lowering, struct fork *fork)
{
    add_stagger(lowering, fork, IR_STAGGERED);
}

/* ---- any, race: the value of an item ------------------------------------- */

/* Only the item that decides gives its value away: nothing runs between this
 * and the end of its slot, which decides. */
static void win(struct lowering *lowering, struct fork *fork, struct variable *value)
{
    const struct node *each = fork->each;
    struct ir_block *decides;

    if (value == NULL || each->body->ends)
        return;
    decides = lower_inner_block(lowering, "decides");
    lowering->block->won = lowering->strand;
    lower_terminate(lowering, IR_MAY_JUMP, decides, lowering->fail);
    lower_place(lowering, decides);
    lower_copy(lowering, fork->won, value, each->span);
}

/* Its value waits in the slot, and is released there if another item has decided (rule 42c). */
static void lower_contender(struct lowering *lowering, struct fork *fork)
{
    const struct node *body = fork->each->body;
    struct variable *value = NULL;
    struct scope *outer = lowering->scope;
    struct owner owner;
    bool owns = fork->won != NULL && fork->won->resource != NULL;

    lowering->scope = lowering->strand->scope;
    if (owns)
        lower_owner_open(lowering, &owner, NULL, OWNER_RELEASES);
    if (fork->won != NULL)
        value = lower_value_apart(lowering, fork->won, body->span);
    if (owns)
        lower_own(lowering, &owner, value);
    lowering->scope = outer;
    lower(lowering, body, value);
    win(lowering, fork, value);
    if (owns)
        lower_owner_close(lowering, &owner, body->span);
}

/* ---- any: the rejection of its source ------------------------------------ */

/* What the source has given may have to be released before its rejection ends
 * the slot, so the slot remembers where the rejection came from. */
void lower_source(struct lowering *lowering, struct fork *fork)
{
    struct scope *outer = lowering->scope;

    if (!is_any(fork))
        return;
    lowering->scope = lowering->strand->scope;
    fork->of_source = lower_new_variable(lowering, VARIABLE_EXIT, "of_source", "unsigned");
    lowering->scope = outer;
    lower_set_exit(lowering, fork->of_source, 0);
}

struct ir_block *lower_source_rejected(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *broken, *here = lowering->block;

    if (fork->of_source == NULL)
        return lowering->fail;
    broken = place_new(lowering, "source_broken");
    lower_place(lowering, broken);
    lower_set_exit(lowering, fork->of_source, 1);
    lower_terminate(lowering, IR_GOTO, lowering->fail, NULL);
    lowering->block = here;
    return broken;
}

/* ---- any: another item after a rejection --------------------------------- */

/* The rejection is that of the slot if no item follows, and goes to the
 * suppressed hook if another item has decided meanwhile. */
static void lower_next_chance(struct lowering *lowering, struct fork *fork, struct ir_block *failed,
                              unsigned writes)
{
    struct ir_block *rejected = place_new(lowering, "rejected"),
                    *of_item = place_new(lowering, "of_item"),
                    *undecided = place_new(lowering, "undecided"),
                    *again = place_new(lowering, "another_item");
    struct ir_instr *instr;

    lower_place(lowering, failed);
    lower_terminate(lowering, IR_CODES, rejected, lowering->fail);
    lower_place(lowering, rejected);
    if (fork->of_source != NULL) {
        lowering->block->text = lower_text_of(lowering, fork->of_source, " != 0", NULL);
        lower_terminate(lowering, IR_IF, fork->source_end, of_item);
        lower_place(lowering, of_item);
    }
    lowering->block->won = lowering->strand;
    lower_terminate(lowering, IR_UNDECIDED, undecided, lowering->fail);
    lower_place(lowering, undecided);
    instr = lower_add(lowering, IR_EVAL, fork->each->span);
    instr->variable = fork->rejected;
    instr->text = lower_text_of(lowering, fork->rejected, " + 1", NULL);
    add_stagger(lowering, fork, IR_HURRY);
    if (fork->pulling != NULL)
        lowering->block->text = lower_text_of(lowering, fork->pulling, " == 0", NULL);
    else
        lowering->block->text = lower_text_of(lowering, fork->next, " < ", fork->high);
    lower_terminate(lowering, IR_IF, again, lowering->fail);
    lower_place(lowering, again);
    lower_add(lowering, IR_CATCH, fork->each->span);
    lower_own_release_since(lowering, writes, fork->each->span);
}

void lower_item(struct lowering *lowering, struct fork *fork)
{
    struct ir_block *fail = lowering->fail, *failed;
    unsigned writes = lowering->writes;

    if (!lower_is_first(fork)) {
        lower(lowering, fork->each->body, NULL);
        return;
    }
    failed = place_new(lowering, "item_rejected");
    if (is_any(fork))
        lowering->fail = failed;
    lower_contender(lowering, fork);
    lowering->fail = fail;
    lower_terminate(lowering, IR_GOTO, fail,
                    NULL); /* with its value: the end of the slot decides */
    if (is_any(fork))
        lower_next_chance(lowering, fork, failed, writes);
}

/* ---- the ends ------------------------------------------------------------ */

void lower_begin_ends(struct lowering *lowering, struct fork *fork)
{
    fork->left = lowering->fail;
    if (lower_is_first(fork))
        fork->left = place_new(lowering, "slot_left");
    if (is_any(fork) && fork->next == NULL)
        fork->source_end = place_new(lowering, "source_ends");
}

void lower_ends(struct lowering *lowering, struct fork *fork)
{
    if (!lower_is_first(fork))
        return;
    lower_place(lowering, fork->left);
    lower_terminate(lowering, IR_BRANCH_LEFT, fork->joined, NULL);
    if (fork->source_end == NULL)
        return;
    lower_place(lowering, fork->source_end);
    lower_terminate(lowering, IR_SOURCE_END, fork->joined, NULL);
}

static struct text *words(struct lowering *lowering, const char *text)
{
    struct text *made = text_new(lowering->arena);

    text_add(lowering->arena, made, text);
    return made;
}

/* Nobody has decided: all items were rejected, or there were none (rules 151, 152). */
void lower_nobody(struct lowering *lowering, struct fork *fork, struct ir_block *none)
{
    const struct node *each = fork->each;
    struct ir_instr *instr;
    struct text *info;

    lower_place(lowering, none);
    if (is_any(fork)) /* of the runtime, which does not know how many there were */
        lower_add(lowering, IR_CATCH, each->span);
    instr = lower_add(lowering, IR_RAISE, each->span);
    instr->number = lower_new_site(lowering, each->span, ast_form_traits[each->u.each.manner].word);
    instr->args = words(lowering, is_any(fork) ? "CHAIN_EALL" : "CHAIN_EEND");
    instr->args->next =
        words(lowering, is_any(fork) ? "\"no item gave a value\"" : "\"there was no item\"");
    if (is_any(fork)) {
        info = words(lowering, "(intptr_t)");
        text_add_variable(lowering->arena, info, fork->rejected);
        instr->args->next->next = info;
    }
    lower_terminate(lowering, IR_GOTO, lowering->fail, NULL);
}
