/* carries.c - what rejections carry, and the room for it (rules 123-132).
 *
 *     load(path) catch reject(CONFIG, "none") because     ->     1 cause, and the text of load()
 *
 * A walk along the ways of rejections, as that of raises; but it also enters
 * the chains of imported files, since they stand in the frames of their
 * callers. Where it is not exact the room is larger than needed. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "check/symbol.h"
#include "ctext/ctext.h"
#include "passes.h"

/* What can be under way in one place. */
struct load {
    struct carry_room room;
    unsigned depth;
    /* the same with the causes of an `any`, which hang at it only inside its chain */
    struct carry_room all_room;
    unsigned all_depth;
};

struct carrying {
    struct program *program;
    const struct symbol *chain;
    struct load handled;  /* by the handler that is being looked at */
    struct load promised; /* what the promises so far can bring */
    struct carry_room most;
    bool carries; /* not only the causes of an `any` */
    bool says;
};

static struct load of_form(struct carrying *carrying, const struct ast_form *form);
static struct load of_pipeline(struct carrying *carrying, const struct ast_pipeline *pipeline);

/* ---- rooms --------------------------------------------------------------- */

static struct text_count **count_of(struct text_count **counts, const char *words)
{
    while (*counts != NULL && strcmp((*counts)->words, words) != 0)
        counts = &(*counts)->next;
    return counts;
}

/* The counts of both, joined: their sum, or of each the larger one. */
static struct text_count *join_counts(struct arena *arena, const struct text_count *a,
                                      const struct text_count *b, bool sum)
{
    struct text_count *joined = NULL, **place;
    const struct text_count *const lists[] = { a, b };

    for (int i = 0; i < 2; i++)
        for (const struct text_count *count = lists[i]; count != NULL; count = count->next) {
            place = count_of(&joined, count->words);
            if (*place == NULL) {
                *place = arena_new(arena, struct text_count);
                (*place)->words = count->words;
            }
            if (sum)
                (*place)->times += count->times;
            else if ((*place)->times < count->times)
                (*place)->times = count->times;
        }
    return joined;
}

static struct carry_room sum(const struct carrying *carrying, struct carry_room a,
                             struct carry_room b)
{
    a.causes += b.causes;
    a.texts += b.texts;
    a.counts = join_counts(carrying->program->arena, a.counts, b.counts, true);
    return a;
}

/* One place for either. */
static struct carry_room either(const struct carrying *carrying, struct carry_room a,
                                struct carry_room b)
{
    a.causes = a.causes > b.causes ? a.causes : b.causes;
    a.texts = a.texts > b.texts ? a.texts : b.texts;
    a.counts = join_counts(carrying->program->arena, a.counts, b.counts, false);
    return a;
}

static struct load both(const struct carrying *carrying, struct load a, struct load b)
{
    a.room = either(carrying, a.room, b.room);
    a.all_room = either(carrying, a.all_room, b.all_room);
    a.depth = a.depth > b.depth ? a.depth : b.depth;
    a.all_depth = a.all_depth > b.all_depth ? a.all_depth : b.all_depth;
    return a;
}

/* Notes what a place must have room for. */
static struct load note(struct carrying *carrying, struct load load)
{
    load.all_room = either(carrying, load.all_room, load.room);
    if (load.all_depth < load.depth)
        load.all_depth = load.depth;
    carrying->most = either(carrying, carrying->most, load.all_room);
    return load;
}

/* ---- steps --------------------------------------------------------------- */

static struct carry_room room_of_text(const struct carrying *carrying,
                                      const struct ast_number *text)
{
    struct carry_room room = { 0 };
    intmax_t count;

    if (text == NULL)
        return room;
    if (ctext_number(text->text, &count))
        room.texts = (uint64_t)count;
    else {
        room.counts = arena_new(carrying->program->arena, struct text_count);
        room.counts->words =
            arena_copy(carrying->program->arena, text->text, ctext_solid_length(text->text));
        room.counts->times = 1;
    }
    return room;
}

static bool says(const struct symbol *op)
{
    return op->text != NULL && (op->says || op->proto_kind == AST_ASYNC);
}

static struct load of_call(struct carrying *carrying, const struct ast_form *form)
{
    const struct symbol *op = form->u.call.op;
    struct load load = { 0 };

    if (op == NULL)
        return load;
    if (op->proto_kind == AST_CHAIN && op->carried != NULL) {
        load.room = op->carried->leaves;
        load.depth = op->carried->depth;
        carrying->carries = true;
    } else if (op->proto_kind != AST_CHAIN && says(op)) {
        load.room = room_of_text(carrying, op->text);
        carrying->carries = true;
    }
    return note(carrying, load);
}

static struct load of_said(struct carrying *carrying, const struct ast_form *form)
{
    struct load load = { 0 };

    carrying->says = carrying->carries = true;
    if (carrying->chain->text == NULL) {
        if (carrying->chain->unit == carrying->program->units) {
            struct diag *diag = diag_report(carrying->program->diags, D_SAYS_WITHOUT_TEXT,
                                            form->u.reject.says->span, carrying->chain->name);
            diag_help(carrying->program->diags, diag, "write `text 120` after its other clauses");
        }
        return load;
    }
    load.room = room_of_text(carrying, carrying->chain->text);
    return load;
}

static struct load of_reject(struct carrying *carrying, const struct ast_form *form)
{
    const struct load *handled = &carrying->handled;
    struct load load = { 0 };

    if (!form->u.reject.given)
        return *handled;
    if (form->u.reject.says != NULL)
        load = of_said(carrying, form);
    if (!form->u.reject.because)
        return note(carrying, load);
    carrying->carries = true;
    load.room = sum(carrying, load.room, handled->all_room);
    load.room.causes++;
    load.depth = handled->all_depth + 1;
    if (load.depth > MOST_CAUSES) {
        load.depth = 0; /* once */
        if (carrying->chain->unit == carrying->program->units)
            diag_report(carrying->program->diags, D_MANY_CAUSES, form->span, MOST_CAUSES);
    }
    return note(carrying, load);
}

/* ---- what stands in others ----------------------------------------------- */

static struct load of_block(struct carrying *carrying, const struct ast_block *block)
{
    struct load nothing = { 0 };

    return block == NULL || block->pipeline == NULL ? nothing
                                                    : of_pipeline(carrying, block->pipeline);
}

/* The rejections of an `any` become causes, those of a `settle` outcomes. */
static struct load of_branches(struct carrying *carrying, const struct ast_form *form)
{
    struct load load = { 0 }, of_any = { 0 };

    for (const struct ast_branch *branch = form->u.branches; branch != NULL;
         branch = branch->next) {
        struct load of_branch = of_pipeline(carrying, branch->pipeline);
        of_any.all_room = sum(carrying, of_any.all_room, of_branch.all_room);
        of_any.all_room.causes++;
        if (of_any.all_depth < of_branch.all_depth + 1)
            of_any.all_depth = of_branch.all_depth + 1;
        if (form->kind == AST_ALL || form->kind == AST_RACE)
            load = both(carrying, load, of_branch);
        load = both(carrying, load, of_block(carrying, branch->winner));
    }
    if (form->kind == AST_ANY)
        load = both(carrying, load, of_any);
    return note(carrying, load);
}

/* What an item is rejected with goes on, or is looked at by a settle. */
static struct load of_items(struct carrying *carrying, const struct ast_form *form)
{
    struct load source = of_form(carrying, form->inner), item = of_block(carrying, form->block);

    if (ast_settled(form) != NULL)
        item = of_block(carrying, ast_settled(form));
    return both(carrying, source, item);
}

static struct load of_form(struct carrying *carrying, const struct ast_form *form)
{
    struct load load = { 0 };

    if (form == NULL || form->kind == AST_SPAWN)
        return load;
    if (form->kind == AST_CALL)
        return of_call(carrying, form);
    if (form->kind == AST_REJECT)
        return of_reject(carrying, form);
    if (form->kind == AST_AWAIT)
        return carrying->promised;
    if (ast_form_is(form, FORM_BRANCHES))
        return of_branches(carrying, form);
    if (form->kind == AST_EACH_IN || form->kind == AST_EACH_FROM)
        return of_items(carrying, form);
    load = both(carrying, of_block(carrying, form->block), of_form(carrying, form->inner));
    if (form->kind != AST_START)
        return load;
    carrying->promised = both(carrying, carrying->promised, load);
    return (struct load){ 0 };
}

static struct load of_step(struct carrying *carrying, const struct ast_step *step)
{
    struct load nothing = { 0 };

    if (step == NULL)
        return nothing;
    (void)of_form(carrying, step->undo); /* its rejections end with it */
    return of_form(carrying, step->form);
}

static struct load of_handler(struct carrying *carrying, const struct ast_step *step,
                              struct load handled)
{
    struct load outer = carrying->handled, load;

    carrying->handled = handled;
    load = of_step(carrying, step);
    carrying->handled = outer;
    return load;
}

static struct load of_clause(struct carrying *carrying, const struct ast_clause *clause,
                             struct load before)
{
    if (clause->kind == AST_THEN_ELSE)
        return both(carrying, of_step(carrying, clause->step),
                    of_handler(carrying, clause->else_step, before));
    if (clause->kind != AST_CATCH)
        return both(carrying, before, of_step(carrying, clause->step));
    if (clause->codes == NULL)
        return of_handler(carrying, clause->step, before);
    return both(carrying, before, of_handler(carrying, clause->step, before));
}

static struct load of_pipeline(struct carrying *carrying, const struct ast_pipeline *pipeline)
{
    struct load load = of_step(carrying, pipeline->first);

    for (const struct ast_clause *clause = pipeline->clauses; clause != NULL; clause = clause->next)
        load = of_clause(carrying, clause, load);
    return load;
}

/* ---- chains -------------------------------------------------------------- */

static void of_chain(struct program *program, struct symbol *chain)
{
    struct carrying carrying = { .program = program, .chain = chain };
    struct load load = of_block(&carrying, chain->proto->body);

    if (chain->text != NULL && !carrying.says && chain->unit == program->units)
        diag_report(program->diags, D_TEXT_UNUSED, chain->text->span, chain->name,
                    "reject(…) says (…)");
    if (!carrying.carries)
        return;
    chain->carried = arena_new(program->arena, struct carried);
    chain->carried->leaves = load.room;
    chain->carried->depth = load.depth;
    chain->carried->most = carrying.most;
    chain->carried->type = arena_format(program->arena, "struct %s_carried", chain->c_name);
}

/* A text that nothing can say. */
static void check_functions(struct program *program)
{
    for (const struct symbol *op = program->symbols; op != NULL; op = op->next)
        if (op->kind == SYMBOL_OPERATION && op->text != NULL && op->unit == program->units
            && !op->says && (op->proto_kind == AST_SYNC || op->proto_kind == AST_BLOCKING))
            diag_report(program->diags, D_TEXT_UNUSED, op->text->span, op->name,
                        "fails (…) CODE says (…)");
}

void carries(struct program *program)
{
    check_functions(program);
    for (struct symbol *chain = program->chains; chain != NULL; chain = chain->next_chain)
        of_chain(program, chain);
}
