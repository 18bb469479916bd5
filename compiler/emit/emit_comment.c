/* emit_comment.c - text of the source and names of files, in a form that a C comment may have. */
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

const char *emit_output_name(const char *path)
{
    return path[0] == '/' ? strrchr(path, '/') + 1 : path;
}

/* What stands for the first byte; NULL: the byte itself. */
static const char *instead_of(const char *text, size_t length)
{
    char next = length > 1 ? text[1] : '\0';

    if (text[0] == '*' && next == '/')
        return "* ";
    if (text[0] == '/' && next == '*')
        return "/ ";
    if (text[0] == '\t' || text[0] == ' ')
        return next == ' ' || next == '\t' ? "" : " ";
    return (unsigned char)text[0] < 0x20 || text[0] == 0x7f ? "?" : NULL;
}

void emit_put_comment_text(struct writer *writer, const char *text, size_t length)
{
    size_t plain = 0; /* bytes of the text that are yet to be written */

    while (plain < length) {
        const char *instead = instead_of(text + plain, length - plain);
        if (instead == NULL) {
            plain++;
            continue;
        }
        writer_put_bytes(writer, text, plain);
        writer_put(writer, instead);
        text += plain + 1;
        length -= plain + 1;
        plain = 0;
    }
    writer_put_bytes(writer, text, plain);
}

const char *emit_comment_text(const struct emitter *emitter, const char *text)
{
    struct writer writer;

    writer_init(&writer, emitter->arena);
    emit_put_comment_text(&writer, text, strlen(text));
    return writer.text == NULL ? "" : writer.text;
}

const char *emit_source_text(const struct emitter *emitter, struct place place)
{
    const char *text = place.line_text;
    size_t length = place.line_length, cut;
    struct writer shown;

    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\r'))
        length--;
    if (strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") >= length)
        return "";
    cut = length > 90 ? 87 : length;
    while (cut < length && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    writer_init(&shown, emitter->arena);
    emit_put_comment_text(&shown, text, cut);
    writer_put(&shown, cut < length ? "..." : "");
    return writer_text(&shown);
}

/* ---- the comment above an item ------------------------------------------- */

static int line_of(const struct emitter *emitter, pos at)
{
    return source_place(emitter->program->sources, at).line;
}

/* The first of the comments that end directly above the item, without an empty line between. */
static const struct ast_comment *comment_above(const struct emitter *emitter,
                                               const struct ast_item *item)
{
    const struct ast_comment *first = NULL, *last = NULL;

    for (const struct ast_comment *c = item->comments; c != NULL && !c->trailing; c = c->next) {
        if (last == NULL
            || line_of(emitter, c->span.begin) > line_of(emitter, last->span.end - 1) + 1)
            first = c;
        last = c;
    }
    return last != NULL
                   && line_of(emitter, last->span.end - 1) + 1 == line_of(emitter, item->span.begin)
               ? first
               : NULL;
}

/* A comment that is being written. */
struct block_comment {
    bool begun;
    unsigned empty; /* lines that are only written if another follows */
};

/* One line of it, without what makes it a comment in the source. */
static void put_comment_line(struct emitter *emitter, struct block_comment *comment,
                             const char *text, const char *end)
{
    struct writer *w = emitter->writer;

    while (text < end && (*text == ' ' || *text == '\t' || *text == '*' || *text == '/'))
        text++;
    while (end > text && strchr(" \t\r*/", end[-1]) != NULL)
        end--;
    if (text == end) {
        comment->empty++;
        return;
    }
    for (; comment->begun && comment->empty > 0; comment->empty--)
        writer_put(w, "\n *");
    writer_put(w, comment->begun ? "\n * " : "/* ");
    emit_put_comment_text(w, text, (size_t)(end - text));
    *comment = (struct block_comment){ .begun = true };
}

void emit_comment_above(struct emitter *emitter, const struct ast_item *item)
{
    struct block_comment comment = { .begun = false };

    for (const struct ast_comment *c = comment_above(emitter, item); c != NULL && !c->trailing;
         c = c->next) {
        const char *text = source_text(emitter->program->sources, c->span),
                   *end = text + (c->span.end - c->span.begin);
        for (const char *newline; text < end; text = newline + 1) {
            newline = memchr(text, '\n', (size_t)(end - text));
            newline = newline == NULL ? end : newline;
            put_comment_line(emitter, &comment, text, newline);
        }
    }
    if (comment.begun)
        writer_put(emitter->writer, " */\n");
}
