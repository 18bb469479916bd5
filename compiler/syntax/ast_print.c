/* ast_print.c - the syntax tree as a .chain file in the one style.
 *
 * Four blanks a level, one between words. What stood on one line stays on one
 * line, what did not gets a line for each clause, branch and statement; single
 * empty lines stay, chains with a body get them. C text is copied byte for
 * byte, so the same tree comes out of parsing it. */
#include <string.h>

#include "base/writer.h"
#include "syntax/ast_print.h"

enum { WIDEST = 120 };

static void print_fails(struct print *print, const struct ast_opclause *clause)
{
    const char *code = clause->code->text;

    writer_put(print->writer, "fails ");
    ast_print_bracketed(print, clause->condition->text);
    writer_put(print->writer, " ");
    if (clause->code_in_brackets)
        ast_print_bracketed(print, code);
    else
        ast_print_raw(print, code, strlen(code));
}

static void print_opclause(struct print *print, const struct ast_opclause *clause)
{
    switch (clause->kind) {
    case AST_FAILS: print_fails(print, clause); break;
    case AST_RAISES:
        writer_put(print->writer, clause->codes ? "raises " : "raises nothing");
        ast_print_names(print, clause->codes);
        break;
    case AST_STATE:
        writer_put(print->writer, "state ");
        ast_print_braced(print, clause->state->text);
        break;
    case AST_POSTED: writer_put(print->writer, "posted"); break;
    case AST_UNCANCELLABLE: writer_put(print->writer, "uncancellable"); break;
    case AST_POOL:
        writer_put(print->writer, "pool ");
        ast_print_count(print, clause->count);
        break;
    case AST_BUDGET:
        writer_put(print->writer, "budget ");
        ast_print_count(print, clause->count);
        break;
    case AST_ON: writer_putf(print->writer, "on %s", clause->name->name); break;
    }
}

/* As they are printed, on one line if nothing in them has more: what stood
 * between them before makes no difference. */
static size_t width_of_clauses(const struct print *print, const struct ast_proto *proto)
{
    struct writer line;
    struct print measured = { .writer = &line, .sources = print->sources };

    writer_init(&line, print->writer->arena);
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        writer_put(&line, " ");
        print_opclause(&measured, clause);
    }
    return line.length;
}

/* `before`: the width of what stands before them. */
static void print_opclauses(struct print *print, const struct ast_proto *proto, size_t before)
{
    struct span all = proto->span;
    bool comments = false;

    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        all.end = clause->span.end;
        comments = comments || clause->comments;
    }
    bool broken = comments
                  || (!ast_print_on_one_line(print, all) && proto->clauses && proto->clauses->next)
                  || before + width_of_clauses(print, proto) > WIDEST;
    print->writer->indent += broken;
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        if (broken)
            ast_print_end_line(print);
        else
            writer_put(print->writer, " ");
        const struct ast_comment *trailing =
            ast_print_before(print, clause->comments, clause->span.begin);
        print_opclause(print, clause);
        ast_print_trailing(print, trailing);
    }
    print->writer->indent -= broken;
}

static void print_params(struct print *print, const struct ast_param *param)
{
    writer_put(print->writer, param ? "(" : "(void");
    for (; param; param = param->next) {
        ast_print_c(print, param->text);
        writer_put(print->writer, param->next ? ", " : "");
    }
    writer_put(print->writer, ")");
}

static void print_proto(struct print *print, const struct ast_proto *proto)
{
    static const char *const words[] = { [AST_ASYNC] = "async ",
                                         [AST_SYNC] = "sync ",
                                         [AST_BLOCKING] = "blocking ",
                                         [AST_CHAIN] = "chain " };

    size_t begin = print->writer->length;

    writer_put(print->writer, proto->is_static ? "static " : "");
    writer_put(print->writer, words[proto->kind]);
    ast_print_typed(print, proto->type, proto->name->name);
    print_params(print, proto->params);
    print_opclauses(print, proto, print->writer->length - begin);
    if (!proto->body) {
        writer_put(print->writer, ";");
        return;
    }
    ast_print_end_line(print);
    ast_print_body(print, proto->body);
}

static void print_code(struct print *print, const struct ast_code *code, bool broken)
{
    const struct ast_comment *trailing =
        ast_print_before(print, code->comments, code->name->span.begin);

    writer_put(print->writer, code->name->name);
    if (code->value)
        writer_putf(print->writer, " = %s", code->value->text);
    if (code->text) {
        writer_put(print->writer, " ");
        ast_print_raw(print, code->text->text, strlen(code->text->text));
    }
    writer_put(print->writer, broken || code->next ? "," : "");
    ast_print_trailing(print, trailing);
    if (broken)
        ast_print_end_line(print);
    else
        writer_put(print->writer, " ");
}

static void print_codes(struct print *print, const struct ast_item *item)
{
    bool broken = !ast_print_on_one_line(print, item->span);

    writer_put(print->writer, broken ? "codes {\n" : "codes { ");
    print->writer->indent += broken;
    print->flat = !broken;
    for (const struct ast_code *code = item->u.codes; code; code = code->next)
        print_code(print, code, broken);
    print->flat = false;
    print->writer->indent -= broken;
    writer_put(print->writer, "};");
}

static void print_item(struct print *print, const struct ast_item *item)
{
    switch (item->kind) {
    case AST_CPP: ast_print_raw(print, item->u.c->text, strlen(item->u.c->text)); break;
    case AST_PROLOGUE:
        writer_put(print->writer, "%{\n");
        ast_print_raw(print, item->u.c->text, strlen(item->u.c->text));
        if (item->u.c->text[0])
            writer_put_line_end(print->writer);
        writer_put(print->writer, "%}");
        break;
    case AST_CDECL:
        ast_print_c(print, item->u.c->text);
        writer_put(print->writer, ";");
        break;
    case AST_REQUIRE: writer_putf(print->writer, "%%require \"%s\"", item->u.string.text); break;
    case AST_IMPORT: writer_putf(print->writer, "import \"%s\";", item->u.string.text); break;
    case AST_RESOURCE:
        writer_putf(print->writer, "resource %s = ", item->u.resource.name->name);
        ast_print_raw(print, item->u.resource.type->text, strlen(item->u.resource.type->text));
        writer_putf(print->writer, " releases %s;", item->u.resource.releases->name);
        break;
    case AST_CODES: print_codes(print, item); break;
    case AST_PROTO: print_proto(print, item->u.proto); break;
    }
}

static bool has_body(const struct ast_item *item)
{
    return item && item->kind == AST_PROTO && item->u.proto->body;
}

void ast_print(struct writer *writer, const struct ast_file *file, const struct sources *sources)
{
    struct print print = { .writer = writer, .sources = sources };
    const struct ast_item *last = NULL;

    for (const struct ast_item *item = file->items; item; last = item, item = item->next) {
        pos begin = ast_print_first_pos(item->comments, item->span.begin);
        if (last && (has_body(last) || has_body(item) || ast_print_has_gap(&print, begin)))
            writer_put(writer, "\n");
        const struct ast_comment *trailing =
            ast_print_before(&print, item->comments, item->span.begin);
        print_item(&print, item);
        ast_print_trailing(&print, trailing);
        ast_print_end_line(&print);
    }
    if (file->comments && last
        && (has_body(last) || ast_print_has_gap(&print, file->comments->span.begin)))
        writer_put(writer, "\n");
    ast_print_before(&print, file->comments, 0);
}
