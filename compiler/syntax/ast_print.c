/* ast_print.c - the syntax tree as a .chain file in the one style: decision 48.
 *
 * Lines depend on the tree and on the width alone, not on where the lines of
 * the file ended; only single empty lines stay. */
#include <string.h>

#include "base/writer.h"
#include "syntax/ast_print.h"

/* ---- prototypes ---------------------------------------------------------- */

/* What stands in brackets or without, as it was written. */
static void print_part(struct print *print, const struct ast_c *c, bool in_brackets)
{
    if (c == NULL)
        return;
    writer_put(print->writer, " ");
    if (in_brackets)
        ast_print_bracketed(print, c);
    else
        ast_print_c(print, c);
}

static void print_fails(struct print *print, const struct ast_opclause *clause)
{
    print_part(print, clause->condition, true);
    print_part(print, clause->code, clause->code_in_brackets);
    writer_put(print->writer, clause->says ? " says" : "");
    print_part(print, clause->message, clause->says);
    print_part(print, clause->info, clause->info_in_brackets);
}

static void print_opclause(struct print *print, const struct ast_opclause *clause)
{
    writer_put(print->writer, ast_opclause_traits[clause->kind].word);
    if (clause->kind == AST_FAILS)
        print_fails(print, clause);
    else if (clause->kind == AST_RAISES && !clause->codes)
        writer_put(print->writer, " nothing");
    if (clause->codes || clause->state || clause->count || clause->name)
        writer_put(print->writer, " ");
    ast_print_names(print, clause->codes);
    if (clause->state)
        ast_print_braced(print, clause->state, false);
    ast_print_names(print, clause->name);
    if (clause->count && clause->name)
        writer_put(print->writer, " ");
    if (clause->count)
        ast_print_count(print, clause->count);
}

static void put_opclauses(struct print *print, const struct ast_proto *proto)
{
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        print->is_broken = print->is_broken || clause->comments;
        writer_put(print->writer, " ");
        print_opclause(print, clause);
    }
}

static pos end_of(const struct ast_opclause *clause)
{
    while (clause->next)
        clause = clause->next;
    return clause->span.end;
}

static void break_opclauses(struct print *print, const struct ast_proto *proto)
{
    pos list_end = print->list_end;

    print->list_end = end_of(proto->clauses);
    print->writer->indent++;
    for (const struct ast_opclause *clause = proto->clauses; clause; clause = clause->next) {
        pos begin = clause->span.begin;
        if (ast_print_is_kept(print, begin))
            continue;
        ast_print_start_line(print);
        const struct ast_comment *trailing = ast_print_before(print, clause->comments, begin);
        if (!ast_print_is_kept(print, begin))
            print_opclause(print, clause);
        ast_print_trailing(print, trailing);
    }
    print->writer->indent--;
    print->list_end = list_end;
}

/* Members of a state that have lines go on in the lines after the prototype. */
static bool opens_state(const struct print *print, const struct ast_opclause *clause)
{
    enum { STATE = sizeof " state {" - 1 };

    return clause->kind == AST_STATE && strchr(clause->state->text, '\n') && !clause->next
           && !clause->comments && ast_print_column(print) + STATE <= WIDEST;
}

static void print_opclauses(struct print *print, const struct ast_proto *proto)
{
    struct print measured = ast_print_measure(print);

    put_opclauses(&measured, proto);
    measured.is_broken = measured.is_broken || proto->comments;
    ast_print_trailing(print, proto->comments);
    if (!proto->clauses || ast_print_fits(print, &measured, !proto->body)
        || (!proto->comments && opens_state(print, proto->clauses)))
        put_opclauses(print, proto);
    else
        break_opclauses(print, proto);
}

static void put_params(struct print *print, const struct ast_param *param, bool broken)
{
    writer_put(print->writer, broken ? "(\n" : param ? "(" : "(void");
    print->writer->indent += broken;
    for (; param; param = param->next) {
        ast_print_c(print, &(struct ast_c){ param->span, param->text });
        writer_put(print->writer, !param->next ? "" : broken ? ",\n" : ", ");
    }
    print->writer->indent -= broken;
    writer_put(print->writer, broken ? "\n)" : ")");
}

static void print_params(struct print *print, const struct ast_proto *proto)
{
    struct print measured = ast_print_measure(print);

    put_params(&measured, proto->params, false);
    put_params(print, proto->params,
               proto->params && !ast_print_fits(print, &measured, !proto->body && !proto->clauses));
}

static void print_proto(struct print *print, const struct ast_proto *proto)
{
    writer_put(print->writer, proto->is_static ? "static " : proto->is_extern ? "extern " : "");
    writer_putf(print->writer, "%s ", ast_proto_words[proto->kind]);
    ast_print_typed(print, proto->type, proto->name->name);
    print_params(print, proto);
    print_opclauses(print, proto);
    if (!proto->body) {
        writer_put(print->writer, ";");
        return;
    }
    ast_print_end_line(print);
    ast_print_body(print, proto->body);
}

/* ---- codes --------------------------------------------------------------- */

static void print_code(struct print *print, const struct ast_code *code)
{
    writer_put(print->writer, code->name->name);
    if (code->value)
        writer_putf(print->writer, " = %s", code->value->text);
    if (code->text) {
        writer_put(print->writer, " ");
        ast_print_c(print, code->text);
    }
}

static void put_codes(struct print *print, const struct ast_item *item)
{
    writer_put(print->writer, "codes { ");
    print->is_broken = item->last_comments;
    print->has_brackets = true;
    for (const struct ast_code *code = item->u.codes; code; code = code->next) {
        print->is_broken = print->is_broken || code->comments;
        print_code(print, code);
        writer_put(print->writer, code->next ? ", " : " };");
    }
}

static pos end_of_code(const struct ast_code *code)
{
    return code->text    ? code->text->span.end
           : code->value ? code->value->span.end
                         : code->name->span.end;
}

static void break_codes(struct print *print, const struct ast_item *item)
{
    pos list_end = print->list_end;

    print->list_end = item->brace;
    writer_put(print->writer, "codes {");
    print->writer->indent++;
    for (const struct ast_code *code = item->u.codes; code; code = code->next) {
        pos begin = code->name->span.begin;
        if (!ast_print_is_kept(print, begin)) {
            ast_print_start_member(print, code->comments, begin, code == item->u.codes);
            const struct ast_comment *trailing = ast_print_before(print, code->comments, begin);
            if (!ast_print_is_kept(print, begin))
                print_code(print, code);
            ast_print_trailing(print, trailing);
        }
        ast_print_comma(print, end_of_code(code));
    }
    ast_print_last(print, item->last_comments, true);
    print->writer->indent--;
    ast_print_start_line(print);
    writer_put(print->writer, "};");
    print->list_end = list_end;
}

static void print_codes(struct print *print, const struct ast_item *item)
{
    struct print measured = ast_print_measure(print);

    put_codes(&measured, item);
    if (ast_print_fits(print, &measured, 0))
        put_codes(print, item);
    else
        break_codes(print, item);
}

/* ---- items --------------------------------------------------------------- */

static void print_import(struct print *print, const struct ast_item *item)
{
    writer_putf(print->writer, "%simport \"%s\"", item->u.string.is_export ? "export " : "",
                item->u.string.text);
    if (item->u.string.as != NULL)
        writer_putf(print->writer, " as %s", item->u.string.as->name);
    writer_put(print->writer, ";");
}

static void print_item(struct print *print, const struct ast_item *item)
{
    writer_put(print->writer, item->is_static ? "static " : "");
    switch (item->kind) {
    case AST_CPP: ast_print_raw(print, item->u.c); break;
    case AST_PROLOGUE:
        writer_put(print->writer, "%{\n");
        ast_print_raw(print, item->u.c);
        if (item->u.c->text[0])
            writer_put_line_end(print->writer);
        writer_put(print->writer, "%}");
        break;
    case AST_CDECL:
        ast_print_c(print, item->u.c);
        writer_put(print->writer, ";");
        break;
    case AST_REQUIRE: writer_putf(print->writer, "%%require \"%s\"", item->u.string.text); break;
    case AST_IMPORT: print_import(print, item); break;
    case AST_MODULE: writer_putf(print->writer, "module %s;", item->u.module->name); break;
    case AST_RESOURCE:
        writer_putf(print->writer, "resource %s = ", item->u.resource.name->name);
        ast_print_c(print, item->u.resource.type);
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

/* An empty line is kept, and is put around chains with a body. */
static void start_item(struct print *print, const struct ast_item *last,
                       const struct ast_comment *comments, const struct ast_item *item, pos begin)
{
    ast_print_start_line(print);
    if (has_body(last) || (last && has_body(item)))
        writer_put(print->writer, "\n");
    else if (last)
        ast_print_keep_gap(print, comments, begin);
}

void ast_print(struct writer *writer, const struct ast_file *file)
{
    struct print print = { .writer = writer,
                           .source = file->source,
                           .list_end = file->source->base + (pos)file->source->length };
    const struct ast_item *last = NULL;

    writer_init(&print.line, writer->arena);
    for (const struct ast_item *item = file->items; item; last = item, item = item->next) {
        pos begin = item->span.begin;
        if (ast_print_is_kept(&print, begin))
            continue;
        start_item(&print, last, item->comments, item, begin);
        const struct ast_comment *trailing = ast_print_before(&print, item->comments, begin);
        if (!ast_print_is_kept(&print, begin))
            print_item(&print, item);
        ast_print_trailing(&print, trailing);
    }
    if (file->comments && has_body(last)
        && !ast_print_is_kept(&print, file->comments->span.begin)) {
        ast_print_start_line(&print);
        writer_put(writer, "\n");
        ast_print_last(&print, file->comments, false);
    } else
        ast_print_last(&print, file->comments, last != NULL);
    ast_print_start_line(&print);
}
