/* lower.c - from the checked tree to blocks.
 *
 *     a(x) then b(it) catch c          @start:      start a(x) -> @after_a
 *                                      @after_a:    rejected? @caught : it1 = value of a; start b(it1) -> @after_b
 *                                      @after_b:    rejected? @caught : end
 *                                      @caught:     catch; start c -> @after_c …
 *
 * Every node is lowered with the variable its value goes to (or none), the
 * block a rejection goes to, and the strand that runs it. Blocks come out in
 * source order. */
#include "machine/lower.h"
#include "base/arena.h"
#include "passes.h"

/* ---- blocks -------------------------------------------------------------- */

static bool has_winner(const struct node *branches)
{
    for (const struct node *branch = branches->body; branch != NULL; branch = branch->next)
        if (branch->second != NULL)
            return true;
    return false;
}

/* True for steps after which the chain may find both an outcome of the step and
 * a cancel: a step that waits in the strand itself, and C code that can cancel
 * the chain and reject. */
static bool may_defer(const struct node *node)
{
    if (node->kind == NODE_CALL)
        return node->u.call.op->proto_kind != AST_CHAIN
               && (node->u.call.op->proto_kind != AST_SYNC || node->u.call.op->fails != NULL);
    if (node->kind == NODE_DO)
        return node->u.do_.rejects;
    if (node->kind == NODE_BRANCHES)
        return !has_winner(node);
    return node_is(node, NODE_WAITS);
}

/* ---- blocks, if, loops --------------------------------------------------- */

static void lower_block(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct scope *outer = lowering->scope;

    node->u.block.scope->strand = lowering->strand;
    lowering->scope = node->u.block.scope;
    for (const struct node_var *var = node->u.block.vars; var != NULL; var = var->next) {
        struct ir_instr *instr;
        if (var->initializer == NULL) {
            lower_add(lowering, IR_DECLARE, var->variable->span)->variable = var->variable;
            continue;
        }
        lower_check_before_c(lowering, var->initializer);
        instr = lower_add(lowering, IR_EVAL, var->variable->span);
        instr->text = var->initializer;
        instr->variable = var->variable;
    }
    if (node->u.block.scope->undo_count != 0 || node->u.block.scope->promises != NULL
        || (node->u.block.scope->owned_count != 0 && !node->u.block.scope->owned_outside))
        lower_owning_block(lowering, node, dest);
    else
        lower(lowering, node->body, dest);
    lowering->scope = outer;
}

static void lower_if(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_block *yes = lower_inner_block(lowering, "if_true"), *no = NULL;
    struct ir_block *after = lower_inner_block(lowering, "after_if");
    unsigned written;
    bool dirty;

    if (node->second != NULL) {
        no = lower_inner_block(lowering, "if_false");
    }
    lower_check_before_c(lowering, node->u.expr);
    lowering->block->text = node->u.expr;
    lowering->block->end_span = node->u.expr->span;
    lower_terminate(lowering, IR_IF, yes, no == NULL ? after : no);
    lower_place(lowering, yes);
    dirty = lowering->dirty;
    written = lower_own_written(dest);
    lower(lowering, node->body, dest);
    lower_terminate(lowering, IR_GOTO, after, NULL);
    if (no != NULL) {
        bool after_yes = lowering->dirty;
        lower_place(lowering, no);
        lowering->dirty = dirty;
        lower_own_set_written(dest, written);
        lower(lowering, node->second, dest);
        lower_terminate(lowering, IR_GOTO, after, NULL);
        dirty = after_yes;
    }
    lowering->dirty |= dirty;
    lower_place(lowering, after);
}

static void lower_loop(struct lowering *lowering, const struct node *node)
{
    const char *word = node_traits[node->kind].word;
    struct ir_block *head =
        lower_new_block(lowering, arena_format(lowering->arena, "%s_next", word), node->span);
    struct ir_block *resumed =
        lower_inner_block(lowering, arena_format(lowering->arena, "%s_resumed", word));
    struct loop loop = { .outer = lowering->loop, .cleanups = lowering->cleanups };

    loop.again = lower_inner_block(lowering, arena_format(lowering->arena, "%s_again", word));
    loop.after = lower_inner_block(lowering, arena_format(lowering->arena, "after_%s", word));
    lower_check_cancelled(lowering, node->span);
    lower_terminate(lowering, IR_GOTO, head, NULL);
    resumed->is_state = true;
    lower_place(lowering, head);
    if (node->u.expr != NULL) {
        struct ir_block *body =
            lower_inner_block(lowering, arena_format(lowering->arena, "%s_body", word));
        lowering->block->text = node->u.expr;
        lowering->block->end_span = node->u.expr->span;
        lower_terminate(lowering, IR_IF, body, loop.after);
        lower_place(lowering, body);
        lowering->dirty |= lower_calls_something(node->u.expr);
    }
    lowering->loop = &loop;
    lower(lowering, node->body, NULL);
    lowering->loop = loop.outer;
    lower_terminate(lowering, IR_GOTO, loop.again, NULL);
    lower_place(lowering, loop.again);
    lowering->dirty = true; /* perhaps through a continue */
    lower_check_cancelled(lowering, node->span);
    lower_terminate(lowering, IR_BACK, head, resumed);
    lower_place(lowering, resumed);
    lower_terminate(lowering, IR_CHECK, head, lowering->fail);
    lowering->dirty = true; /* perhaps through a break */
    lower_place(lowering, loop.after);
}

/* ---- all nodes ----------------------------------------------------------- */

static void lower_form(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    switch (node->kind) {
    /* a step like any other (rule 67) */
    case NODE_NOTHING: lower_check_cancelled(lowering, node->span); break;
    case NODE_CALL: lower_call(lowering, node, dest); break;
    case NODE_EXPR: lower_expr(lowering, node, dest); break;
    case NODE_DO: lower_do(lowering, node, dest); break;
    case NODE_BLOCK: lower_block(lowering, node, dest); break;
    case NODE_ITEM: lower_pull(lowering, node, dest); break;
    case NODE_SETTLED: lower_settled(lowering, node); break;
    case NODE_BRANCHES: lower_branches(lowering, node, dest); break;
    case NODE_EACH:
    case NODE_FIRST: lower_each(lowering, node, dest); break;
    case NODE_TIMEOUT: lower_timeout(lowering, node, dest); break;
    case NODE_RETRY: lower_retry(lowering, node, dest); break;
    case NODE_IF: lower_if(lowering, node, dest); break;
    case NODE_WHILE:
    case NODE_LOOP: lower_loop(lowering, node); break;
    case NODE_BREAK:
    case NODE_CONTINUE: lower_jump(lowering, node); break;
    case NODE_DELAY: lower_delay(lowering, node); break;
    case NODE_SPAWN: lower_spawn(lowering, node, dest); break;
    case NODE_JOIN: lower_join(lowering, node->span); break;
    case NODE_START: lower_start(lowering, node); break;
    case NODE_AWAIT:
    case NODE_CANCEL:
        if (node->u.await.handle != NULL)
            lower_handle(lowering, node);
        else if (node->kind == NODE_AWAIT)
            lower_await(lowering, node, dest);
        else
            lower_cancel(lowering, node);
        break;
    case NODE_RETURN: lower_return(lowering, node); break;
    case NODE_REJECT: lower_reject(lowering, node); break;
    case NODE_THEN:
    case NODE_THEN_ELSE:
    case NODE_CATCH:
    case NODE_FINALLY: break; /* clauses */
    }
}

/* The step has given its value; a cancel that came after that has waited for this. */
static void note_undo(struct lowering *lowering, const struct node *node)
{
    if (node->undo == NULL || node->kind == NODE_START)
        return;
    lower_own_undo(lowering, node);
    if (!may_defer(node))
        return;
    lower_add(lowering, IR_DELIVER, node->span);
    lowering->dirty = true;
    lower_check_cancelled(lowering, node->span);
}

/* A value that owns something and that nobody wants. */
static void lower_dropped(struct lowering *lowering, const struct node *node)
{
    struct owner owner;
    struct variable *dropped =
        lower_new_variable(lowering, VARIABLE_IT, "dropped", node->type.before);

    dropped->resource = node->resource;
    dropped->span = node->span;
    lower_owner_open(lowering, &owner, NULL, OWNER_RELEASES);
    lower_own(lowering, &owner, dropped);
    lower_form(lowering, node, dropped);
    note_undo(lowering, node);
    lower_owner_close(lowering, &owner, node->span);
}

/* The first thing in a block says where it is. */
static void begin(const struct lowering *lowering, const struct node *node)
{
    if (lowering->block->span.begin == 0 && lowering->block->instrs == NULL)
        lowering->block->span = node->span;
}

static void lower_step(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct variable *holder = node->binding;
    bool dropped;

    if (holder == NULL && node->kind == NODE_DELAY)
        holder = node->u.delay.passes->variable;
    begin(lowering, node);
    if (node->undo != NULL) /* a step that starts nothing is not done either */
        lower_check_cancelled(lowering, node->span);
    dropped = node->resource != NULL && holder == NULL && dest == NULL;
    lowering->defers = node->undo != NULL && may_defer(node);
    if (dropped)
        lower_dropped(lowering, node);
    else
        lower_form(lowering, node, holder != NULL ? holder : dest);
    if (node->kind == NODE_DELAY)
        lower_copy(lowering, node->binding, node->u.delay.passes->variable, node->span);
    lowering->defers = false;
    if (!dropped)
        note_undo(lowering, node);
    if (!node->ends)
        lower_copy(lowering, dest, holder, node->span);
}

void lower(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct clause *clause = NULL;

    for (; node->before != NULL; node = node->before) {
        struct clause *inner = arena_new(lowering->arena, struct clause);
        begin(lowering, node);
        inner->around = clause;
        inner->node = node;
        inner->dest = dest;
        inner->fail = lowering->fail;
        dest = lower_clause_open(lowering, inner);
        clause = inner;
    }
    lower_step(lowering, node, dest);
    for (; clause != NULL; clause = clause->around)
        lower_clause_close(lowering, clause);
}

/* After the last step, and after a rejection. */
static void lower_end(struct lowering *lowering, struct ir_block *rejected)
{
    struct ir_block *last = lower_ending(lowering);

    lower_terminate(lowering, IR_GOTO, last, NULL);
    lower_place(lowering, last);
    lower_place(lowering, rejected);
    lower_terminate(lowering, IR_END, NULL, NULL);
}

static bool gives_back(const struct ir_instr *instr)
{
    return instr->kind == IR_TELL || instr->kind == IR_RESTORE || instr->kind == IR_RAISE_AGAIN
           || (instr->kind == IR_SYNC && instr->op->says)
           || (instr->kind == IR_BRANCH_OP && instr->op->text != NULL);
}

/* What needs room for what a rejection carries: the strand that it goes on in,
 * or the variable that keeps it. */
static void note_carried(const struct ir_chain *chain, struct ir_instr *instr)
{
    if (gives_back(instr))
        instr->strand->carries = true;
    else if (instr->kind == IR_OUTCOME || instr->kind == IR_SETTLED)
        instr->variable->carries = true;
    else if (instr->kind == IR_CAUSE)
        instr->variable->type.before = chain->symbol->carried->type;
}

static void note_all_carried(struct ir_chain *chain)
{
    for (struct variable *variable = chain->checked->variables; variable != NULL;
         variable = variable->next)
        variable->carries = variable->kind == VARIABLE_ERR || variable->kind == VARIABLE_KEPT;
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        for (struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            note_carried(chain, instr);
        if (block->end == IR_START && block->op->text != NULL)
            block->strand->carries = true;
    }
}

struct ir_chain *lower_chain(struct arena *arena, struct checked_chain *checked)
{
    struct ir_chain *chain = arena_new(arena, struct ir_chain);
    struct lowering lowering = { .arena = arena, .chain = chain };
    struct ir_block *start, *rejected;
    struct owner of_result, of_parameters;
    bool owns_result = checked->result != NULL && checked->result->resource != NULL;
    bool owns_parameters = checked->scope->owned_count != 0;

    chain->checked = checked;
    chain->symbol = checked->symbol;
    chain->last_strand = &chain->strands;
    chain->last_block = &chain->blocks;
    chain->last_function = &chain->functions;
    chain->last_site = &chain->sites;
    lowering.strand = lower_new_strand(arena, chain, NULL, checked->symbol->span);
    lowering.strand->is_strand = true;
    checked->scope->strand = lowering.strand;
    lowering.scope = checked->scope;
    start = lower_new_block(&lowering, "start", checked->symbol->span);
    start->is_state = true;
    rejected = lower_inner_block(&lowering, "rejected");
    lowering.fail = rejected;
    if (checked->spawns != NULL)
        lowering.leave = lower_inner_block(&lowering, "leave");
    lower_place(&lowering, start);
    if (owns_result) {
        lower_owner_open(&lowering, &of_result, NULL, OWNER_GIVES);
        lowering.strand_owner = &of_result;
        lower_own(&lowering, &of_result, checked->result);
    }
    if (owns_parameters) {
        lower_owner_open(&lowering, &of_parameters, checked->scope, OWNER_RELEASES);
        lower_own_parameters(&lowering, &of_parameters);
    }
    lower_check_code(&lowering, checked->symbol->span, NULL); /* cancelled before it ran */
    start->cancel_only = true;
    lower(&lowering, checked->body, checked->result);
    if (owns_parameters)
        lower_owner_close(&lowering, &of_parameters, checked->symbol->span);
    if (owns_result && lowering.leave == NULL) {
        lower_check_cancelled(&lowering, checked->symbol->span);
        lower_owner_close(&lowering, &of_result, checked->symbol->span);
    }
    if (lowering.leave != NULL)
        lower_close(&lowering, rejected, owns_result ? &of_result : NULL);
    else
        lower_end(&lowering, rejected);
    if (chain->symbol->carried != NULL)
        note_all_carried(chain);
    return chain;
}
