/* raises.c - which codes can reach each place of a chain (rules 29, 75).
 *
 *     fetch(url)             raises ETIMEDOUT, EIO
 *     catch ETIMEDOUT: …     -> EIO, and what the handler raises
 *
 * A filter that can never match gets a warning. A code that can leave a chain
 * must be in its `raises` clause. Codes that an operation brings against its
 * declaration (rules 5, 62) are not counted, and may be caught anywhere. */
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "check/checked.h"
#include "check/codes.h"
#include "ctext/ctext.h"
#include "passes.h"

struct raising {
    struct program *program;
    struct code_marks *marks;
    struct codes handled; /* what reaches the handler that is being looked at */
};

static struct codes codes_of(struct raising *raising, struct node *node);

/* C text that is a code's name, or anything. */
static struct codes of_text(struct raising *raising, const char *text, const struct node *node)
{
    struct codes set = { .any_from = NULL };
    struct ctoken token = ctext_next_solid(&text);
    const char *name = intern(raising->program->names, token.text, token.length);
    const struct symbol *symbol = symbol_of_c_name(raising->program, name);

    if (ctext_next_solid(&text).kind != CTOKEN_END
        || (!reserved_is_code(name) && (symbol == NULL || symbol->kind != SYMBOL_CODE)))
        return codes_any(node);
    codes_mark(raising->marks, &set);
    codes_add(raising->marks, &set, name, node);
    return set;
}

/* A C function's own. */
static struct codes of_function(struct raising *raising, const struct node *node)
{
    const struct symbol *op = node->u.call.op;
    const struct codes nothing = { .any_from = NULL };

    if (op->raises != NULL)
        return codes_listed(raising->marks, op->raises->codes, node);
    return op->fails == NULL ? nothing : of_text(raising, op->fails_code->text, node);
}

/* And there may be no thread for it, or the loop has none at all (rule 104). */
static struct codes of_blocking(struct raising *raising, const struct node *node)
{
    struct codes set = of_function(raising, node);

    codes_add_builtin(raising->marks, &set, "EAGAIN", node);
    codes_add_builtin(raising->marks, &set, "ENOTSUP", node);
    return set;
}

/* What a chain does not say is what its body can bring: seen from here, all of
 * that comes from the call. */
static struct codes of_called(struct raising *raising, const struct node *node)
{
    return codes_copy(raising->marks, node->u.call.op->checked->codes, node);
}

static struct codes of_call(struct raising *raising, const struct node *node)
{
    const struct symbol *op = node->u.call.op;

    if (op->proto_kind == AST_SYNC)
        return of_function(raising, node);
    if (op->proto_kind == AST_BLOCKING)
        return of_blocking(raising, node);
    if (op->raises != NULL)
        return codes_listed(raising->marks, op->raises->codes, node);
    if (op->proto_kind == AST_CHAIN && op->checked != NULL)
        return of_called(raising, node);
    return codes_any(node);
}

/* What the instance rejects with goes elsewhere (rule 78); but there may be no
 * memory for one that has no pool (rule 79), and a loop that ends starts
 * nothing (rule 80). */
static struct codes of_spawn(struct raising *raising, const struct node *node)
{
    struct codes set = { .any_from = NULL };

    if (node->u.call.op->pool == NULL)
        codes_add_builtin(raising->marks, &set, "ENOMEM", node);
    codes_add_builtin(raising->marks, &set, "CHAIN_ECLOSED", node);
    return set;
}

static struct codes of_reject(struct raising *raising, const struct node *node)
{
    const struct piece *code;

    if (node->u.reject.again != NULL)
        return codes_copy(raising->marks, &raising->handled, NULL);
    code = node->u.reject.args == NULL ? NULL : node->u.reject.args->pieces;
    if (code == NULL || code->kind != PIECE_TEXT || code->next != NULL)
        return codes_any(node);
    return of_text(raising, arena_copy(raising->program->arena, code->text, code->length), node);
}

static struct codes of_handler(struct raising *raising, struct node *handler, struct codes handled)
{
    struct codes outer = raising->handled, set;

    raising->handled = handled;
    set = codes_of(raising, handler);
    raising->handled = outer;
    return set;
}

/* CHAIN_EEND of the source of an each is its end. Without it the each, whose
 * item `pulls`, goes on until something else ends it. */
static struct codes of_source(struct raising *raising, struct node *pulls)
{
    struct codes set = codes_of(raising, pulls->body),
                 passed = { .any_from = set.any_from, .of_handle = set.of_handle };

    codes_mark(raising->marks, &set);
    pulls->endless =
        set.any_from == NULL
        && codes_marked(raising->marks, intern_string(raising->program->names, "CHAIN_EEND"))
               == NULL;
    codes_mark(raising->marks, &passed);
    for (const struct code_list *code = set.list; code != NULL; code = code->next)
        if (strcmp(code->name, "CHAIN_EEND") != 0)
            codes_add(raising->marks, &passed, code->name, code->from);
    return passed;
}

/* An operation that is given up, or that ends as cancelled though nobody asked:
 * whatever it says that it raises (rules 5, 62). And a handle that is none to
 * wait for (rule 149). */
static bool comes_from_anything(const char *code, const struct codes *set)
{
    return strcmp(code, "CHAIN_EABANDONED") == 0 || strcmp(code, "ECANCELED") == 0
           || (set->of_handle && (strcmp(code, "EINVAL") == 0 || strcmp(code, "EDEADLK") == 0));
}

/* The named codes, each from where the body has it; a filter that can never
 * match gets a warning. */
static struct codes taken_of(struct raising *raising, const struct node *node,
                             const struct codes *body)
{
    struct codes taken = { .any_from = NULL };
    const struct node *unnamed = body->any_from != NULL ? body->any_from : node;

    for (const struct ast_name *name = node->u.clause.codes; name != NULL; name = name->next) {
        const struct code_list *code;
        codes_mark(raising->marks, body);
        code = codes_marked(raising->marks, name->c_name);
        if (body->any_from == NULL && code == NULL && !comes_from_anything(name->c_name, body))
            diag_report(raising->program->diags, D_CATCH_NEVER, name->span, name->name);
        codes_mark(raising->marks, &taken);
        codes_add(raising->marks, &taken, name->c_name, code != NULL ? code->from : unnamed);
    }
    return taken;
}

/* Splits what reaches a catch into what it takes and what passes. */
static struct codes of_catch(struct raising *raising, const struct node *node, struct codes body)
{
    struct codes taken;

    if (node->u.clause.codes == NULL) {
        if (codes_are_none(&body) && !node->before->wrong)
            diag_report(raising->program->diags, D_CATCH_NOTHING, node->span);
        return of_handler(raising, node->body, body);
    }
    taken = taken_of(raising, node, &body);
    return codes_both(raising->marks, codes_without(raising->marks, &body, &taken),
                      of_handler(raising, node->body, taken));
}

/* Of the branches themselves. settle takes them all; any sums them up, if none
 * is left (rule 47). */
static struct codes of_join(struct raising *raising, struct node *node)
{
    struct codes set = { .any_from = NULL }, of_branch;
    bool all_reject = true;

    for (const struct node *branch = node->body; branch != NULL; branch = branch->next) {
        of_branch = codes_of(raising, branch->body);
        all_reject = all_reject && !codes_are_none(&of_branch);
        if (node->u.combinator == AST_ALL || node->u.combinator == AST_RACE)
            set = codes_both(raising->marks, set, of_branch);
    }
    if (node->u.combinator == AST_ANY && all_reject)
        codes_add_builtin(raising->marks, &set, "CHAIN_EALL", node);
    node->rejects = !codes_are_none(&set);
    return set;
}

static struct codes of_branches(struct raising *raising, struct node *node)
{
    struct codes set = of_join(raising, node);

    for (const struct node *branch = node->body; branch != NULL; branch = branch->next)
        if (branch->second != NULL)
            set = codes_both(raising->marks, set, codes_of(raising, branch->second));
    return set;
}

/* Those of the source end every each. Of the items of an `any` no rejection is
 * passed on, and one without items has none to take (rules 151, 152). */
static struct codes of_each(struct raising *raising, struct node *node)
{
    struct codes set = codes_of(raising, node->body);
    bool any = node->u.each.manner == AST_ANY;

    if (any && node->u.each.index != NULL)
        set = (struct codes){ .any_from = NULL };
    if (any)
        codes_add_builtin(raising->marks, &set, "CHAIN_EALL", node);
    if (node->u.each.manner == AST_RACE)
        codes_add_builtin(raising->marks, &set, "CHAIN_EEND", node);
    node->rejects = !codes_are_none(&set);
    return set;
}

static struct codes of_timeout(struct raising *raising, struct node *node)
{
    struct codes set = codes_of(raising, node->body);

    codes_add_builtin(raising->marks, &set, "ETIMEDOUT", node);
    node->rejects = true;
    return set;
}

/* One without an end passes on what its filter does not take, and with a
 * condition anything (rule 160). */
static struct codes of_retry(struct raising *raising, struct node *node)
{
    const struct node_retry *retry = node->u.retry;
    struct codes set = codes_of(raising, node->body), taken;

    if (retry->attempts != NULL || retry->condition != NULL)
        return set;
    if (retry->codes == NULL)
        return (struct codes){ .any_from = NULL };
    taken = codes_listed(raising->marks, retry->codes, node);
    return codes_without(raising->marks, &set, &taken);
}

/* What every item is: the step that it comes from, and what is done with it. */
static struct codes of_item(struct raising *raising, struct node *node)
{
    struct codes source = of_source(raising, node), item = codes_of(raising, node->second);

    return node->u.each.manner == AST_ANY ? source : codes_both(raising->marks, source, item);
}

/* Every outcome is handled. */
static struct codes of_settled(struct raising *raising, struct node *node)
{
    (void)codes_of(raising, node->body);
    return codes_of(raising, node->second);
}

/* Warns of a `then` after a step that never ends. An endless part of a step has
 * its own warning, at its own place. */
static void warn_of_unreachable(struct raising *raising, const struct node *node)
{
    static const char word[] = "then";
    struct span span = { node->span.begin, node->span.begin + (pos)strlen(word) };

    if ((node->kind == NODE_THEN || node->kind == NODE_THEN_ELSE) && node->before->endless)
        diag_report(raising->program->diags, D_EACH_ENDLESS, span);
}

/* Its rejection would be lost where its block goes on without it (rule 139). */
static void check_not_lost(struct raising *raising, const struct promise *promise)
{
    const struct variable *variable = promise->variable;

    for (const struct loose *loose = promise->loose; loose != NULL; loose = loose->next) {
        struct diag *diag =
            diag_report(raising->program->diags, D_PROMISE_LOST, loose->span, variable->name);
        diag_note(raising->program->diags, diag, variable->span, "it is started here");
        if (loose->parted_at.begin != 0)
            diag_note(raising->program->diags, diag, loose->parted_at,
                      "two paths part here, and one of them neither awaits nor cancels it");
        diag_help(raising->program->diags, diag, "write `cancel %s` if nobody needs it any more",
                  variable->name);
    }
}

/* A start rejects with nothing: each await brings the codes of the body (rule 147). */
static struct codes of_start(struct raising *raising, struct node *node)
{
    struct promise *promise = node->u.promise;
    struct codes set = codes_of(raising, node->body);

    promise->codes = arena_new(raising->program->arena, struct codes);
    *promise->codes = set;
    promise->rejects = !codes_are_none(&set);
    if (promise->rejects)
        check_not_lost(raising, promise);
    return (struct codes){ .any_from = NULL };
}

static struct codes of_await(struct raising *raising, struct node *node)
{
    const struct promise *promise = node->u.await.promise;

    if (promise == NULL || promise->codes == NULL)
        return (struct codes){ .of_handle = promise == NULL };
    node->rejects = promise->rejects;
    node->endless = promise->start->body->endless;
    return codes_copy(raising->marks, promise->codes, NULL);
}

static struct codes of_inside(struct raising *raising, struct node *node)
{
    struct codes set = { .any_from = NULL };

    if (node->body != NULL)
        set = codes_of(raising, node->body);
    return node->second == NULL ? set
                                : codes_both(raising->marks, set, codes_of(raising, node->second));
}

/* A step, with what stands inside it. */
static struct codes of_step(struct raising *raising, struct node *node)
{
    switch ((int)node->kind) {
    case NODE_CALL: return of_call(raising, node);
    case NODE_SPAWN: return of_spawn(raising, node);
    case NODE_START: return of_start(raising, node);
    case NODE_AWAIT: return of_await(raising, node);
    case NODE_CANCEL: return (struct codes){ .of_handle = node->u.await.promise == NULL };
    case NODE_DO: return node->u.do_.rejects ? codes_any(node) : (struct codes){ .any_from = NULL };
    case NODE_REJECT: return of_reject(raising, node);
    case NODE_ITEM: return of_item(raising, node);
    case NODE_BRANCHES: return of_branches(raising, node);
    case NODE_SETTLED: return of_settled(raising, node);
    case NODE_EACH:
    case NODE_FIRST: return of_each(raising, node);
    case NODE_TIMEOUT: return of_timeout(raising, node);
    case NODE_RETRY: return of_retry(raising, node);
    default: return of_inside(raising, node);
    }
}

/* A clause, and what stands before it. */
static struct codes of_clause(struct raising *raising, const struct node *node, struct codes before)
{
    if (node->kind == NODE_THEN)
        return codes_both(raising->marks, before, codes_of(raising, node->body));
    if (node->kind == NODE_THEN_ELSE)
        return codes_both(raising->marks, codes_of(raising, node->body),
                          of_handler(raising, node->second, before));
    if (node->kind == NODE_CATCH)
        return of_catch(raising, node, before);
    return codes_both(raising->marks, before, codes_of(raising, node->body));
}

static struct codes codes_of(struct raising *raising, struct node *node)
{
    struct node *step = node_first(node);
    struct codes set = of_step(raising, step);

    step->endless = node_is_endless(step);
    while (step != node) {
        step = step->clause;
        set = of_clause(raising, step, set);
        step->endless = node_is_endless(step);
        warn_of_unreachable(raising, step);
    }
    return set;
}

static void warn_of_too_many(struct raising *raising, const struct symbol *symbol,
                             const struct codes *set)
{
    codes_mark(raising->marks, set);
    for (const struct ast_name *name = symbol->raises->codes; name != NULL; name = name->next)
        if (codes_marked(raising->marks, name->c_name) == NULL
            && !comes_from_anything(name->c_name, set))
            diag_report(raising->program->diags, D_RAISES_NEVER, name->span, symbol->name,
                        name->name);
}

/* What escapes must be declared, if anything is. */
static void check_covered(struct raising *raising, const struct checked_chain *chain,
                          const struct codes *set)
{
    const struct symbol *symbol = chain->symbol;
    struct codes covered = codes_listed(raising->marks, symbol->raises->codes, NULL);
    unsigned errors = raising->program->diags->errors;
    struct diag *diag;

    codes_mark(raising->marks, &covered);
    for (const struct code_list *code = set->list; code != NULL; code = code->next) {
        if (codes_marked(raising->marks, code->name) != NULL)
            continue;
        diag = diag_report(raising->program->diags, D_ESCAPES, symbol->raises->span,
                           symbol_shown_code(raising->program, code->name), symbol->name);
        diag_note(raising->program->diags, diag, code->from->span, "it comes from here");
    }
    if (set->any_from == NULL) {
        if (errors == raising->program->diags->errors)
            warn_of_too_many(raising, symbol, set);
        return;
    }
    diag = diag_report(raising->program->diags, D_ESCAPES, symbol->raises->span, "any code",
                       symbol->name);
    diag_note(raising->program->diags, diag, set->any_from->span, "this can reject with any code");
    diag_help(raising->program->diags, diag, "list the codes after 'raises', or catch the rest");
}

/* What it rejects with because the loop ends need not be handled by anybody. */
static void check_spawned(struct raising *raising, const struct node *spawn)
{
    const char *closed = intern_string(raising->program->names, "CHAIN_ECLOSED");

    for (; spawn != NULL; spawn = spawn->u.call.next_spawn) {
        struct codes set = of_call(raising, spawn);
        if (set.any_from != NULL
            || (set.list != NULL && (set.list->name != closed || set.list->next != NULL)))
            diag_report(raising->program->diags, D_SPAWN_REJECTS, spawn->span,
                        spawn->u.call.op->name);
    }
}

/* Callees stand before their callers. */
void raises(struct program *program, struct checked_chain *chains)
{
    struct code_marks marks = { .arena = program->arena, .names = program->names };
    struct raising raising = { .program = program, .marks = &marks };

    for (struct checked_chain *chain = chains; chain != NULL; chain = chain->next) {
        struct codes set = codes_of(&raising, chain->body);
        chain->codes = arena_new(program->arena, struct codes);
        *chain->codes = set;
    }
    for (struct checked_chain *chain = chains; chain != NULL; chain = chain->next) {
        if (chain->symbol->raises != NULL)
            check_covered(&raising, chain, chain->codes);
        check_spawned(&raising, chain->spawns);
    }
}
