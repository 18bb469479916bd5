/* scan_text.c - C text as it is kept: without the blanks around it, or with its
 * lines as they were. */
#include <string.h>

#include "syntax/scan.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Of the file, without the carriage returns before newlines. */
static const char *copy_raw(struct arena *arena, const char *begin, size_t length)
{
    char *copy = arena_copy(arena, begin, length), *to = copy;

    if (!memchr(copy, '\r', length))
        return copy;
    for (const char *from = copy; from < copy + length; from++) {
        while (*from == '\n' && to > copy && to[-1] == '\r')
            to--;
        *to++ = *from;
    }
    *to = '\0';
    return copy;
}

struct ast_c *scan_c_text(struct scanner *scan, const char *begin, const char *end)
{
    while (begin < end && is_blank(end[-1]))
        end--;
    while (begin < end && is_blank(*begin))
        begin++;
    return ast_new_c(scan->arena, scan_span(scan, begin, end),
                     arena_copy(scan->arena, begin, (size_t)(end - begin)));
}

/* A blank after `#`, `[` or `{` may be the second half of a digraph
 * (digraphs.c), which the text must not lose. */
static const char *whole_digraph(const struct scanner *scan, const char *end)
{
    const char *source = scan->source->text + (end - scan->text);

    while (strchr("#[{ ", end[-1]) != NULL && *end == ' ' && *source != ' ') {
        end++;
        source++;
    }
    return end;
}

/* What C gets unseen, with its lines as they were. */
struct ast_c *scan_raw_text(struct scanner *scan, const char *begin, const char *end)
{
    struct ast_c *c = scan_c_text(scan, begin, end);
    size_t length;
    const char *last = whole_digraph(scan, scan_at(scan, c->span.end));
    const char *raw = source_raw(scan->source, c->span.begin - scan->source->base,
                                 (pos)(last - scan->text), &length);

    c->text = copy_raw(scan->arena, raw, length);
    return c;
}

/* Comments in it are a part of it, and no others any more. */
struct ast_c *scan_text(struct scanner *scan, struct span span)
{
    struct ast_comment **last = &scan->comments;

    while (*last != NULL && (*last)->span.begin < span.begin)
        last = &(*last)->next;
    while (*last != NULL && (*last)->span.begin < span.end)
        *last = (*last)->next;
    if (*last == NULL)
        scan->last_comment = last;
    return scan_c_text(scan, scan_at(scan, span.begin), scan_at(scan, span.end));
}
