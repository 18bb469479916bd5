/* ast_print_line.c - lines of the printer of trees, and the test whether a node fits on one. */
#include "base/writer.h"
#include "syntax/ast_print.h"

/* Characters, of UTF-8. */
size_t ast_print_column(const struct print *print)
{
    const struct writer *writer = print->writer;
    size_t column = 0;

    if (writer->at_line_start)
        return (size_t)writer->indent * 4;
    for (size_t at = writer->length; at > 0 && writer->text[at - 1] != '\n'; at--)
        column += ((unsigned char)writer->text[at - 1] & 0xC0) != 0x80;
    return column;
}

struct print ast_print_measure(struct print *print)
{
    struct print measured = *print;

    measured.writer = &print->line;
    measured.writer->length = 0;
    measured.writer->line = 1;
    measured.writer->at_line_start = false;
    measured.trailing = NULL;
    measured.flat = measured.is_measured = true;
    measured.is_broken = measured.has_brackets = false;
    return measured;
}

/* What is so long needs no further measuring. */
bool ast_print_is_given_up(const struct print *measured)
{
    return measured->is_measured
           && (measured->is_broken || measured->writer->line > 1
               || measured->writer->length > 4 * WIDEST);
}

bool ast_print_fits(const struct print *print, const struct print *measured, size_t after)
{
    size_t widest = measured->has_brackets ? WIDEST_BRACKETS : WIDEST;

    return !measured->is_broken && measured->writer->line == 1
           && ast_print_column(print) + ast_print_column(measured) + after <= widest;
}
