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

/* A list of codes or of arguments. */
static void dump_names(struct writer *w, const struct ast_name *name)
{
    for (; name != NULL; name = name->next)
        writer_putf(w, " %s", name->name);
}

static void dump_texts(struct writer *w, const struct text *text)
{
    for (; text != NULL; text = text->next)
        dump_text(w, text);
}

static void dump_duration(struct writer *w, const struct node *delay)
{
    writer_put(w, delay->u.delay.unit == 0 ? " until" : "");
    if (delay->u.delay.count != NULL)
        dump_text(w, delay->u.delay.count);
    else
        writer_putf(w, " %lld ns", (long long)delay->u.delay.ns);
}

static void dump_promise(struct writer *w, const struct promise *promise)
{
    const struct ctype *type = &promise->variable->type;

    dump_variable(w, "promise", promise->variable);
    if (!ctype_is_void(*type))
        writer_putf(w, " of %s%s", type->before, type->after);
    writer_put(w, promise->rejects ? " rejects" : "");
    writer_put(w, promise->is_left_running ? " left" : "");
}

/* What stands on the node's own line. */
static void dump_head(struct writer *w, const struct node *node)
{
    switch ((int)node->kind) {
    case NODE_CALL:
    case NODE_SPAWN:
        writer_putf(w, " %s", node->u.call.op->name);
        dump_texts(w, node->u.call.args);
        break;
    case NODE_DO:
        dump_text(w, node->u.do_.body);
        writer_put(w, node->u.do_.rejects ? " rejects" : "");
        break;
    case NODE_THEN: dump_variable(w, "it", node->u.clause.it->variable); break;
    case NODE_THEN_ELSE:
        dump_variable(w, "it", node->u.clause.it->variable);
        dump_variable(w, "err", node->u.clause.err);
        break;
    case NODE_CATCH:
        dump_names(w, node->u.clause.codes);
        dump_variable(w, "err", node->u.clause.err);
        break;
    case NODE_EXPR:
    case NODE_IF:
    case NODE_WHILE: dump_text(w, node->u.expr); break;
    case NODE_DELAY:
        dump_duration(w, node);
        dump_variable(w, "passes", node->u.delay.passes->variable);
        break;
    case NODE_REJECT:
        dump_texts(w, node->u.reject.args);
        dump_variable(w, "again", node->u.reject.again);
        if (node->u.reject.says != NULL) {
            writer_put(w, " says");
            dump_text(w, node->u.reject.says);
        }
        dump_variable(w, "because", node->u.reject.because);
        break;
    case NODE_BRANCHES: writer_putf(w, " %s", ast_form_traits[node->u.combinator].word); break;
    case NODE_TIMEOUT: dump_duration(w, node->u.limit); break;
    case NODE_EACH:
    case NODE_FIRST:
        if (node->u.each.manner != AST_ALL)
            writer_putf(w, " %s", ast_form_traits[node->u.each.manner].word);
        dump_variable(w, "index", node->u.each.index);
        if (node->u.each.index != NULL) {
            dump_text(w, node->u.each.low);
            dump_text(w, node->u.each.high);
        }
        writer_putf(w, " limit %s", node->u.each.limit->text);
        if (node->u.each.stagger != NULL) {
            writer_put(w, " stagger");
            dump_duration(w, node->u.each.stagger);
        }
        break;
    case NODE_RETRY:
        if (node->u.retry->attempts != NULL)
            dump_text(w, node->u.retry->attempts);
        dump_variable(w, "attempt", node->u.retry->attempt);
        dump_names(w, node->u.retry->codes);
        if (node->u.retry->condition != NULL)
            dump_text(w, node->u.retry->condition);
        dump_variable(w, "err", node->u.retry->err);
        break;
    case NODE_START: dump_promise(w, node->u.promise); break;
    case NODE_AWAIT:
    case NODE_CANCEL:
        if (node->u.await.promise != NULL)
            dump_variable(w, "promise", node->u.await.promise->variable);
        else
            dump_text(w, node->u.await.handle);
        break;
    case NODE_SETTLED:
    case NODE_BLOCK: dump_variable(w, "outcome", node->u.block.outcome); break;
    default: break;
    }
    if (!ctype_is_void(node->type))
        writer_putf(w, " : %s%s", node->type.before, node->type.after);
    else
        writer_put(w, node->flexible ? " : ?" : "");
    dump_variable(w, "as", node->binding);
    writer_put(w, node->ends ? " ends\n" : "\n");
}

static void dump_vars(struct writer *w, const struct node_var *var, int depth)
{
    for (; var != NULL; var = var->next) {
        begin(w, depth);
        writer_putf(w, "var %s %s %s.%u", var->variable->type.before, var->variable->type.after,
                    var->variable->name, var->variable->index);
        if (var->initializer != NULL)
            dump_text(w, var->initializer);
        writer_put(w, "\n");
    }
}

/* What stands inside a node; of a clause not what it stands after. */
static void dump_children(struct writer *w, const struct node *node, int depth)
{
    if (node->kind == NODE_BLOCK)
        dump_vars(w, node->u.block.vars, depth);
    for (const struct node *child = node->body; child != NULL; child = child->next)
        dump_node(w, child, depth);
    if (node->second != NULL)
        dump_node(w, node->second, depth);
}

static void dump_line(struct writer *w, const struct node *node, int depth)
{
    begin(w, depth);
    writer_put(w, node_traits[node->kind].word);
    dump_head(w, node);
}

/* A clause, then what it stands after, then what stands inside it. */
static void dump_node(struct writer *w, const struct node *node, int depth)
{
    const struct node *step = node;

    dump_line(w, step, depth);
    for (; step->before != NULL; step = step->before)
        dump_line(w, step->before, ++depth);
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
