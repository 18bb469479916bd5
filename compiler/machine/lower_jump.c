/* lower_jump.c - part of lower: finally, and the ways out: return, break,
 * continue, reject.
 *
 *     loop { a then break finally b }     ->     a; exit = 1 -> @finally     @finally: keep; b; restore; exit 1? @after : again
 *
 * A jump passes every finally and every branch that it leaves. It enters the
 * innermost one, notes its target, and goes on when that one has ended. */
#include "base/arena.h"
#include "machine/lower.h"

/* ---- finally, and jumps through it --------------------------------------- */

/* Only the first branch to jump decides; another one ends as if it had been
 * cancelled, before it writes anything. */
static void decide_jump(struct lowering *lowering, const struct cleanup *branch)
{
    struct ir_block *may = lower_inner_block(lowering, "jump");

    lowering->block->won = branch->branch;
    lower_terminate(lowering, IR_MAY_JUMP, may, lowering->fail);
    lower_place(lowering, may);
}

/* A variable beside the combinator that a branch is leaving. */
static struct variable *variable_outside(struct lowering *lowering, const struct cleanup *branch,
                                         enum variable_kind kind, const char *name,
                                         struct ctype type)
{
    struct scope *here = lowering->scope;
    struct variable *variable;

    lowering->scope = branch->scope;
    variable = lower_new_variable(lowering, kind, name, type.before);
    variable->type = type;
    variable->many_strands = branch->branch != NULL;
    lowering->scope = here;
    return variable;
}

/* The scope that a jump out of the strand leaves last: what stands there
 * outlives the finallys on the way, whose blocks may use the same storage as
 * those that the jump has left. */
static struct scope *lasting_scope(const struct cleanup *cleanup, struct scope *scope)
{
    for (; cleanup != NULL && cleanup->branch == NULL; cleanup = cleanup->outer)
        scope = cleanup->scope;
    return scope;
}

/* What is returned, on its way out of a strand. */
static struct variable *returned_from(struct lowering *lowering, const struct cleanup *cleanup,
                                      struct scope *scope, struct ctype type)
{
    struct cleanup strand = { .scope = lasting_scope(cleanup, scope), .branch = lowering->strand };

    return variable_outside(lowering, &strand, VARIABLE_IT, "returned", type);
}

/* What is returned, in the care of a strand: nothing that a jump leads through may release it. */
static struct variable *returned_in(struct lowering *lowering, struct owner *owner,
                                    const struct variable *result)
{
    struct scope *here = lowering->scope;
    struct variable *variable;

    lowering->scope = owner->storage;
    variable = lower_new_variable(lowering, VARIABLE_IT, "returned", result->type.before);
    lowering->scope = here;
    variable->type = result->type;
    variable->resource = result->resource;
    variable->span = result->span;
    variable->many_strands = true;
    lower_own(lowering, owner, variable);
    return variable;
}

/* A jump out of a branch that cannot be made any more is a cancel, so that what
 * it would leave is undone (rules 42a, 93). */
static void check_jump(struct lowering *lowering, const struct cleanup *until)
{
    struct cleanup *cleanup = lowering->cleanups;

    while (cleanup != until && cleanup->branch == NULL)
        cleanup = cleanup->outer;
    if (cleanup != until && cleanup != lowering->cleanups)
        decide_jump(lowering, cleanup);
}

/* Jumps to a block through the finallys and branches up to (not including)
 * `until`: the innermost is entered now, and notes the target. A value that is
 * returned waits outside each branch that is left. */
void lower_jump_to(struct lowering *lowering, struct ir_block *to, struct cleanup *until,
                   struct variable *value)
{
    static const struct ctype number = { "unsigned", "", 0 };
    struct cleanup *cleanup = lowering->cleanups;
    struct ir_case *exit;

    check_jump(lowering, until);
    if (cleanup == until) {
        lower_copy(lowering, lowering->chain->checked->result, value, lowering->block->span);
        lower_terminate(lowering, IR_GOTO, to, NULL);
        return;
    }
    if (cleanup->exit == NULL)
        cleanup->exit = variable_outside(lowering, cleanup, VARIABLE_EXIT, "exit", number);
    if (cleanup->branch != NULL)
        decide_jump(lowering, cleanup);
    if (cleanup->branch != NULL && value != NULL) {
        struct variable *outside =
            value->resource != NULL
                ? returned_in(lowering, cleanup->owner, value)
                : returned_from(lowering, cleanup->outer, cleanup->scope, value->type);
        lower_copy(lowering, outside, value, lowering->block->span);
        value = outside;
    }
    exit = arena_new(lowering->arena, struct ir_case);
    exit->number = ++cleanup->case_count;
    exit->to = lower_inner_block(lowering, "leave");
    exit->to->to = to; /* completed by continue_jumps */
    exit->next = cleanup->cases;
    cleanup->cases = exit;
    exit->until = until;
    exit->value = value;
    lower_set_exit(lowering, cleanup->exit, exit->number);
    lower_terminate(lowering, IR_GOTO, cleanup->entry, NULL);
}

/* After a finally or a join: every jump that came through it goes on its way. */
void lower_continue_jumps(struct lowering *lowering, struct cleanup *cleanup)
{
    for (struct ir_case *exit = cleanup->cases; exit != NULL; exit = exit->next) {
        struct ir_block *to = exit->to->to;
        exit->to->strand = lowering->strand;
        lower_place(lowering, exit->to);
        lower_jump_to(lowering, to, exit->until, exit->value);
    }
}

void lower_finally_open(struct lowering *lowering, struct clause *clause)
{
    const struct node *node = clause->node;

    clause->cleanup = (struct cleanup){ .outer = lowering->cleanups,
                                        .scope = lowering->scope,
                                        .entry = lower_new_block(lowering, "finally", node->span) };
    clause->kept = lower_new_variable(lowering, VARIABLE_KEPT, "outcome", "struct chain__kept");
    lower_check_cancelled(lowering, node->span); /* what has not begun has nothing to clean up */
    lowering->cleanups = &clause->cleanup;
    lowering->fail = lower_inner_block(lowering, "rejected_to_finally");
}

/* Both ways in that are no jumps. */
static void enter_finally(struct lowering *lowering, const struct cleanup *cleanup,
                          struct ir_block *way)
{
    lower_place(lowering, way);
    if (cleanup->exit != NULL)
        lower_set_exit(lowering, cleanup->exit, 0);
    lower_terminate(lowering, IR_GOTO, cleanup->entry, NULL);
}

static void leave_finally(struct lowering *lowering, const struct cleanup *cleanup,
                          struct ir_block *after)
{
    if (cleanup->exit != NULL) {
        lowering->block->variable = cleanup->exit;
        lowering->block->cases = cleanup->cases;
        lower_terminate(lowering, IR_SWITCH, after, NULL);
    } else
        lower_terminate(lowering, IR_GOTO, after, NULL);
}

void lower_finally_close(struct lowering *lowering, struct clause *clause)
{
    const struct node *node = clause->node;
    struct span span = node->body->span;
    struct cleanup *cleanup = &clause->cleanup;
    struct ir_block *normal = lower_inner_block(lowering, "to_finally"), *rejected = lowering->fail;
    struct ir_block *replaced = lower_inner_block(lowering, "replaced"),
                    *checked = lower_inner_block(lowering, "finally_done");
    struct ir_block *after = lower_inner_block(lowering, "after_finally");

    lower_terminate(lowering, IR_GOTO, normal, NULL);
    lowering->cleanups = cleanup->outer;
    enter_finally(lowering, cleanup, normal);
    enter_finally(lowering, cleanup, rejected);

    lower_place(lowering, cleanup->entry);
    lower_add(lowering, IR_KEEP, node->span)->variable = clause->kept;
    lowering->dirty = false;
    lowering->fail = replaced;
    lower(lowering, node->body, NULL);
    lowering->fail = clause->fail;
    lower_add(lowering, IR_RESTORE, span)->variable = clause->kept;
    /* a jump stops at a cancel that came meanwhile */
    lower_terminate(lowering, IR_CHECK, checked, clause->fail);
    lower_place(lowering, checked);
    leave_finally(lowering, cleanup, after);
    lowering->dirty = false;
    lower_place(lowering, replaced); /* rule 38 */
    lower_add(lowering, IR_SUPPRESS, span)->variable = clause->kept;
    lower_terminate(lowering, IR_GOTO, clause->fail, NULL);
    lower_continue_jumps(lowering, cleanup);
    lower_place(lowering, after);
}

/* ---- leaving ------------------------------------------------------------- */

static void go_on_unreachable(struct lowering *lowering)
{
    struct ir_block *nowhere = lower_inner_block(lowering, "unreachable");
    lower_place(lowering, nowhere);
}

struct ir_block *lower_ending(struct lowering *lowering)
{
    struct ir_block *block = lower_inner_block(lowering, "end");
    block->end = IR_END;
    block->variable = lowering->chain->checked->result;
    block->done = true;
    return block;
}

void lower_jump(struct lowering *lowering, const struct node *node)
{
    struct loop *loop = lowering->loop;

    lower_check_cancelled(lowering, node->span);
    lower_jump_to(lowering, node->kind == NODE_BREAK ? loop->after : loop->again, loop->cleanups,
                  NULL);
    go_on_unreachable(lowering);
}

static bool leaves_branch(const struct lowering *lowering)
{
    for (const struct cleanup *cleanup = lowering->cleanups; cleanup != NULL;
         cleanup = cleanup->outer)
        if (cleanup->branch != NULL)
            return true;
    return false;
}

void lower_return(struct lowering *lowering, const struct node *node)
{
    struct ir_block *block = lowering->leave != NULL ? lowering->leave : lower_ending(lowering);
    struct variable *result = lowering->chain->checked->result,
                    *value = node->body == NULL ? NULL : result;

    if (value != NULL && leaves_branch(lowering)) {
        value = result->resource != NULL
                    ? returned_in(lowering, lowering->strand_owner, result)
                    : returned_from(lowering, lowering->cleanups, lowering->scope, result->type);
        result->many_strands = true;
    }
    if (node->body != NULL)
        lower(lowering, node->body, value);
    /* an owned value is looked for only if no cancel has come */
    lower_check_cancelled(lowering, node->span);
    lower_jump_to(lowering, block, NULL, value);
    if (lowering->leave == NULL)
        lower_place(lowering, block);
    go_on_unreachable(lowering);
}

void lower_reject(struct lowering *lowering, const struct node *node)
{
    struct ir_instr *instr;

    lower_check_cancelled(lowering, node->span);
    if (node->u.reject.again != NULL) {
        instr = lower_add(lowering, IR_RAISE_AGAIN, node->span);
        instr->variable = node->u.reject.again;
        lowering->strand->retries |= lowering->chain->symbol->retries;
    } else {
        bool tells = node->u.reject.says != NULL || node->u.reject.because != NULL;
        instr = lower_add(lowering, tells ? IR_TELL : IR_RAISE, node->span);
        instr->args = node->u.reject.args;
        instr->text = node->u.reject.says;
        instr->variable = node->u.reject.because;
        instr->number = lower_new_site(lowering, node->span, "reject");
    }
    lower_terminate(lowering, IR_GOTO, lowering->fail, NULL);
    go_on_unreachable(lowering);
}
