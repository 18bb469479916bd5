/* checked_dump.c - the checked tree as text: the golden form of check (--dump=checked). */
#include <string.h>

#include "base/writer.h"
#include "check/checked.h"

static void dump_node(struct writer *w, const struct node *node, int depth);

static void begin(struct writer *w, int depth)
{
    for (int i = 0; i < depth; i++)
        writer_put(w, "  ");
}

static void dump_text(struct writer *w, const struct text *text)
{
    writer_put(w, " `");
    for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next) {
        if (piece->kind == PIECE_VARIABLE)
            writer_putf(w, "{%s.%u}", piece->variable->name, piece->variable->index);
        else if (piece->kind == PIECE_TEXT)
            for (size_t i = 0; i < piece->length; i++)
                writer_put_bytes(w, piece->text[i] == '\n' ? " " : piece->text + i, 1);
        else
            writer_put(w, piece->kind == PIECE_REJECT       ? "{reject}("
                          : piece->kind == PIECE_REJECT_END ? ")"
                                                            : "{return}");
    }
    writer_put(w, "`");
}

static void dump_variable(struct writer *w, const char *word, const struct variable *variable)
{
    if (variable != NULL)
        writer_putf(w, " %s %s.%u", word, variable->name, variable->index);
}

static const char *const words[] = { [NODE_NOTHING] = "nothing",     [NODE_CALL] = "call",
                                     [NODE_EXPR] = "expr",           [NODE_DO] = "do",
                                     [NODE_BLOCK] = "block",         [NODE_THEN] = "then",
                                     [NODE_THEN_ELSE] = "then-else", [NODE_CATCH] = "catch",
                                     [NODE_FINALLY] = "finally",     [NODE_BRANCHES] = "branches",
                                     [NODE_EACH] = "each",           [NODE_TIMEOUT] = "timeout",
                                     [NODE_RETRY] = "retry",         [NODE_IF] = "if",
                                     [NODE_WHILE] = "while",         [NODE_LOOP] = "loop",
                                     [NODE_BREAK] = "break",         [NODE_CONTINUE] = "continue",
                                     [NODE_DELAY] = "delay",         [NODE_SPAWN] = "spawn",
                                     [NODE_JOIN] = "join",           [NODE_RETURN] = "return",
                                     [NODE_REJECT] = "reject" };

/* What stands on the node's own line. */
static void dump_head(struct writer *w, const struct node *node)
{
    switch (node->kind) {
    case NODE_CALL:
    case NODE_SPAWN:
        writer_putf(w, " %s", node->u.call.op->name);
        for (const struct text *arg = node->u.call.args; arg != NULL; arg = arg->next)
            dump_text(w, arg);
        break;
    case NODE_EXPR: dump_text(w, node->u.expr); break;
    case NODE_DO:
        dump_text(w, node->u.do_.body);
        writer_put(w, node->u.do_.rejects ? " rejects" : "");
        break;
    case NODE_THEN:
        writer_put(w, node->u.then.pulls ? " pulls" : "");
        dump_variable(w, "it", node->u.then.it->variable);
        break;
    case NODE_THEN_ELSE:
        dump_variable(w, "it", node->u.then.it->variable);
        dump_variable(w, "err", node->u.then.err);
        break;
    case NODE_CATCH:
        for (const struct ast_name *code = node->u.catch_.codes; code != NULL; code = code->next)
            writer_putf(w, " %s", code->name);
        dump_variable(w, "err", node->u.catch_.err);
        break;
    case NODE_IF: dump_text(w, node->u.if_.condition); break;
    case NODE_WHILE: dump_text(w, node->u.loop.condition); break;
    case NODE_DELAY:
        if (node->u.delay.count != NULL)
            dump_text(w, node->u.delay.count);
        else
            writer_putf(w, " %lld ns", (long long)node->u.delay.ns);
        dump_variable(w, "passes", node->u.delay.passes->variable);
        break;
    case NODE_REJECT:
        for (const struct text *arg = node->u.reject.args; arg != NULL; arg = arg->next)
            dump_text(w, arg);
        dump_variable(w, "again", node->u.reject.again);
        break;
    case NODE_BRANCHES: writer_putf(w, " %s", ast_form_traits[node->u.branches.kind].word); break;
    case NODE_TIMEOUT:
        if (node->u.timeout.limit->u.delay.count != NULL)
            dump_text(w, node->u.timeout.limit->u.delay.count);
        else
            writer_putf(w, " %lld ns", (long long)node->u.timeout.limit->u.delay.ns);
        break;
    case NODE_EACH:
        dump_variable(w, "index", node->u.each.index);
        if (node->u.each.index != NULL) {
            dump_text(w, node->u.each.low);
            dump_text(w, node->u.each.high);
        }
        writer_putf(w, " limit %s", node->u.each.limit->text);
        break;
    case NODE_RETRY:
        dump_text(w, node->u.retry.attempts);
        dump_variable(w, "attempt", node->u.retry.attempt);
        for (const struct ast_name *code = node->u.retry.codes; code != NULL; code = code->next)
            writer_putf(w, " %s", code->name);
        break;
    case NODE_BLOCK: dump_variable(w, "outcome", node->u.block.outcome); break;
    case NODE_NOTHING:
    case NODE_FINALLY:
    case NODE_LOOP:
    case NODE_BREAK:
    case NODE_CONTINUE:
    case NODE_JOIN:
    case NODE_RETURN: break;
    }
    if (!ctype_is_void(node->type))
        writer_putf(w, " : %s%s", node->type.before, node->type.after);
    else
        writer_put(w, node->flexible ? " : ?" : "");
    dump_variable(w, "as", node->binding);
    writer_put(w, node->ends ? " ends\n" : "\n");
}

/* What stands inside a node; of a clause not what it stands after. */
static void dump_children(struct writer *w, const struct node *node, int depth)
{
    switch (node->kind) {
    case NODE_BLOCK:
        for (const struct node_var *var = node->u.block.vars; var != NULL; var = var->next) {
            begin(w, depth);
            writer_putf(w, "var %s %s %s.%u", var->variable->type.before, var->variable->type.after,
                        var->variable->name, var->variable->index);
            if (var->initializer != NULL)
                dump_text(w, var->initializer);
            writer_put(w, "\n");
        }
        dump_node(w, node->u.block.body, depth);
        if (node->u.block.winner != NULL)
            dump_node(w, node->u.block.winner, depth);
        break;
    case NODE_THEN:
    case NODE_THEN_ELSE:
        if (node->u.then.pulls)
            dump_node(w, node->u.then.first, depth);
        dump_node(w, node->u.then.second, depth);
        if (node->kind == NODE_THEN_ELSE)
            dump_node(w, node->u.then.no, depth);
        break;
    case NODE_CATCH: dump_node(w, node->u.catch_.handler, depth); break;
    case NODE_FINALLY: dump_node(w, node->u.finally.cleanup, depth); break;
    case NODE_EACH: dump_node(w, node->u.each.body, depth); break;
    case NODE_TIMEOUT: dump_node(w, node->u.timeout.branch, depth); break;
    case NODE_RETRY: dump_node(w, node->u.retry.body, depth); break;
    case NODE_BRANCHES:
        for (const struct node *branch = node->u.branches.first; branch != NULL;
             branch = branch->next)
            dump_node(w, branch, depth);
        break;
    case NODE_IF:
        dump_node(w, node->u.if_.yes, depth);
        if (node->u.if_.no != NULL)
            dump_node(w, node->u.if_.no, depth);
        break;
    case NODE_WHILE:
    case NODE_LOOP: dump_node(w, node->u.loop.body, depth); break;
    case NODE_RETURN:
        if (node->u.value != NULL)
            dump_node(w, node->u.value, depth);
        break;
    case NODE_NOTHING:
    case NODE_CALL:
    case NODE_EXPR:
    case NODE_DO:
    case NODE_BREAK:
    case NODE_CONTINUE:
    case NODE_DELAY:
    case NODE_SPAWN:
    case NODE_JOIN:
    case NODE_REJECT: break;
    }
}

static void dump_line(struct writer *w, const struct node *node, int depth)
{
    begin(w, depth);
    writer_put(w, words[node->kind]);
    dump_head(w, node);
}

/* A clause, then what it stands after, then what stands inside it. */
static void dump_node(struct writer *w, const struct node *node, int depth)
{
    const struct node *step = node;

    dump_line(w, step, depth);
    for (; node_before(step) != NULL; step = node_before(step))
        dump_line(w, node_before(step), ++depth);
    dump_children(w, step, depth + 1);
    while (step != node) {
        step = step->clause;
        dump_children(w, step, depth--);
    }
}

void checked_dump(struct writer *w, const struct checked_chain *chain,
                  const struct sources *sources)
{
    (void)sources;
    writer_putf(w, "chain %s : %s\n", chain->symbol->name,
                ctype_is_void(chain->symbol->value) ? "void" : chain->symbol->value.before);
    dump_node(w, chain->body, 1);
    writer_put(w, "\n");
}
