/* ast_dump.c - the syntax tree as text, one node a line, children indented. */
#include "base/writer.h"
#include "syntax/ast.h"

struct dump {
    struct writer *writer;
    const struct sources *sources;
    bool positions;
};

static void dump_block(const struct dump *dump, const struct ast_block *block);
static void dump_form(const struct dump *dump, const struct ast_form *form);
static void dump_pipeline(const struct dump *dump, const struct ast_pipeline *pipeline);

static void put_text(const struct dump *dump, const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    writer_put(dump->writer, " ");
    writer_put_c_string(dump->writer, text, length);
}

/* Ends a node's line. */
static void end_line(const struct dump *dump, struct span span)
{
    struct place place = source_place(dump->sources, span.begin);

    if (dump->positions)
        writer_putf(dump->writer, " @%d:%d", place.line, place.column);
    writer_put(dump->writer, "\n");
}

static void dump_comments(const struct dump *dump, const struct ast_comment *comment)
{
    for (; comment; comment = comment->next) {
        const char *text = source_text(dump->sources, comment->span);
        writer_put(dump->writer, comment->trailing ? "comment trailing " : "comment ");
        writer_put_c_string(dump->writer, text, comment->span.end - comment->span.begin);
        end_line(dump, comment->span);
    }
}

static void put_names(const struct dump *dump, const struct ast_name *name)
{
    for (; name; name = name->next)
        writer_putf(dump->writer, " %s", name->name);
}

static void dump_c(const struct dump *dump, const char *what, const struct ast_c *c)
{
    writer_put(dump->writer, what);
    put_text(dump, c->text);
    end_line(dump, c->span);
}

static void dump_args(const struct dump *dump, const struct ast_args *args)
{
    for (; args; args = args->next)
        dump_c(dump, "argument", &args->c);
}

static void put_duration(const struct dump *dump, const char *what,
                         const struct ast_duration *duration)
{
    static const char *const units[] = { "us", "ms", "s", "m", "h" };

    if (!duration)
        return;
    writer_putf(dump->writer, " %s", what);
    if (!duration->count) {
        writer_putf(dump->writer, " %lld ns", (long long)duration->ns);
        return;
    }
    if (duration->is_time)
        writer_put(dump->writer, " until");
    put_text(dump, duration->count->text);
    if (!duration->is_time)
        writer_putf(dump->writer, " %s", units[duration->unit]);
}

/* ---- forms --------------------------------------------------------------- */

static void dump_branches(const struct dump *dump, const struct ast_branch *branch)
{
    for (; branch; branch = branch->next) {
        writer_put(dump->writer, "branch");
        end_line(dump, branch->span);
        dump->writer->indent++;
        dump_pipeline(dump, branch->pipeline);
        if (branch->winner)
            dump_block(dump, branch->winner);
        dump->writer->indent--;
    }
}

static void put_retry(const struct dump *dump, const struct ast_form *form)
{
    if (form->u.retry.attempts)
        put_text(dump, form->u.retry.attempts->text);
    put_duration(dump, "backoff", form->u.retry.backoff);
    put_duration(dump, "to", form->u.retry.to);
    put_duration(dump, "pause", form->u.retry.pause);
    if (form->u.retry.jitter)
        writer_putf(dump->writer, " jitter %s%%", form->u.retry.jitter->text);
    if (form->u.retry.codes)
        writer_put(dump->writer, " on");
    put_names(dump, form->u.retry.codes);
    if (form->u.retry.condition) {
        writer_put(dump->writer, " if");
        put_text(dump, form->u.retry.condition->text);
    }
}

static void put_each(const struct dump *dump, const struct ast_form *form)
{
    if (form->u.each.manner != AST_ALL)
        writer_putf(dump->writer, " %s", ast_form_traits[form->u.each.manner].word);
    writer_putf(dump->writer, " %s %s limit", form->u.each.name->name,
                form->kind == AST_EACH_IN ? "in" : "from");
    put_text(dump, form->u.each.limit->text);
    put_duration(dump, "stagger", form->u.each.stagger);
}

/* What stands on the form's own line. */
static void put_form_line(const struct dump *dump, const struct ast_form *form)
{
    writer_put(dump->writer, ast_form_traits[form->kind].word);
    switch ((int)form->kind) {
    case AST_CALL:
    case AST_SPAWN:
        writer_putf(dump->writer, " %s%s", form->u.call.name, form->u.call.bare ? "" : "()");
        break;
    case AST_DO:
        if (form->u.do_.type)
            put_text(dump, form->u.do_.type->text);
        break;
    case AST_EACH_IN:
    case AST_EACH_FROM: put_each(dump, form); break;
    case AST_EXPR:
    case AST_IF:
    case AST_WHILE: put_text(dump, form->u.expr->text); break;
    case AST_TIMEOUT: put_duration(dump, "after", form->u.duration); break;
    case AST_DELAY: put_duration(dump, "of", form->u.duration); break;
    case AST_RETRY: put_retry(dump, form); break;
    case AST_AWAIT:
    case AST_CANCEL: writer_putf(dump->writer, " %s", form->u.awaited->name); break;
    case AST_REJECT:
        writer_put(dump->writer, form->u.reject.given ? "()" : "");
        writer_put(dump->writer, form->u.reject.because ? " because" : "");
        break;
    default: break;
    }
    end_line(dump, form->span);
}

/* What a `settle each` does with each outcome. */
static void dump_settled(const struct dump *dump, const struct ast_form *form)
{
    writer_put(dump->writer, "settled as");
    if (form->u.each.as_type)
        put_text(dump, form->u.each.as_type->text);
    put_names(dump, form->u.each.as);
    end_line(dump, form->u.each.as->span);
    dump->writer->indent++;
    dump_block(dump, form->u.each.settled);
    dump->writer->indent--;
}

static void dump_children(const struct dump *dump, const struct ast_form *form)
{
    if (form->kind == AST_CALL || form->kind == AST_SPAWN)
        dump_args(dump, form->u.call.args);
    else if (form->kind == AST_REJECT) {
        dump_args(dump, form->u.reject.args);
        if (form->u.reject.says)
            dump_c(dump, "says", form->u.reject.says);
    } else if (form->kind == AST_DO)
        dump_c(dump, "body", form->u.do_.body);
    else if (form->kind == AST_EACH_IN) {
        dump_c(dump, "low", form->u.each.low);
        dump_c(dump, "high", form->u.each.high);
    } else if (ast_form_is(form, FORM_BRANCHES))
        dump_branches(dump, form->u.branches);
    dump_comments(dump, form->last_comments);
    if (ast_form_is(form, FORM_SOURCE))
        dump_form(dump, form->inner);
    if (form->block)
        dump_block(dump, form->block);
    if (ast_settled(form))
        dump_settled(dump, form);
    if (form->inner && !ast_form_is(form, FORM_SOURCE))
        dump_form(dump, form->inner);
}

static void dump_form(const struct dump *dump, const struct ast_form *form)
{
    put_form_line(dump, form);
    dump->writer->indent++;
    dump_children(dump, form);
    dump->writer->indent--;
}

/* ---- steps, pipelines, blocks -------------------------------------------- */

static void dump_step(const struct dump *dump, const struct ast_step *step)
{
    dump_comments(dump, step->comments);
    writer_put(dump->writer, "step");
    if (step->as)
        writer_put(dump->writer, " as");
    if (step->as_type)
        put_text(dump, step->as_type->text);
    put_names(dump, step->as);
    end_line(dump, step->span);
    dump->writer->indent++;
    dump_form(dump, step->form);
    if (step->undo) {
        writer_put(dump->writer, "undo\n");
        dump->writer->indent++;
        dump_form(dump, step->undo);
        dump->writer->indent--;
    }
    dump->writer->indent--;
}

static void dump_clause(const struct dump *dump, const struct ast_clause *clause)
{
    static const char *const words[] = { [AST_THEN] = "then",
                                         [AST_THEN_ELSE] = "then-else",
                                         [AST_CATCH] = "catch",
                                         [AST_FINALLY] = "finally" };

    dump_comments(dump, clause->comments);
    writer_put(dump->writer, words[clause->kind]);
    put_names(dump, clause->codes);
    end_line(dump, clause->span);
    dump->writer->indent++;
    dump_step(dump, clause->step);
    if (clause->else_step)
        dump_step(dump, clause->else_step);
    dump->writer->indent--;
}

static void dump_pipeline(const struct dump *dump, const struct ast_pipeline *pipeline)
{
    dump_step(dump, pipeline->first);
    for (const struct ast_clause *clause = pipeline->clauses; clause; clause = clause->next)
        dump_clause(dump, clause);
}

/* The vars and steps of a block, on the level of whatever has it. */
static void dump_block(const struct dump *dump, const struct ast_block *block)
{
    writer_put(dump->writer, "{\n");
    dump->writer->indent++;
    for (const struct ast_var *var = block->vars; var; var = var->next) {
        dump_comments(dump, var->comments);
        dump_c(dump, "var", var->declaration);
    }
    if (block->pipeline)
        dump_pipeline(dump, block->pipeline);
    dump_comments(dump, block->comments);
    dump->writer->indent--;
    writer_put(dump->writer, "}\n");
}

/* ---- items --------------------------------------------------------------- */

static void dump_opclause(const struct dump *dump, const struct ast_opclause *clause)
{
    dump_comments(dump, clause->comments);
    writer_put(dump->writer, ast_opclause_traits[clause->kind].word);
    if (clause->condition)
        put_text(dump, clause->condition->text);
    if (clause->code)
        put_text(dump, clause->code->text);
    writer_put(dump->writer, clause->says ? " says" : "");
    if (clause->message)
        put_text(dump, clause->message->text);
    if (clause->info)
        put_text(dump, clause->info->text);
    if (clause->kind == AST_RAISES && !clause->codes)
        writer_put(dump->writer, " nothing");
    put_names(dump, clause->codes);
    if (clause->state)
        put_text(dump, clause->state->text);
    put_names(dump, clause->name);
    if (clause->count)
        put_text(dump, clause->count->text);
    end_line(dump, clause->span);
}

static void dump_params(const struct dump *dump, const struct ast_param *param)
{
    for (; param; param = param->next) {
        writer_putf(dump->writer, "parameter %s", param->name ? param->name : "...");
        if (param->name)
            put_text(dump, param->text);
        end_line(dump, param->name_span);
    }
}

static const char *linkage_of(const struct ast_proto *proto)
{
    return proto->is_static ? "static " : proto->is_extern ? "extern " : "";
}

static void dump_proto(const struct dump *dump, const struct ast_proto *proto)
{
    writer_putf(dump->writer, "%s%s %s", linkage_of(proto), ast_proto_words[proto->kind],
                proto->name->name);
    put_text(dump, proto->type->text);
    if (proto->variadic)
        writer_put(dump->writer, " variadic");
    end_line(dump, proto->span);
    dump->writer->indent++;
    dump_params(dump, proto->params);
    dump_comments(dump, proto->comments);
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next)
        dump_opclause(dump, clause);
    if (proto->body)
        dump_block(dump, proto->body);
    dump->writer->indent--;
}

static void dump_codes(const struct dump *dump, const struct ast_item *item)
{
    writer_put(dump->writer, "codes");
    end_line(dump, item->span);
    dump->writer->indent++;
    for (const struct ast_code *code = item->u.codes; code; code = code->next) {
        dump_comments(dump, code->comments);
        writer_putf(dump->writer, "code %s", code->name->name);
        if (code->value)
            writer_putf(dump->writer, " = %s", code->value->text);
        if (code->text)
            writer_putf(dump->writer, " %s", code->text->text);
        end_line(dump, code->name->span);
    }
    dump_comments(dump, item->last_comments);
    dump->writer->indent--;
}

static void dump_string_item(const struct dump *dump, const char *word, const struct ast_item *item)
{
    writer_putf(dump->writer, "%s%s \"%s\"", item->u.string.is_export ? "export " : "", word,
                item->u.string.text);
    if (item->u.string.as != NULL)
        writer_putf(dump->writer, " as %s", item->u.string.as->name);
    end_line(dump, item->span);
}

static void dump_item(const struct dump *dump, const struct ast_item *item)
{
    static const char *const words[] = { [AST_CPP] = "preprocessor",
                                         [AST_PROLOGUE] = "prologue",
                                         [AST_REQUIRE] = "require",
                                         [AST_CDECL] = "declaration",
                                         [AST_IMPORT] = "import" };

    dump_comments(dump, item->comments);
    if (item->is_static)
        writer_put(dump->writer, "static ");
    switch (item->kind) {
    case AST_CPP:
    case AST_PROLOGUE:
    case AST_CDECL: dump_c(dump, words[item->kind], item->u.c); break;
    case AST_REQUIRE:
    case AST_IMPORT: dump_string_item(dump, words[item->kind], item); break;
    case AST_MODULE:
        writer_putf(dump->writer, "module %s", item->u.module->name);
        end_line(dump, item->span);
        break;
    case AST_RESOURCE:
        writer_putf(dump->writer, "resource %s", item->u.resource.name->name);
        put_text(dump, item->u.resource.type->text);
        writer_putf(dump->writer, " releases %s", item->u.resource.releases->name);
        end_line(dump, item->span);
        break;
    case AST_CODES: dump_codes(dump, item); break;
    case AST_PROTO: dump_proto(dump, item->u.proto); break;
    }
}

void ast_dump(struct writer *writer, const struct ast_file *file, const struct sources *sources,
              bool positions)
{
    struct dump dump = { writer, sources, positions };

    for (const struct ast_item *item = file->items; item; item = item->next)
        dump_item(&dump, item);
    dump_comments(&dump, file->comments);
}
