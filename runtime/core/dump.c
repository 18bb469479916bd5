/* dump.c - the step that each running chain of a loop waits for, as lines of
 * text.
 *
 * The `caller`s of its frames lead from a strand to the chains that it runs,
 * with the state of each. Only the tables of chainc --debug have the branches
 * that it waits for; the instances are in the nursery of the chain that has
 * spawned them. The dump reads everything in its place: it takes no memory and
 * writes none. */
#include "core.h"
#include "text.h"

enum {
    LINE = 240,  /* bytes of a line with its end; longer ones are cut */
    NESTING = 24 /* strands inside one another: the stack that this takes has a bound */
};

struct dump {
    uint64_t now;
    void (*line)(void *data, const char *text);
    void *data;
    struct chain__text text;
    unsigned nesting;
};

/* A chain on a strand. The innermost one waits at `at`; the others have called
 * the one before them there. */
struct level {
    const struct chain_type *type;
    unsigned at;
    const char *frame, *holder; /* `holder` is where its branches are; NULL: ask the frame */
};

/* ---- what is in memory --------------------------------------------------- */

static const struct chain__debug *debug_of(const struct chain_type *type)
{
    const struct chain_site *last =
        type->sites != NULL && type->states != 0 ? &type->sites[type->states - 1] : NULL;

    return last != NULL && last->line == 0 ? (const void *)last->step : NULL;
}

static const struct chain__step *step_of(const struct level *level)
{
    const struct chain__debug *debug = debug_of(level->type);
    return debug != NULL && level->at < debug->states ? &debug->steps[level->at] : NULL;
}

static const struct chain_site *site_of(const struct level *level)
{
    const struct chain_type *type = level->type;
    return type->sites != NULL && level->at < type->states ? &type->sites[level->at] : NULL;
}

static bool is_pending(const struct chain_op *op)
{
    return (chain__tag(op) & CHAIN__GENERATION) != 0;
}

static struct level innermost(const struct chain_strand *strand, const struct level *own)
{
    struct level level = { strand->type, strand->op.at, (const char *)(strand + 1), NULL };

    if (own != NULL && own->type == level.type) {
        level.frame = own->frame;
        level.holder = own->holder;
    }
    return level;
}

/* The chain that has called this one; false: it is the outermost. That of a
 * branch, `own`, has its frame elsewhere. */
static bool go_out(struct level *level, const struct chain_strand *strand, const struct level *own)
{
    const struct chain_caller *caller;

    if (own != NULL && own->type == level->type)
        return false;
    caller =
        *(const struct chain_caller *const *)(const void *)(level->frame + level->type->caller);
    if (caller == NULL || caller->type->caller == 0)
        return false;
    *level = innermost(strand, NULL);
    level->type = caller->type;
    level->at = caller->at;
    if (own != NULL && own->type == level->type) {
        level->frame = own->frame;
        level->holder = own->holder;
    }
    return true;
}

/* ---- lines --------------------------------------------------------------- */

static void begin_line(struct dump *dump, unsigned depth, const char *words)
{
    dump->text.length = 0;
    for (; depth != 0; depth--)
        chain__text_put(&dump->text, "  ");
    if (words != NULL) {
        chain__text_put(&dump->text, words);
        chain__text_put(&dump->text, ": ");
    }
}

static void end_line(struct dump *dump)
{
    chain__text_end(&dump->text);
    dump->line(dump->data, dump->text.text);
}

static void put_place(struct dump *dump, const struct chain_site *site)
{
    chain__text_word(&dump->text, "at");
    chain__text_word(&dump->text, site != NULL ? site->file : "an unknown line");
    if (site == NULL)
        return;
    chain__text_char(&dump->text, ':');
    chain__text_number(&dump->text, (uint64_t)(unsigned)site->line, 1, 0);
    chain__text_char(&dump->text, ':');
    chain__text_number(&dump->text, (uint64_t)(unsigned)site->column, 1, 0);
}

/* The timer in the storage of what is pending. */
static void put_due(struct dump *dump, const struct chain_op *op, const struct chain__step *step)
{
    const struct chain_timer *timer;

    if (step == NULL || step->due == 0 || !is_pending(op))
        return;
    timer = (const void *)((const char *)(op + 1) + step->due - 1);
    if (timer->link == NULL || timer->deadline == UINT64_MAX)
        return;
    chain__text_put(&dump->text, ", ");
    chain__text_seconds(&dump->text, timer->deadline > dump->now ? timer->deadline - dump->now : 0);
    chain__text_put(&dump->text, " s left");
}

/* ", 1.200 s left, asked to stop" */
static void put_rest(struct dump *dump, const struct chain_op *op, const struct chain__step *step,
                     bool asked)
{
    put_due(dump, op, step);
    if (asked)
        chain__text_put(&dump->text, ", asked to stop");
}

/* "waits for delay" or, without the tables, "waits in TRIP_AFTER_DELAY". */
static void put_wait(struct dump *dump, const struct level *level)
{
    const struct chain__step *step = step_of(level);
    const struct chain_site *site = site_of(level);

    if (step != NULL && step->what != NULL) {
        chain__text_put(&dump->text, " waits for ");
        chain__text_put(&dump->text, step->what);
    } else {
        chain__text_put(&dump->text, " waits in ");
        chain__text_put(&dump->text, site != NULL ? site->step : "a state");
    }
}

/* A strand that is not pending runs, or is in the ready queue. */
static void put_innermost(struct dump *dump, const struct chain_strand *strand,
                          const struct level *level)
{
    const struct chain_op *op = &strand->op;

    chain__text_put(&dump->text, level->type->name);
    if (op->at == CHAIN__STARTING || op->at == CHAIN__SETTLED_AT_ONCE) {
        chain__text_put(&dump->text, " runs");
        return;
    }
    if (is_pending(op))
        put_wait(dump, level);
    else
        chain__text_put(&dump->text, op->at == 0 ? " begins" : " goes on");
    put_place(dump, site_of(level));
    put_rest(dump, op, step_of(level), (op->flags & CHAIN__CANCEL_ASKED) != 0);
}

static void put_call(struct dump *dump, const struct level *caller, const struct level *callee)
{
    chain__text_put(&dump->text, caller->type->name);
    chain__text_put(&dump->text, " called ");
    chain__text_put(&dump->text, callee->type->name);
    put_place(dump, site_of(caller));
}

/* ---- strands ------------------------------------------------------------- */

static void show_strand(struct dump *dump, const struct chain_strand *strand,
                        const struct level *own, const char *words, unsigned depth);

static unsigned count_levels(const struct chain_strand *strand, const struct level *own)
{
    struct level level = innermost(strand, own);
    unsigned count = 1;

    while (go_out(&level, strand, own))
        count++;
    return count;
}

/* 0: the innermost one. */
static struct level level_number(const struct chain_strand *strand, const struct level *own,
                                 unsigned number)
{
    struct level level = innermost(strand, own);

    while (number-- != 0)
        go_out(&level, strand, own);
    return level;
}

/* What holds the branches of a chain, unless that is known. */
static const char *holder_of(const struct level *level, const struct chain__debug *debug)
{
    if (level->holder != NULL)
        return level->holder;
    return *(const char *const *)(const void *)(level->frame + debug->branches_place);
}

static bool has_not_ended(const struct chain_strand *branch)
{
    return (branch->op.flags & CHAIN__UNENDED) != 0
           && (chain__tag(&branch->op) & CHAIN__BRANCH) == 0;
}

/* A branch that is one operation. */
static void show_op(struct dump *dump, const struct chain_op *op,
                    const struct chain__branch *branch, const struct level *level, unsigned depth)
{
    const unsigned number = ((unsigned)op->flags | (unsigned)op->site_high << 8) - 1;
    const struct level place = { level->type, number, NULL, NULL };

    if (!is_pending(op))
        return;
    begin_line(dump, depth, "branch");
    chain__text_put(&dump->text, level->type->name);
    chain__text_put(&dump->text, " waits for ");
    chain__text_put(&dump->text, branch->step.what);
    put_place(dump, site_of(&place));
    put_rest(dump, op, &branch->step, op->code == CHAIN_CODE_CANCELLED);
    end_line(dump);
}

static void show_branch(struct dump *dump, const struct chain__branch *branch,
                        const struct level *level, const char *holder, unsigned depth)
{
    const char *place = holder + branch->place;
    const struct level own = { level->type, 0, level->frame, holder };

    if (branch->kind == CHAIN__BRANCH_IS_OP) {
        show_op(dump, (const void *)place, branch, level, depth);
        return;
    }
    if (branch->kind != CHAIN__BRANCH_IS_ITEMS) {
        if (has_not_ended((const void *)place))
            show_strand(dump, (const void *)place, &own,
                        branch->kind == CHAIN__BRANCH_IS_PROMISE ? "promise" : "branch", depth);
        return;
    }
    for (size_t i = 0; i < branch->limit; i++, place += branch->size) {
        const struct chain_strand *item = (const void *)(place + branch->strand);
        const struct level slot = { level->type, 0, level->frame, place };
        if (has_not_ended(item))
            show_strand(dump, item, &slot, "item", depth);
    }
}

/* What the strand waits for in a chain, or the promises that it has started there. */
static void show_branches(struct dump *dump, const struct level *level, bool promises,
                          unsigned depth)
{
    const struct chain__debug *debug = debug_of(level->type);

    if (debug == NULL || debug->branches == NULL)
        return;
    for (const struct chain__branch *branch = debug->branches; branch->kind != CHAIN__BRANCHES_END;
         branch++)
        if (branch->at == level->at && (branch->kind == CHAIN__BRANCH_IS_PROMISE) == promises)
            show_branch(dump, branch, level, holder_of(level, debug), depth);
}

/* What a chain has spawned. The frame of a branch's chain belongs to another
 * strand, which shows them. */
static void show_instances(struct dump *dump, const struct level *level, const struct level *own,
                           unsigned depth)
{
    const size_t place = level->type->nursery & ~CHAIN__STARTS;
    const struct chain__nursery *nursery = (const void *)(level->frame + place);

    if (place == 0 || (own != NULL && own->type == level->type))
        return;
    for (const struct chain__instance *instance = nursery->first; instance != NULL;
         instance = instance->next)
        show_strand(dump, &instance->strand, NULL, "spawned", depth);
}

/* From the outermost chain inwards, then what hangs at each, from the innermost outwards. */
static void show_levels(struct dump *dump, const struct chain_strand *strand,
                        const struct level *own, const char *words, unsigned depth)
{
    unsigned count = count_levels(strand, own);
    struct level level;

    for (unsigned number = count - 1; number != 0; number--) {
        const struct level outer = level_number(strand, own, number),
                           inner = level_number(strand, own, number - 1);
        begin_line(dump, depth + count - 1 - number, number == count - 1 ? words : NULL);
        put_call(dump, &outer, &inner);
        end_line(dump);
    }
    level = innermost(strand, own);
    begin_line(dump, depth + count - 1, count == 1 ? words : NULL);
    put_innermost(dump, strand, &level);
    end_line(dump);
    if (is_pending(&strand->op))
        show_branches(dump, &level, false, depth + count);
    for (unsigned number = 0; number < count; number++) {
        level = level_number(strand, own, number);
        show_branches(dump, &level, true, depth + count - number);
        show_instances(dump, &level, own, depth + count - number);
    }
}

static void show_strand(struct dump *dump, const struct chain_strand *strand,
                        const struct level *own, const char *words, unsigned depth)
{
    if (strand->type->caller == 0) /* its chain has ended, and the loop has not yet seen that */
        return;
    if (dump->nesting == NESTING) {
        begin_line(dump, depth, words);
        chain__text_put(&dump->text, "...");
        end_line(dump);
        return;
    }
    dump->nesting++;
    show_levels(dump, strand, own, words, depth);
    dump->nesting--;
}

void chain_bare_dump(const struct chain_strand *strand, struct chain_loop *loop,
                     void (*line)(void *data, const char *text), void *data)
{
    char text[LINE];
    struct dump dump = { loop->port->now(loop), line, data, { text, sizeof text, 0 }, 0 };

    show_strand(&dump, strand, NULL, NULL, 0);
}

static void show_bare(struct dump *dump, size_t count)
{
    begin_line(dump, 0, NULL);
    chain__text_number(&dump->text, count, 1, 0);
    chain__text_put(&dump->text,
                    count == 1 ? " chain without a root runs" : " chains without a root run");
    end_line(dump);
}

void chain_loop_dump(struct chain_loop *loop, void (*line)(void *data, const char *text),
                     void *data)
{
    char text[LINE];
    struct dump dump = { loop->port->now(loop), line, data, { text, sizeof text, 0 }, 0 };

    for (struct chain_root *const *next = &loop->roots; next != loop->last_root;
         next = &(*next)->next)
        show_strand(&dump, &(*next)->strand, NULL, NULL, 0);
    if (loop->bare != 0)
        show_bare(&dump, loop->bare);
    if (!chain__runs(loop))
        line(data, "no chain runs");
}
