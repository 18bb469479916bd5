/* simplify.c - removes blocks without an entry, and gotos that lead to a goto.
 *
 *     @a: … goto @b      @b: goto @c      ->      @a: … goto @c
 *
 * Afterwards every block is reached, and `index` numbers them in source
 * order. */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "machine/ir.h"
#include "passes.h"

static bool is_empty(const struct ir_block *block)
{
    return block->instrs == NULL && !block->is_state;
}

/* Where a goto to this block really leads. Gotos cannot form a circle without a
 * block that does something: every loop has a state at its head. */
static struct ir_block *destination(struct ir_block *block)
{
    while (block != NULL && is_empty(block) && block->end == IR_GOTO)
        block = block->to;
    return block;
}

static void retarget(struct ir_block *block)
{
    block->to = destination(block->to);
    block->no = destination(block->no);
    for (struct ir_case *exit = block->cases; exit != NULL; exit = exit->next)
        exit->to = destination(exit->to);
    /* ends here just as well */
    if (block->end == IR_GOTO && is_empty(block->to) && block->to->end == IR_END) {
        block->end = IR_END;
        block->variable = block->to->variable;
        block->to = NULL;
    }
}

/* How often each block is entered, by index. The first is entered from outside. */
struct reaching {
    unsigned *entries;
    struct ir_block **stack;
    size_t depth;
};

static void reach(void *context, struct ir_block *block)
{
    struct reaching *reaching = context;
    if (reaching->entries[block->index]++ == 0)
        reaching->stack[reaching->depth++] = block;
}

static void number(struct ir_chain *chain)
{
    chain->block_count = 0;
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        block->index = chain->block_count++;
}

static void drop_unreached(struct reaching *reaching, struct ir_chain *chain)
{
    struct ir_block **link = &chain->blocks;

    number(chain);
    memset(reaching->entries, 0, chain->block_count * sizeof *reaching->entries);
    reach(reaching, chain->blocks);
    while (reaching->depth > 0)
        ir_successors(reaching->stack[--reaching->depth], reach, reaching);
    while (*link != NULL)
        if (reaching->entries[(*link)->index] == 0)
            *link = (*link)->next;
        else
            link = &(*link)->next;
    chain->last_block = link;
}

/* Joins a block with the one after it, if that is entered from nowhere else. A
 * state has one, from where its strand waits, and so has where another strand
 * begins or goes on. */
static void merge(const unsigned *entries, struct ir_chain *chain)
{
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        while (block->end == IR_GOTO && block->to == block->next
               && entries[block->to->index] == 1) {
            struct ir_block *gone = block->next, *next;
            *block->last_instr = gone->instrs;
            if (gone->instrs != NULL)
                block->last_instr = gone->last_instr;
            next = gone->next;
            block->end = gone->end;
            block->end_span = gone->end_span;
            block->variable = gone->variable;
            block->op = gone->op;
            block->won = gone->won;
            block->text = gone->text;
            block->args = gone->args;
            block->node = gone->node;
            block->codes = gone->codes;
            block->cases = gone->cases;
            block->to = gone->to;
            block->no = gone->no;
            block->site = gone->site;
            block->cancel_only = gone->cancel_only;
            block->next = next;
        }
    }
}

void simplify(struct arena *arena, struct ir_chain *chain)
{
    struct reaching reaching = { .depth = 0 };

    number(chain);
    reaching.entries = arena_alloc(arena, chain->block_count * sizeof *reaching.entries);
    reaching.stack = arena_alloc(arena, chain->block_count * sizeof *reaching.stack);
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        retarget(block);
    drop_unreached(&reaching, chain);
    merge(reaching.entries, chain);
    drop_unreached(&reaching, chain);
    number(chain);
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        for (struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if (instr->function != NULL)
                instr->function->reached = true;
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (ir_waits(block))
            block->to->waiter = block;
}
