/* ir.c - the traits of the instructions, and walks over the machine, for passes
 * that ask which variables are read and written, and which blocks are
 * reached. */
#include "machine/ir.h"

const struct ir_traits ir_traits[] = {
#define INSTR(kind, dump, access, place, raises, flags, code) \
    [kind] = { dump, IR_##access, IR_##place, IR_##raises, flags },
#include "machine/ir.def"
};

const struct ir_end_traits ir_end_traits[] = {
#define END(kind, dump, leads, code, cancel) [kind] = { dump, IR_LEADS_##leads },
#include "machine/ir.def"
};

bool ir_is(const struct ir_instr *instr, enum ir_flags flag)
{
    return (ir_traits[instr->kind].flags & flag) != 0;
}

bool ir_strand_has(const struct ir_strand *strand, enum member member)
{
    if (member == MEMBER_DECISION && ir_strand_has(strand, MEMBER_TIMEOUT))
        return false;
    return member == MEMBER_FAILURE || (strand->members & 1u << member) != 0;
}

bool ir_may_raise(const struct ir_instr *instr)
{
    enum ir_raises raises = ir_traits[instr->kind].raises;

    if (raises != IR_IF_DECLARED)
        return raises == IR_ALWAYS;
    return instr->op != NULL ? instr->op->fails != NULL : instr->node->u.do_.rejects;
}

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
    enum ir_access access = ir_traits[instr->kind].access;

    visit_text(instr->text, v->reads, v->context);
    visit_text(instr->args, v->reads, v->context);
    visit(v->reads, v->context, instr->from);
    visit(v->reads, v->context, instr->done);
    if (instr->kind == IR_DO)
        visit_text(instr->node->u.do_.body, v->reads, v->context);
    if (access != IR_UNUSED)
        visit(access == IR_READS ? v->reads : v->writes, v->context, instr->variable);
}

void ir_end_variables(const struct ir_block *block, ir_visit *reads, void *context)
{
    visit_text(block->text, reads, context);
    visit_text(block->args, reads, context);
    visit(reads, context, block->variable);
}

bool ir_waits(const struct ir_block *block)
{
    return ir_end_traits[block->end].leads == IR_LEADS_WAITS;
}

void ir_successors(const struct ir_block *block,
                   void (*function)(void *context, struct ir_block *to), void *context)
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
