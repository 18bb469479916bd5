/* parse.c - bytes -> tree, and the list of tokens. */
#include <string.h>

#include "base/writer.h"
#include "passes.h"
#include "syntax/ast.h"
#include "syntax/ast_comments.h"
#include "syntax/scan.h"

/* The lexer ends at a NUL byte, so there must be none before the end. */
static bool has_nul(struct diags *diags, const struct source *source)
{
    const char *nul = memchr(source->text, 0, source->length);
    struct span span;

    if (nul == NULL)
        return false;
    span.begin = source->base + (pos)(nul - source->text);
    span.end = span.begin + 1;
    diag_report(diags, D_NUL_BYTE, span);
    return true;
}

struct ast_file *parse(struct arena *arena, struct names *names, struct diags *diags,
                       const struct source *source)
{
    struct ast_file *file = arena_new(arena, struct ast_file);
    struct scanner *scan = arena_new(arena, struct scanner);

    file->source = source;
    if (has_nul(diags, source))
        return file;
    scan_init(scan, arena, names, diags, source);
    yyparse(scan, &file->items);
    if (diags->errors == 0)
        scan_balance_insist(scan);
    ast_attach_comments(file, scan->comments);
    return file;
}

static void dump_token(struct writer *writer, const struct sources *sources,
                       const struct token *token)
{
    struct place place = source_place(sources, token->span.begin);

    writer_putf(writer, "%d:%d %s", place.line, place.column,
                token->kind == T_YYEOF ? "END" : token_info(token->kind)->name);
    if (token->span.end > token->span.begin) {
        writer_put(writer, " ");
        writer_put_c_string(writer, source_text(sources, token->span),
                            token->span.end - token->span.begin);
    }
    writer_put(writer, "\n");
}

void parse_dump_tokens(struct writer *writer, struct arena *arena, struct names *names,
                       struct diags *diags, const struct source *source,
                       const struct sources *sources)
{
    struct scanner *scan = arena_new(arena, struct scanner);
    struct token token;

    if (has_nul(diags, source))
        return;
    scan_init(scan, arena, names, diags, source);
    do {
        token = scan_token(scan);
        dump_token(writer, sources, &token);
    } while (token.kind != T_YYEOF);
}
