/* lower_own.c - part of lower: owned values, and steps that have an undo, while
 * their owner lives.
 *
 *     a as x undo u     ->     a; done |= 1; done |= 2     done & 2? u     done & 1? release x
 *
 * A bit for each says whether it has to be released or undone: only at run time
 * is it known which steps a path has run, and which values it has moved. */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

/* ---- the bits ------------------------------------------------------------ */

static void add_done_to(struct lowering *lowering, struct text *text, struct variable *done,
                        const char *format, unsigned mask)
{
    text_add_variable(lowering->arena, text, done);
    text_add(lowering->arena, text, arena_format(lowering->arena, format, mask));
}

static struct text *about_done(struct lowering *lowering, struct variable *done, const char *format,
                               unsigned mask)
{
    struct text *text = text_new(lowering->arena);

    add_done_to(lowering, text, done, format, mask);
    return text;
}

static const struct ir_instr *change_done(struct lowering *lowering, const struct owned *owned,
                                          const char *format, struct span span)
{
    struct ir_instr *instr = lower_add(lowering, IR_EVAL, span);

    instr->variable = owned->done;
    instr->text = about_done(lowering, owned->done, format, owned->mask);
    return instr;
}

/* Another variable for bits, cleared where the owner begins. */
static void add_done(struct lowering *lowering, struct owner *owner)
{
    struct ir_instr *next = owner->reset;

    if (owner->bits == 32) {
        struct scope *scope = lowering->scope;
        lowering->scope = owner->storage;
        owner->done = lower_new_variable(lowering, VARIABLE_EXIT, "done", "unsigned");
        owner->done->from = "bits of undos and releases";
        lowering->scope = scope;
        next = arena_new(lowering->arena, struct ir_instr);
        *next = *owner->reset;
        owner->reset->next = next;
        if (next->next == NULL)
            owner->begin->last_instr = &next->next;
        owner->reset = next;
        owner->bits = 0;
    }
    next->kind = IR_SET_EXIT;
    next->variable = owner->done;
    next->number = 0;
}

static struct owned *add_owned(struct lowering *lowering, struct owner *owner)
{
    struct owned *owned = arena_new(lowering->arena, struct owned);

    if (owner->bits == 0 || owner->bits == 32)
        add_done(lowering, owner);
    owned->owner = owner;
    owned->done = owner->done;
    owned->mask = 1u << owner->bits++;
    owned->next = owner->last;
    owner->last = owned;
    return owned;
}

/* ---- one undo, one release ----------------------------------------------- */

/* NAME(variable), the release function. One that takes any pointer takes one to
 * what is constant, too. */
static const struct node *release_of(struct lowering *lowering, struct variable *variable)
{
    struct node *node = arena_new(lowering->arena, struct node);
    struct text *text = text_new(lowering->arena);
    const struct symbol *release = variable->resource->release;

    node->kind = NODE_CALL;
    node->span = text->span = variable->span;
    node->u.call.op = variable->resource->release;
    node->u.call.args = text;
    if (strcmp(release->params->type.before, "void *") == 0
        && !ctype_same(release->params->type, variable->resource->value))
        text_add(lowering->arena, text, "(void *)");
    text_add_variable(lowering->arena, text, variable);
    return node;
}

/* An undo is for blocks that fail; if the others come here, too, what is kept
 * of the outcome says which it is. */
static struct text *condition(struct lowering *lowering, const struct owned *owned,
                              struct variable *kept, bool asks)
{
    struct text *text;

    if (owned->variable != NULL || !asks)
        return about_done(lowering, owned->done, " & %uu", owned->mask);
    text = text_new(lowering->arena);
    text_add_variable(lowering->arena, text, kept);
    text_add(lowering->arena, text, ".code != 0 && (");
    add_done_to(lowering, text, owned->done, " & %uu)", owned->mask);
    return text;
}

/* What it rejects with goes to the suppressed hook. */
void lower_own_perform(struct lowering *lowering, const struct owned *owned, struct variable *kept,
                       bool asks)
{
    const struct node *what =
        owned->undo != NULL ? owned->undo : release_of(lowering, owned->variable);
    bool undo = owned->undo != NULL;
    struct ir_block *todo = lower_inner_block(lowering, undo ? "undo" : "release");
    struct ir_block *next = lower_inner_block(lowering, undo ? "undone" : "released");
    struct ir_block *failed =
                        lower_inner_block(lowering, undo ? "undo_rejected" : "release_rejected"),
                    *fail = lowering->fail;

    todo->apart = next->apart = failed->apart =
        undo ? lower_step_word(what) : owned->variable->name;
    lowering->block->text = condition(lowering, owned, kept, asks);
    lower_terminate(lowering, IR_IF, todo, next);
    lower_place(lowering, todo);
    lowering->dirty = false; /* shielded: a cancel waits */
    lowering->fail = failed;
    if (!undo && !lower_own_gives(what))
        change_done(lowering, owned, " & ~%uu", what->span);
    lower(lowering, what, NULL);
    lowering->fail = fail;
    lower_terminate(lowering, IR_GOTO, next, NULL);
    lower_place(lowering, failed);
    lower_add(lowering, IR_SUPPRESS_OWN, what->span);
    lower_terminate(lowering, IR_GOTO, next, NULL);
    lower_place(lowering, next);
}

/* ---- owners -------------------------------------------------------------- */

static struct owner *owner_of(const struct lowering *lowering, const struct scope *scope)
{
    struct owner *owner = lowering->owner;

    while (owner->scope != scope)
        owner = owner->outer;
    return owner;
}

struct owned *lower_own(struct lowering *lowering, struct owner *owner, struct variable *variable)
{
    struct owned *owned = add_owned(lowering, owner);

    owned->variable = variable;
    variable->owned = owned;
    return owned;
}

/* Who has a variable in care; NULL if it owns nothing. A name is its block's. */
static struct owned *owned_of(struct lowering *lowering, struct variable *variable)
{
    if (variable == NULL || variable->resource == NULL)
        return NULL;
    return variable->owned != NULL
               ? variable->owned
               : lower_own(lowering, owner_of(lowering, variable->scope), variable);
}

/* ---- blocks -------------------------------------------------------------- */

/* A chain's parameters are its own from the start. */
void lower_own_parameters(struct lowering *lowering, struct owner *owner)
{
    for (struct variable *v = lowering->chain->checked->variables; v != NULL; v = v->next)
        if (v->kind == VARIABLE_PARAMETER && v->resource != NULL) {
            lower_own(lowering, owner, v)->written = ++lowering->writes;
            owner->reset->number |= v->owned->mask;
        }
}

/* ---- values on their way ------------------------------------------------- */

static void release_some(struct lowering *lowering, const struct owned *const *list, unsigned count,
                         struct span span)
{
    struct ir_block *todo = lower_inner_block(lowering, "release_now"),
                    *after = lower_inner_block(lowering, "released_now");
    struct variable *kept =
        lower_new_variable(lowering, VARIABLE_KEPT, "outcome", "struct chain__kept");
    struct text *text = text_new(lowering->arena);

    kept->from = "the outcome that goes on";
    for (unsigned i = 0; i < count; i++) {
        if (i != 0)
            text_add(lowering->arena, text, " || ");
        add_done_to(lowering, text, list[i]->done, " & %uu", list[i]->mask);
    }
    lowering->block->text = text;
    lower_terminate(lowering, IR_IF, todo, after);
    lower_place(lowering, todo);
    lower_add(lowering, IR_KEEP, span)->variable = kept;
    for (unsigned i = 0; i < count; i++)
        lower_own_perform(lowering, list[i], kept, false);
    lower_add(lowering, IR_RESTORE, span)->variable = kept;
    lower_terminate(lowering, IR_CHECK, after, lowering->fail);
    lower_place(lowering, after);
}

/* Before something is written: what the variable owns already, by another way, is released. */
struct owned *lower_own_prepare(struct lowering *lowering, struct variable *dest, struct span span)
{
    struct owned *owned = owned_of(lowering, dest);
    const struct owned *list[1] = { owned };

    if (owned == NULL)
        return NULL;
    if (owned->written != 0)
        release_some(lowering, list, 1, span);
    owned->written = ++lowering->writes;
    return owned;
}

void lower_own_set(struct lowering *lowering, struct variable *variable, struct span span)
{
    if (variable != NULL && variable->owned != NULL)
        change_done(lowering, variable->owned, " | %uu", span);
}

static void clear(struct lowering *lowering, struct variable *variable, struct span span)
{
    if (variable != NULL)
        variable->owned->given = change_done(lowering, variable->owned, " & ~%uu", span);
}

unsigned lower_own_written(const struct variable *variable)
{
    return variable == NULL || variable->owned == NULL ? 0 : variable->owned->written;
}

void lower_own_set_written(struct variable *variable, unsigned written)
{
    if (variable != NULL && variable->owned != NULL)
        variable->owned->written = written;
}

/* The arguments that a call takes over. */
void lower_own_give(struct lowering *lowering, const struct node *call)
{
    const struct parameter *param = call->u.call.op->params;

    for (const struct text *arg = call->u.call.args; arg != NULL && param != NULL;
         arg = arg->next, param = param->next)
        clear(lowering, text_moves(arg, param->type), call->span);
}

bool lower_own_gives(const struct node *call)
{
    const struct parameter *param = call->u.call.op->params;

    for (const struct text *arg = call->u.call.args; arg != NULL && param != NULL;
         arg = arg->next, param = param->next)
        if (text_moves(arg, param->type) != NULL)
            return true;
    return false;
}

/* Everything that has been written since then and is still in somebody's care:
 * it must not be written again (rule 92). */
void lower_own_release_since(struct lowering *lowering, unsigned since, struct span span)
{
    for (const struct owner *owner = lowering->owner; owner != NULL; owner = owner->outer)
        for (const struct owned *owned = owner->last; owned != NULL; owned = owned->next)
            if (owned->written > since)
                release_some(lowering, &owned, 1, span);
}

void lower_own_release_all(struct lowering *lowering, const struct owned *const *list,
                           unsigned count, struct span span)
{
    if (count != 0)
        release_some(lowering, list, count, span);
}

void lower_copy(struct lowering *lowering, struct variable *dest, struct variable *from,
                struct span span)
{
    struct ir_instr *instr;
    if (dest == NULL || from == NULL || dest == from)
        return;
    lower_own_prepare(lowering, dest, span);
    instr = lower_add(lowering, IR_COPY, span);
    instr->variable = dest;
    instr->from = from;
    lower_own_set(lowering, dest, span);
    clear(lowering, dest->owned == NULL ? NULL : from, span);
}

/* Whether there is anything to release: a condition over all the bits. */
struct text *lower_own_anything(struct lowering *lowering, const struct owned *owned)
{
    struct text *text = text_new(lowering->arena);
    const struct owned *next;

    while (owned != NULL) {
        unsigned mask = 0;
        struct variable *done = owned->done;
        for (next = owned; next != NULL && next->done == done; next = next->next)
            mask |= next->variable != NULL ? next->mask : 0;
        owned = next;
        if (mask == 0)
            continue;
        if (text->pieces != NULL)
            text_add(lowering->arena, text, " || ");
        add_done_to(lowering, text, done, " & %uu", mask);
    }
    return text;
}

/* The step has given its value. */
void lower_own_undo(struct lowering *lowering, const struct node *node)
{
    struct owner *owner = lowering->owner;
    struct owned *owned;

    while (!owner->is_block)
        owner = owner->outer;
    owned = add_owned(lowering, owner);
    owned->undo = node->undo;
    change_done(lowering, owned, " | %uu", node->span);
}
