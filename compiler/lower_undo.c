/* lower_undo.c - part of lower: a block whose steps can be undone (rule 42a).
 *
 *     { a undo x then b undo y then c }     ->     done = 0; a; done |= 1; b; done |= 2; c -> behind
 *                                                  rejected: keep; done & 2? y; done & 1? x; restore -> fail
 *
 * Which of them have been done is known only at run time, because a catch within the block may have led round some.
 */
#include <string.h>

#include "arena.h"
#include "lower.h"

static struct text *about_done(struct lowering *lowering, const char *format, unsigned number)
{
    struct text *text = arena_new(lowering->arena, struct text);
    struct piece *piece = text->pieces = arena_new(lowering->arena, struct piece);

    piece->kind = PIECE_VARIABLE;
    piece->variable = lowering->undos->done;
    piece = piece->next = arena_new(lowering->arena, struct piece);
    piece->kind = PIECE_TEXT;
    piece->text = arena_format(lowering->arena, format, 1u << number);
    piece->length = strlen(piece->text);
    return text;
}

/* Its step has given its value. */
void lower_done(struct lowering *lowering, const struct node *node)
{
    struct ir_instr *instr = add(lowering, IR_EVAL, node->span);

    instr->variable = lowering->undos->done;
    instr->text = about_done(lowering, " | %uu", lowering->undos->count);
    lowering->undos->steps[lowering->undos->count++] = node;
}

/* One undo; what it rejects with goes to the suppressed hook. */
static void lower_undo(struct lowering *lowering, unsigned number)
{
    const struct node *undo = lowering->undos->steps[number]->undo;
    struct ir_block *todo = block_new(lowering, "undo", undo->span), *next = block_new(lowering, "undone", undo->span);
    struct ir_block *failed = block_new(lowering, "undo_failed", undo->span), *fail = lowering->fail;

    todo->span.begin = next->span.begin = failed->span.begin = 0;
    lowering->block->text = about_done(lowering, " & %uu", number);
    end(lowering, IR_IF, todo, next);
    place(lowering, todo);
    lowering->fail = failed;
    lower(lowering, undo, NULL);
    lowering->fail = fail;
    end(lowering, IR_GOTO, next, NULL);
    place(lowering, failed);
    add(lowering, IR_SUPPRESS_OWN, undo->span);
    end(lowering, IR_GOTO, next, NULL);
    place(lowering, next);
}

void lower_undoable(struct lowering *lowering, const struct node *block, struct variable *dest)
{
    struct undos undos = { .count = 0 }, *outer = lowering->undos;
    struct variable *kept = variable_for(lowering, VARIABLE_KEPT, "outcome", "struct chain_kept");
    struct ir_block *rejected = block_new(lowering, "undo_all", block->span), *behind = block_new(lowering, "after_block", block->span);
    struct ir_block *fail = lowering->fail;
    bool dirty;

    rejected->span.begin = behind->span.begin = 0;
    undos.done = variable_for(lowering, VARIABLE_EXIT, "done", "unsigned");
    set_exit(lowering, undos.done, 0);
    lowering->undos = &undos;
    lowering->fail = rejected;
    lower(lowering, block->u.block.body, dest);
    check_cancelled(lowering, block->span); /* its last step may have cancelled the chain */
    lowering->fail = fail;
    end(lowering, IR_GOTO, behind, NULL);
    dirty = lowering->dirty;
    place(lowering, rejected);
    add(lowering, IR_KEEP, block->span)->variable = kept;
    lowering->dirty = false;
    for (unsigned number = undos.count; number-- > 0;)
        lower_undo(lowering, number);
    add(lowering, IR_RESTORE, block->span)->variable = kept;
    end(lowering, IR_GOTO, fail, NULL);
    lowering->undos = outer;
    lowering->dirty = dirty;
    place(lowering, behind);
}
