/* writer.h - text output: one place that knows the line number and the indentation.
 *
 * Text is collected in an arena; a file is written at the end, whole or not at all.
 */
#ifndef WRITER_H
#define WRITER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct writer {
    struct arena *arena;
    char *text; /* NUL-terminated; NULL: nothing yet */
    size_t length, capacity;
    int line;   /* of the next byte, from 1 */
    int indent; /* in levels of four blanks, put before the first byte of a line */
    bool at_line_start;
};

void writer_init(struct writer *writer, struct arena *arena);
const char *writer_text(const struct writer *writer); /* so far, NUL-terminated */

void writer_put(struct writer *writer, const char *text);
void writer_put_bytes(struct writer *writer, const char *text, size_t length);
void writer_putf(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The bytes before the next one on its line, or `most` if there are more; it
 * looks at no more than that. */
size_t writer_column(const struct writer *writer, size_t most);

/* Blanks more, at that place of the text. */
void writer_insert_blanks(struct writer *writer, size_t at, size_t count);

/* A text with named holes: put_template(w, "    ${type} ${name};\n", "type",
 * type, "name", name, NULL). */
void writer_put_template(struct writer *writer, const char *text, ...) __attribute__((sentinel));

/* A line end of ours after text of the user. If that ends in a backslash,
 * another one and a line end of its own are put between: they are the splice,
 * and the backslash stays. */
void writer_put_line_end(struct writer *writer);

/* Text of a source without its splices. Their line ends stand after that of
 * their line (source.c), so a backslash that now ends a line is doubled, as it
 * was in the source: the second one and a line end are the splice again. */
void writer_put_unspliced(struct writer *writer, const char *text, size_t length);

/* A C string literal with quotes. */
void writer_put_c_string(struct writer *writer, const char *text, size_t length);

#endif
