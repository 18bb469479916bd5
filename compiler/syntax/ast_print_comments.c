/* ast_print_comments.c - comments of printed trees, and the text between two of
 * them that is copied.
 *
 * From `// format off`, alone on its line, to `// format on` in the same list
 * of items, steps, branches, clauses or codes, or to the end of that list, the
 * text of the file is copied. The nodes of that text are passed over. */
#include <string.h>

#include "base/writer.h"
#include "ctext/ctext.h"
#include "syntax/ast_print.h"

static const char *text_at(const struct print *print, pos at)
{
    return print->source->text + (at - print->source->base);
}

/* Ends the line, with the comments that belong after it. */
void ast_print_end_line(struct print *print)
{
    const struct ast_comment *comment = print->trailing;

    print->trailing = NULL;
    for (; comment; comment = comment->next) {
        writer_put(print->writer, " ");
        ast_print_text(print, comment->span);
    }
    writer_put(print->writer, "\n");
}

void ast_print_start_line(struct print *print)
{
    if (!print->writer->at_line_start)
        ast_print_end_line(print);
}

/* Whether an empty line stands before a position of the file. */
static bool has_gap(const struct print *print, pos at)
{
    size_t length;
    pos offset = at - print->source->base;
    const char *begin = print->source->raw, *p = source_raw(print->source, offset, offset, &length);
    int newlines = 0;

    while (p > begin && strchr(" \t\r\n", p[-1]))
        newlines += *--p == '\n';
    return newlines > 1;
}

/* ---- what is kept as it is ----------------------------------------------- */

bool ast_print_is_kept(const struct print *print, pos begin)
{
    return begin < print->kept_until;
}

static bool is_comma(const struct print *print, pos after, pos *comma)
{
    const char *at = text_at(print, after);
    struct ctoken token = ctext_next_solid(&at);

    *comma = print->source->base + (pos)(token.text - print->source->text);
    return ctoken_is(token, ",");
}

/* A mark in front of a comma would take it from the node that it follows. */
static bool is_mark(const struct print *print, const struct ast_comment *comment, const char *word)
{
    const char *text = text_at(print, comment->span.begin);
    size_t length = comment->span.end - comment->span.begin;
    pos comma;

    return comment->depth > 0 && !comment->trailing && length == strlen(word)
           && memcmp(text, word, length) == 0 && !is_comma(print, comment->span.end, &comma);
}

/* The text from a mark on; the next mark of its list ends it, or the end of that. */
static void keep(struct print *print, const struct ast_comment *off)
{
    struct span kept = { off->span.begin, print->list_end };
    const struct ast_comment *comment = off->later;

    for (; comment && comment->span.begin < print->list_end; comment = comment->later)
        if (comment->depth == off->depth && is_mark(print, comment, "// format on"))
            break;
    if (comment && comment->span.begin < print->list_end)
        kept.end = comment->span.end;
    while (strchr(" \t\r\n", text_at(print, kept.end)[-1]))
        kept.end--;
    ast_print_kept(print, kept);
    print->kept_until = kept.end;
}

void ast_print_comma(struct print *print, pos node_end)
{
    pos comma;

    if (!ast_print_is_kept(print, node_end) || !is_comma(print, node_end, &comma)
        || !ast_print_is_kept(print, comma))
        writer_put(print->writer, ",");
}

/* ---- comments ------------------------------------------------------------ */

static const struct ast_comment *first_left(const struct print *print,
                                            const struct ast_comment *comment)
{
    while (comment && ast_print_is_kept(print, comment->span.begin))
        comment = comment->next;
    return comment;
}

void ast_print_keep_gap(struct print *print, const struct ast_comment *comments, pos begin)
{
    comments = first_left(print, comments);
    if (has_gap(print, comments && !comments->trailing ? comments->span.begin : begin))
        writer_put(print->writer, "\n");
}

void ast_print_start_member(struct print *print, const struct ast_comment *comments, pos begin,
                            bool is_first)
{
    ast_print_start_line(print);
    if (!is_first)
        ast_print_keep_gap(print, comments, begin);
}

static void put_comment(struct print *print, const struct ast_comment *comment)
{
    print->is_broken = true;
    if (ast_print_is_given_up(print))
        return;
    if (is_mark(print, comment, "// format off"))
        keep(print, comment);
    else
        ast_print_text(print, comment->span);
}

const struct ast_comment *ast_print_before(struct print *print, const struct ast_comment *comment,
                                           pos begin)
{
    while ((comment = first_left(print, comment)) && !comment->trailing) {
        put_comment(print, comment);
        comment = first_left(print, comment->next);
        if (ast_print_is_kept(print, begin))
            return comment;
        ast_print_start_line(print);
        ast_print_keep_gap(print, comment, begin);
    }
    return comment;
}

void ast_print_last(struct print *print, const struct ast_comment *comment, bool has_before)
{
    for (; (comment = first_left(print, comment)); comment = comment->next) {
        ast_print_start_line(print);
        if (has_before)
            ast_print_keep_gap(print, comment, 0);
        put_comment(print, comment);
        has_before = true;
    }
}

void ast_print_trailing(struct print *print, const struct ast_comment *comment)
{
    comment = first_left(print, comment);
    if (comment)
        print->trailing = comment;
    print->is_broken = print->is_broken || comment != NULL;
}
