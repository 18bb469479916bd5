/* ast_print.c - the syntax tree as a .chain file in the one style.
 *
 * Four blanks a level, one between words. What stood on one line stays on one line, what did not gets a line for each clause,
 * branch and statement; single empty lines stay, chains with a body get them. C text is copied byte for byte, so the same
 * tree comes out of parsing it.
 */
#include <string.h>

#include "print.h"
#include "writer.h"

enum { WIDEST = 120 };

static void print_fails(struct print *print, const struct ast_opclause *clause)
{
    const char *code = clause->code->text;

    put(print->writer, "fails ");
    print_bracketed(print, clause->condition->text);
    put(print->writer, " ");
    if (clause->code_in_brackets)
        print_bracketed(print, code);
    else
        print_raw(print, code, strlen(code));
}

static void print_opclause(struct print *print, const struct ast_opclause *clause)
{
    switch (clause->kind) {
    case AST_FAILS: print_fails(print, clause); break;
    case AST_RAISES:
        put(print->writer, clause->codes ? "raises " : "raises nothing");
        print_names(print, clause->codes);
        break;
    case AST_STATE: put(print->writer, "state "); print_braced(print, clause->state->text); break;
    case AST_POSTED: put(print->writer, "posted"); break;
    case AST_UNCANCELLABLE: put(print->writer, "uncancellable"); break;
    case AST_POOL: put(print->writer, "pool "); print_count(print, clause->count); break;
    case AST_BUDGET: put(print->writer, "budget "); print_count(print, clause->count); break;
    case AST_ON: putf(print->writer, "on %s", clause->name->name); break;
    }
}

/* As they are printed, on one line if nothing in them has more: what stood between them before makes no difference. */
static size_t width_of_clauses(const struct print *print, const struct ast_proto *proto)
{
    struct writer line;
    struct print measured = { .writer = &line, .sources = print->sources };

    writer_init(&line, print->writer->arena);
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        put(&line, " ");
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
    bool broken = comments || (!print_on_one_line(print, all) && proto->clauses && proto->clauses->next)
                  || before + width_of_clauses(print, proto) > WIDEST;
    print->writer->indent += broken;
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        if (broken)
            print_end_line(print);
        else
            put(print->writer, " ");
        const struct ast_comment *behind = print_before(print, clause->comments, clause->span.begin);
        print_opclause(print, clause);
        print_behind(print, behind);
    }
    print->writer->indent -= broken;
}

static void print_params(struct print *print, const struct ast_param *param)
{
    put(print->writer, param ? "(" : "(void");
    for (; param; param = param->next) {
        print_c(print, param->text);
        put(print->writer, param->next ? ", " : "");
    }
    put(print->writer, ")");
}

static void print_proto(struct print *print, const struct ast_proto *proto)
{
    static const char *const words[] = {
        [AST_ASYNC] = "async ", [AST_SYNC] = "sync ", [AST_BLOCKING] = "blocking ", [AST_CHAIN] = "chain "
    };

    size_t begin = print->writer->length;

    put(print->writer, proto->is_static ? "static " : "");
    put(print->writer, words[proto->kind]);
    print_typed(print, proto->type, proto->name->name);
    print_params(print, proto->params);
    print_opclauses(print, proto, print->writer->length - begin);
    if (!proto->body) {
        put(print->writer, ";");
        return;
    }
    print_end_line(print);
    print_body(print, proto->body);
}

static void print_code(struct print *print, const struct ast_code *code, bool broken)
{
    const struct ast_comment *behind = print_before(print, code->comments, code->name->span.begin);

    put(print->writer, code->name->name);
    if (code->value)
        putf(print->writer, " = %s", code->value->text);
    if (code->text) {
        put(print->writer, " ");
        print_raw(print, code->text->text, strlen(code->text->text));
    }
    put(print->writer, broken || code->next ? "," : "");
    print_behind(print, behind);
    if (broken)
        print_end_line(print);
    else
        put(print->writer, " ");
}

static void print_codes(struct print *print, const struct ast_item *item)
{
    bool broken = !print_on_one_line(print, item->span);

    put(print->writer, broken ? "codes {\n" : "codes { ");
    print->writer->indent += broken;
    print->flat = !broken;
    for (const struct ast_code *code = item->u.codes; code; code = code->next)
        print_code(print, code, broken);
    print->flat = false;
    print->writer->indent -= broken;
    put(print->writer, "};");
}

static void print_item(struct print *print, const struct ast_item *item)
{
    switch (item->kind) {
    case AST_CPP: print_raw(print, item->u.c->text, strlen(item->u.c->text)); break;
    case AST_PROLOGUE:
        put(print->writer, "%{\n");
        print_raw(print, item->u.c->text, strlen(item->u.c->text));
        put(print->writer, item->u.c->text[0] ? "\n%}" : "%}");
        break;
    case AST_CDECL: print_c(print, item->u.c->text); put(print->writer, ";"); break;
    case AST_REQUIRE: putf(print->writer, "%%require \"%s\"", item->u.string.text); break;
    case AST_IMPORT: putf(print->writer, "import \"%s\";", item->u.string.text); break;
    case AST_RESOURCE:
        putf(print->writer, "resource %s = ", item->u.resource.name->name);
        print_raw(print, item->u.resource.type->text, strlen(item->u.resource.type->text));
        putf(print->writer, " releases %s;", item->u.resource.releases->name);
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
        pos begin = print_first_pos(item->comments, item->span.begin);
        if (last && (has_body(last) || has_body(item) || print_has_gap(&print, begin)))
            put(writer, "\n");
        const struct ast_comment *behind = print_before(&print, item->comments, item->span.begin);
        print_item(&print, item);
        print_behind(&print, behind);
        print_end_line(&print);
    }
    if (file->comments && last && (has_body(last) || print_has_gap(&print, file->comments->span.begin)))
        put(writer, "\n");
    print_before(&print, file->comments, 0);
}
