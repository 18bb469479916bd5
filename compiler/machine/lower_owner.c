/* lower_owner.c - part of lower: owners, and the undos and releases at their
 * end (rules 42a to 42c).
 *
 *     { a as x undo u then b }     ->     done = 0; a; done |= 1; done |= 2; b -> done & 1? @release : after
 *                                         @release: keep; failed and done & 2? u; done & 1? release x; restore -> …
 *
 * An owner is a block, or whatever else holds a value that owns something: the
 * steps of a `then`, a chain's parameters, its result, the branches of a race.
 * Every path out of it leads through the releases: the end, a rejection, a
 * cancel, a jump. */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

void lower_owner_open(struct lowering *lowering, struct owner *owner, struct scope *scope,
                      enum owner_kind kind)
{
    memset(owner, 0, sizeof *owner);
    owner->outer = lowering->owner;
    owner->scope = scope;
    owner->storage = lowering->scope;
    owner->kind = kind;
    owner->kept = lower_new_variable(lowering, VARIABLE_KEPT, "outcome", "struct chain__kept");
    owner->rejected =
        lower_inner_block(lowering, kind == OWNER_UNDOES ? "undo_all" : "rejected_to_release");
    owner->done = lower_new_variable(lowering, VARIABLE_EXIT, "done", "unsigned");
    owner->done->from = "bits of undos and releases";
    owner->kept->from = "the outcome that goes on";
    owner->reset = lower_add(lowering, IR_HOLD, lowering->block->span);
    owner->begin = lowering->block;
    owner->fail = lowering->fail;
    owner->cleanup.outer = lowering->cleanups;
    owner->cleanup.scope = lowering->scope;
    owner->cleanup.entry = lower_inner_block(lowering, "release_all");
    lowering->fail = owner->rejected;
    lowering->owner = owner;
    if (kind == OWNER_RELEASES)
        lowering->cleanups = &owner->cleanup;
}

/* Only a failure comes here. */
static void close_for_failure(struct lowering *lowering, struct owner *owner,
                              struct ir_block *after, struct span span)
{
    lower_terminate(lowering, IR_GOTO, after, NULL);
    lower_place(lowering, owner->rejected);
    if (owner->last != NULL) {
        lower_add(lowering, IR_KEEP, span)->variable = owner->kept;
        lowering->dirty = false;
        for (const struct owned *owned = owner->last; owned != NULL; owned = owned->next)
            lower_own_perform(lowering, owned, owner->kept, false);
        lower_add(lowering, IR_RESTORE, span)->variable = owner->kept;
    }
    lower_terminate(lowering, IR_GOTO, owner->fail, NULL);
}

/* The latest instruction has moved the only thing that there is to release: one need not ask. */
static bool has_given_all(const struct ir_block *block, const struct owned *owned)
{
    const struct ir_instr *last = block->instrs;

    while (last != NULL && last->next != NULL)
        last = last->next;
    for (; owned != NULL; owned = owned->next)
        if (owned->variable != NULL && (last == NULL || owned->given != last))
            return false;
    return true;
}

static void enter(struct lowering *lowering, struct owner *owner)
{
    if (owner->cleanup.exit != NULL)
        lower_set_exit(lowering, owner->cleanup.exit, 0);
    lower_terminate(lowering, IR_GOTO, owner->cleanup.entry, NULL);
}

/* Every way comes here, and goes on after it. */
static void close_for_all(struct lowering *lowering, struct owner *owner, struct ir_block *after,
                          struct span span)
{
    struct ir_block *normal = lower_inner_block(lowering, "to_release"),
                    *checked = lower_inner_block(lowering, "all_released");

    if (owner->scope != NULL)
        lower_if_open(lowering, owner->scope, normal);
    if (has_given_all(lowering->block, owner->last))
        lower_terminate(lowering, IR_GOTO, after, NULL);
    else {
        lowering->block->text = lower_own_anything(lowering, owner->last);
        lower_terminate(lowering, IR_IF, normal, after);
    }
    lower_place(lowering, normal);
    enter(lowering, owner);
    lower_place(lowering, owner->rejected);
    enter(lowering, owner);
    lower_place(lowering, owner->cleanup.entry);
    lower_add(lowering, IR_KEEP, span)->variable = owner->kept;
    lowering->dirty = false;
    if (owner->scope != NULL)
        lower_end_promises(lowering, owner->scope, span);
    for (const struct owned *owned = owner->last; owned != NULL; owned = owned->next)
        lower_own_perform(lowering, owned, owner->kept, true);
    lower_add(lowering, IR_RESTORE, span)->variable = owner->kept;
    lower_terminate(lowering, IR_CHECK, checked, owner->fail);
    lower_place(lowering, checked);
    lowering->block->variable = owner->cleanup.exit;
    lowering->block->cases = owner->cleanup.cases;
    lower_terminate(lowering, owner->cleanup.exit != NULL ? IR_SWITCH : IR_GOTO, after, NULL);
    lowering->dirty = false;
    lower_continue_jumps(lowering, &owner->cleanup);
}

void lower_owner_close(struct lowering *lowering, struct owner *owner, struct span span)
{
    struct ir_block *after = lower_inner_block(lowering, "after_block");
    bool dirty = lowering->dirty;

    lowering->fail = owner->fail;
    lowering->owner = owner->outer;
    lowering->cleanups = owner->cleanup.outer;
    if (owner->kind == OWNER_RELEASES)
        close_for_all(lowering, owner, after, span);
    else
        close_for_failure(lowering, owner, after, span);
    lowering->dirty = dirty;
    lower_place(lowering, after);
}

void lower_owning_block(struct lowering *lowering, const struct node *block, struct variable *dest)
{
    struct scope *scope = block->u.block.scope;
    struct owner owner;

    bool every_way = scope->owned_count != 0 || scope->promises != NULL;
    unsigned promises = lowering->strand->promise_count;

    lower_owner_open(lowering, &owner, scope, every_way ? OWNER_RELEASES : OWNER_UNDOES);
    owner.is_block = true;
    lower(lowering, block->body, dest);
    lowering->strand->promise_count = promises;
    lower_check_cancelled(lowering, block->span); /* its last step may have cancelled the chain */
    lower_owner_close(lowering, &owner, block->span);
}
