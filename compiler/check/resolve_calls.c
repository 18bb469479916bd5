/* resolve_calls.c - part of resolve: no chain calls itself, directly or through
 * others (rule 76), and callees come before their callers.
 *
 *     chain a { b }  chain b { c }  chain c { … }     ->     c, b, a */
#include "base/arena.h"
#include "base/diag.h"
#include "check/resolve.h"
#include "syntax/ast_walk.h"

/* A call that the search for recursion has to follow. */
struct call {
    struct call *next;
    struct symbol *to;
    struct span span;
};

/* A chain in the search. In the arena, and followed in a loop: one chain may
 * call the next, and so on, for as long as the source is. */
struct caller {
    struct caller *outer; /* who calls it */
    struct program *program;
    struct symbol *chain;
    struct call *calls, **last_call; /* in order; those that have been followed are taken out */
};

static void note_run(const struct caller *caller, struct symbol *chain, bool is_spawn)
{
    struct symbol_run *run;

    if (chain->proto->body == NULL)
        return;
    run = arena_new(caller->program->arena, struct symbol_run);
    run->to = chain;
    run->is_spawn = is_spawn;
    run->next = caller->chain->runs;
    caller->chain->runs = run;
}

static void note_call(struct caller *caller, struct symbol *callee, struct span span)
{
    struct call *call = arena_new(caller->program->arena, struct call);

    note_run(caller, callee, false);
    call->to = callee;
    call->span = span;
    *caller->last_call = call;
    caller->last_call = &call->next;
}

/* What owns something calls what releases it. */
static void note_release(struct caller *caller, struct ctype type, struct span span)
{
    const struct symbol *resource = ctype_resource(caller->program, type);

    if (resource != NULL && resource->release != NULL && resource->release->proto_kind == AST_CHAIN)
        note_call(caller, resource->release, span);
}

/* The frame of a called chain lies in the caller's; a spawned one has its own (rules 74, 76). */
static void note_form(void *context, struct ast_form *form)
{
    struct caller *caller = context;

    if (form->kind == AST_SPAWN && form->u.call.op != NULL
        && form->u.call.op->proto_kind == AST_CHAIN)
        note_run(caller, form->u.call.op, true);
    if (form->kind != AST_CALL || form->u.call.op == NULL)
        return;
    note_release(caller, form->u.call.op->value, form->span);
    if (form->u.call.op->proto_kind == AST_CHAIN)
        note_call(caller, form->u.call.op, form->u.call.name_span);
}

static void note_type(void *context, const struct ast_c *type)
{
    struct caller *caller = context;
    note_release(caller,
                 symbol_c_type(caller->program, caller->chain->unit,
                               ctype_of_words(caller->program->arena, type->text),
                               (struct span){ 0, 0 }),
                 type->span);
}

/* `visit` is 1 while the calls of a chain are being followed, 2 when that is done. */
static struct caller *follow(struct program *program, struct caller *outer, struct symbol *chain)
{
    struct caller *caller = arena_new(program->arena, struct caller);
    struct ast_visitor visitor = { .form = note_form, .type = note_type, .context = caller };

    *caller = (struct caller){
        .outer = outer, .program = program, .chain = chain, .last_call = &caller->calls
    };
    chain->visit = 1;
    note_release(caller, chain->value, chain->span);
    for (const struct parameter *param = chain->params; param != NULL; param = param->next)
        note_release(caller, param->type, param->span);
    ast_walk_block(&visitor, chain->proto->body);
    return caller;
}

/* Callees are left before their callers. */
static struct caller *leave(struct caller *caller)
{
    struct symbol *chain = caller->chain;

    chain->visit = 2;
    *caller->program->last_chain = chain;
    caller->program->last_chain = &chain->next_chain;
    if (caller->outer != NULL)
        caller->outer->chain->needs_branches |= chain->needs_branches;
    return caller->outer;
}

static void report_recursion(const struct program *program, const struct call *call)
{
    struct diag *diag = diag_report(program->diags, D_RECURSION, call->span, call->to->name);

    diag_note(program->diags, diag, call->to->span, "'%s' begins here", call->to->name);
}

void resolve_calls(struct program *program, struct symbol *chain)
{
    struct caller *caller = chain->visit == 0 ? follow(program, NULL, chain) : NULL;

    while (caller != NULL) {
        const struct call *call = caller->calls;
        if (call == NULL) {
            caller = leave(caller);
            continue;
        }
        caller->calls = call->next;
        if (call->to->visit == 1)
            report_recursion(program, call);
        else if (call->to->visit == 0)
            caller = follow(program, caller, call->to);
        else
            caller->chain->needs_branches |= call->to->needs_branches;
    }
}
