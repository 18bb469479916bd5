/* branch_room.c - how many branches a chain has room for, those of the chains
 * it calls included; and whether anything in it retries.
 *
 *     chain void k2(void) { all (k1, k1) }     chain void k1(void) { all (a, b) }     ->     k1: 2, k2: 2 + 2 * 2
 *
 * A called chain has its branches in its caller's, once for each position from
 * which it is called. Chains that call each other from branches grow
 * exponentially: a few lines of source would fill the memory of the C compiler,
 * or of the machine. They are refused, with the path along which they grow. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/way.h"
#include "check/symbol.h"
#include "ctext/ctext.h"
#include "passes.h"
#include "syntax/ast_walk.h"

/* More do not fit into 524280 bytes anyway: the smallest takes 40, an item of an each 72. */
enum { PLACES_MAX = 10000 };

/* What a position runs. It serves one combinator after another, as in lower. */
struct position {
    struct position *next, *outer;
    struct position *branches; /* of its combinators, in order */
    struct position *slots;    /* its eachs and promises, which share nothing */
    unsigned long items;       /* of a slot: how many there are at a time; 1 elsewhere */
    struct called *called;
};

struct called {
    struct called *next;
    struct symbol *chain;
};

/* What is known of a chain. */
struct branch_room {
    uint64_t places;         /* for branches, those of the chains it calls included */
    uint64_t share;          /* of these in the chain that is looked at */
    struct symbol *grows_by; /* the callee that most of them are for */
};

static struct branch_room *room_of(struct arena *arena, struct symbol *chain)
{
    if (chain->room == NULL)
        chain->room = arena_new(arena, struct branch_room);
    return chain->room;
}

struct counting {
    struct program *program;
    struct symbol *chain;
    struct position *here;
    uint64_t most; /* places that one callee brings */
    bool refused;  /* a callee was: only that is reported */
};

static struct position *position_new(struct counting *counting, struct position **at)
{
    struct position *position = arena_new(counting->program->arena, struct position);

    position->items = 1;
    position->outer = counting->here;
    position->next = *at;
    *at = position;
    return position;
}

/* ---- what runs where ----------------------------------------------------- */

/* How many items an each has at a time. What a macro or an expression stands
 * for only the C compiler knows: they count as 1, and it looks at the size of
 * the struct. */
static unsigned long slots_of(const struct ast_form *each)
{
    intmax_t number;

    return ctext_number(each->u.each.limit->text, &number) && number > 0 ? (unsigned long)number
                                                                         : 1;
}

static void enter_slot(struct counting *counting, const struct ast_form *form)
{
    counting->here = position_new(counting, &counting->here->slots);
    counting->here->items = form->kind == AST_START ? 1 : slots_of(form);
}

static void enter(void *context, const struct ast_form *form, unsigned number)
{
    struct counting *counting = context;
    struct position **at = &counting->here->branches;

    /* the body of an each, or of a promise */
    if (form->kind == AST_START || (form->block != NULL && number == 1)) {
        enter_slot(counting, form);
        return;
    }
    while (*at != NULL && number-- > 0)
        at = &(*at)->next;
    counting->here = *at != NULL ? *at : position_new(counting, at);
}

static void leave(void *context)
{
    struct counting *counting = context;
    counting->here = counting->here->outer;
}

static void note_call(void *context, struct ast_form *form)
{
    struct counting *counting = context;
    struct called **called = &counting->here->called;

    counting->chain->retries |= form->kind == AST_RETRY;
    if (form->kind != AST_CALL || form->u.call.op == NULL
        || form->u.call.op->proto_kind != AST_CHAIN)
        return;
    counting->chain->retries |= form->u.call.op->retries;
    while (*called != NULL && (*called)->chain != form->u.call.op)
        called = &(*called)->next;
    if (*called != NULL)
        return;
    *called = arena_new(counting->program->arena, struct called);
    (*called)->chain = form->u.call.op;
}

/* ---- how many ------------------------------------------------------------ */

static uint64_t times(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT32_MAX / a ? UINT32_MAX : a * b; /* saturates */
}

/* Also finds the callee that brings most of them. */
static uint64_t count(struct counting *counting, struct symbol *chain,
                      const struct position *position, uint64_t multiple)
{
    uint64_t sum = 0;

    for (const struct called *called = position->called; called != NULL; called = called->next) {
        struct branch_room *room = room_of(counting->program->arena, called->chain);
        uint64_t places = times(room->places, multiple);
        counting->refused |= room->places > PLACES_MAX;
        room->share += places;
        sum += places;
        if (room->share > counting->most) {
            counting->most = room->share;
            chain->room->grows_by = called->chain;
        }
    }
    for (const struct position *branch = position->branches; branch != NULL; branch = branch->next)
        sum += multiple + count(counting, chain, branch, multiple);
    for (const struct position *slot = position->slots; slot != NULL; slot = slot->next)
        sum += times(slot->items, multiple)
               + count(counting, chain, slot, times(slot->items, multiple));
    return sum < UINT32_MAX ? sum : UINT32_MAX;
}

static void forget_shares(const struct position *position)
{
    for (const struct called *called = position->called; called != NULL; called = called->next)
        called->chain->room->share = 0;
    for (const struct position *branch = position->branches; branch != NULL; branch = branch->next)
        forget_shares(branch);
    for (const struct position *slot = position->slots; slot != NULL; slot = slot->next)
        forget_shares(slot);
}

static const char *grows_along(struct arena *arena, const struct symbol *chain)
{
    struct way way = { .count = 0 };

    for (; chain != NULL; chain = chain->room->grows_by)
        way_add(&way, chain->name);
    return way_text(&way, arena);
}

static void refuse(struct program *program, struct symbol *chain)
{
    struct diag *diag = diag_report(program->diags, D_TOO_MANY_PLACES, chain->span, chain->name,
                                    (unsigned)chain->room->places, PLACES_MAX);

    if (chain->room->grows_by != NULL)
        diag_help(program->diags, diag,
                  "it grows along %s: a chain that is spawned has a frame of its own",
                  grows_along(program->arena, chain));
}

void branch_room(struct program *program)
{
    for (struct symbol *chain = program->chains; chain != NULL; chain = chain->next_chain) {
        struct position all = { .items = 1 };
        struct counting counting = { .program = program, .chain = chain, .here = &all };
        struct ast_visitor visitor = {
            .form = note_call, .enter = enter, .leave = leave, .context = &counting
        };

        ast_walk_block(&visitor, chain->proto->body);
        struct branch_room *room = room_of(program->arena, chain);
        room->places = count(&counting, chain, &all, 1);
        forget_shares(&all);
        if (room->places > PLACES_MAX && !counting.refused)
            refuse(program, chain);
    }
}
