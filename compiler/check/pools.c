/* pools.c - warns of pools whose slots can all wait for one another.
 *
 *     chain void walk(int n) pool 3 { … spawn walk(n - 1) … }     ->     warning: walk -> walk
 *
 * An instance keeps its slot until what it has spawned has ended (rule 77), and
 * `spawn` waits for a slot (rule 79). So if an instance of a chain with a pool
 * can lead to another one of the same chain, by spawns and calls, there may be
 * as many of them as there are slots, and all wait for one more. Spawns and
 * calls form a graph. A pool is in danger if its chain is spawned in a circle
 * of that graph; a called chain needs no slot. Tarjan's algorithm finds the
 * circles, without recursion. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/way.h"
#include "check/symbol.h"
#include "passes.h"

/* A chain in the search. */
struct pool_node {
    struct symbol *chain;
    const struct symbol_run *next; /* what it runs and has not yet been followed */
    struct pool_node *from;        /* by which the search has come here */
    struct pool_node *below;       /* of those whose circle is not yet known */
    struct pool_node *fellow;      /* the next one of the same circle */
    struct pool_node *circle;      /* the first one of its circle; NULL: not yet known */
    /* the search for the shortest way: from where, and who is next */
    struct pool_node *way, *queued;
    bool is_spawned; /* by one of its circle */
    unsigned number, lowest;
};

struct search {
    struct program *program;
    struct pool_node *open; /* the latest whose circle is not yet known */
    unsigned count;
};

static struct pool_node *node_new(struct search *search, struct symbol *chain,
                                  struct pool_node *from)
{
    struct pool_node *node = chain->pool_node = arena_new(search->program->arena, struct pool_node);

    node->chain = chain;
    node->next = chain->runs;
    node->from = from;
    node->number = node->lowest = ++search->count;
    node->below = search->open;
    search->open = node;
    return node;
}

/* ---- the warning --------------------------------------------------------- */

/* The end of the shortest path from a chain to one of its circle that spawns it. */
static struct pool_node *find_way(struct pool_node *start)
{
    struct pool_node *last = start;

    for (struct pool_node *node = start; node != NULL; node = node->queued)
        for (const struct symbol_run *run = node->chain->runs; run != NULL; run = run->next) {
            struct pool_node *to = run->to->pool_node;
            if (to == start && run->is_spawn)
                return node;
            if (to == start || to->circle != start->circle || to->way != NULL)
                continue;
            to->way = node;
            last->queued = to;
            last = to;
        }
    return NULL;
}

/* The way to a node, turned round: each points to the next one. */
static struct pool_node *turn_round(struct pool_node *start, struct pool_node *node)
{
    struct pool_node *next = start;

    while (node != start) {
        struct pool_node *before = node->way;
        node->way = next;
        next = node;
        node = before;
    }
    return next;
}

static const char *circle_words(struct arena *arena, struct pool_node *start)
{
    struct way way = { .count = 0 };

    way_add(&way, start->chain->name);
    for (struct pool_node *node = turn_round(start, find_way(start)); node != start;
         node = node->way)
        way_add(&way, node->chain->name);
    way_add(&way, start->chain->name);
    return way_text(&way, arena);
}

/* Of the pools in a circle the first one in the file. */
static void warn(struct search *search, struct pool_node *circle)
{
    struct pool_node *first = NULL;
    struct program *program = search->program;
    struct diag *diag;

    for (struct pool_node *node = circle; node != NULL; node = node->fellow)
        if (node->is_spawned && node->chain->pool != NULL && node->chain->unit == program->units
            && (first == NULL || node->chain->span.begin < first->chain->span.begin))
            first = node;
    if (first == NULL)
        return;
    diag = diag_report(program->diags, D_SPAWN_RECURSIVE, first->chain->pool->span,
                       first->chain->name, circle_words(program->arena, first));
    diag_help(
        program->diags, diag,
        "an instance keeps its slot until all that it has spawned has ended: leave out 'pool', or "
        "let a chain outside of the circle spawn all of them");
}

/* ---- the search ---------------------------------------------------------- */

/* Who needs a slot for one of the circle. */
static void note_spawned(const struct pool_node *fellow)
{
    for (const struct symbol_run *run = fellow->chain->runs; run != NULL; run = run->next)
        if (run->is_spawn && run->to->pool_node->circle == fellow->circle)
            run->to->pool_node->is_spawned = true;
}

/* All that the search has opened since this node are one circle with it. */
static void close_circle(struct search *search, struct pool_node *first)
{
    struct pool_node *fellows = NULL, *node;

    do {
        node = search->open;
        search->open = node->below;
        node->circle = first;
        node->fellow = fellows;
        fellows = node;
    } while (node != first);
    for (node = first; node != NULL; node = node->fellow)
        note_spawned(node);
    warn(search, first);
}

static void lower_to(struct pool_node *node, unsigned number)
{
    if (node != NULL && number < node->lowest)
        node->lowest = number;
}

static void search_from(struct search *search, struct symbol *chain)
{
    struct pool_node *node = node_new(search, chain, NULL);

    while (node != NULL) {
        const struct symbol_run *run = node->next;
        if (run == NULL) {
            if (node->lowest == node->number)
                close_circle(search, node);
            lower_to(node->from, node->lowest);
            node = node->from;
            continue;
        }
        node->next = run->next;
        if (run->to->pool_node == NULL)
            node = node_new(search, run->to, node);
        else if (run->to->pool_node->circle == NULL)
            lower_to(node, run->to->pool_node->number);
    }
}

void pools(struct program *program)
{
    struct search search = { .program = program };

    for (struct symbol *chain = program->chains; chain != NULL; chain = chain->next_chain)
        if (chain->pool_node == NULL)
            search_from(&search, chain);
}
