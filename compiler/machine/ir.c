/* ir.c - walks over the machine, for the passes that ask what is read, written and reached. */
#include "machine/ir.h"

#include <string.h>

static void visit(ir_visit *function, void *context, struct variable *variable)
{
    if (function != NULL && variable != NULL)
        function(context, variable);
}

static void visit_text(const struct text *text, ir_visit *reads, void *context)
{
    for (; text != NULL; text = text->next)
        for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
            visit(reads, context, piece->variable);
}

void ir_instr_variables(const struct ir_instr *instr, const struct ir_variables *v)
{
    visit_text(instr->text, v->reads, v->context);
    visit_text(instr->args, v->reads, v->context);
    visit(v->reads, v->context, instr->from);
    visit(v->reads, v->context, instr->done);
    switch (instr->kind) {
    case IR_DO:
        visit_text(instr->node->u.do_.body, v->reads, v->context);
        visit(v->writes, v->context, instr->variable);
        break;
    case IR_NEXT_SLOT:
        visit(v->reads, v->context, instr->variable); /* by others, too: it is no write that ends a life */
        break;
    case IR_RAISE_AGAIN: case IR_ATTEMPTED: case IR_RESTORE: case IR_SUPPRESS: case IR_HOLD: case IR_EACH:
        visit(v->reads, v->context, instr->variable);
        break;
    case IR_EVAL: case IR_COPY: case IR_TAKE: case IR_ADOPT: case IR_SYNC: case IR_CATCH: case IR_KEEP: case IR_SET_EXIT:
    case IR_DECLARE: case IR_OUTCOME: case IR_CAUSE:
        visit(v->writes, v->context, instr->variable);
        break;
    case IR_EXPECT: case IR_DEFER: case IR_DELIVER: case IR_RAISE: case IR_FORK: case IR_BRANCH_OP: case IR_BRANCH_DELAY:
    case IR_BRANCH_STRAND: case IR_BRANCH_JUMPED:
    case IR_SUPPRESS_OWN: case IR_CLOSED: case IR_RETRY: case IR_SPAWNED: case IR_NOT_SPAWNED:
    case IR_TIMEOUT: case IR_TIMEOUT_END:
        break;
    }
}

void ir_end_variables(const struct ir_block *block, ir_visit *reads, void *context)
{
    visit_text(block->text, reads, context);
    visit_text(block->args, reads, context);
    visit(reads, context, block->variable);
}

bool ir_waits(const struct ir_block *block)
{
    switch (block->end) {
    case IR_START: case IR_DELAY: case IR_CALL: case IR_JOIN: case IR_SPAWN: case IR_AWAIT: case IR_CLOSE: return true;
    case IR_GOTO: case IR_IF: case IR_CHECK: case IR_CODES: case IR_BACK: case IR_WON: case IR_MAY_JUMP: case IR_SWITCH: case IR_END:
    case IR_BRANCH_END: break;
    }
    return false;
}

void ir_successors(const struct ir_block *block, void (*function)(void *context, struct ir_block *to), void *context)
{
    if (block->to != NULL)
        function(context, block->to);
    if (block->no != NULL)
        function(context, block->no);
    for (const struct ir_case *exit = block->cases; exit != NULL; exit = exit->next)
        function(context, exit->to);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        if (instr->to != NULL)
            function(context, instr->to);
}
