/* emit_comment.c - text of the source and names of files, as the output can have them. */
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

const char *emit_output_name(const char *path)
{
    return path[0] == '/' ? strrchr(path, '/') + 1 : path;
}

void emit_put_comment_text(struct writer *writer, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '*' && i + 1 < length && text[i + 1] == '/')
            writer_put(writer, "* ");
        else if (text[i] == '/' && i + 1 < length && text[i + 1] == '*')
            writer_put(writer, "/ ");
        else if (text[i] == '\t' || text[i] == ' ')
            writer_put(writer, i + 1 < length && (text[i + 1] == ' ' || text[i + 1] == '\t') ? "" : " ");
        else if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            writer_put(writer, "?");
        else
            writer_put_bytes(writer, text + i, 1);
    }
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
