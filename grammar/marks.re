/* marks.re - looks ahead in a text without taking anything from it: where blanks, prologues and code end, which brackets come, whether
 * a line begins an item.
 */
#include <string.h>

#include "syntax/scan.h"

/*!include:re2c "lexis.re2c" */

#define AT(text) ((const unsigned char *)(text))
#define TEXT(at) ((const char *)(at))

const char *scan_look_past_blanks(const char *text)
{
    const unsigned char *at = AT(text), *marker, *begin;

    for (;;) {
        begin = at;
        /*!re2c
            newline | blank+ | line_comment | block_comment { continue; }
            * { return TEXT(begin); }
        */
    }
}

bool scan_starts_item(const char *line)
{
    const unsigned char *at = AT(line), *marker;

    /*!re2c
        (("static" | "extern") [ \t]+)? ("chain" | "async" | "sync" | "blocking") [ \t]+ (name | [ \t*])+ "(" { return true; }
        * { return false; }
    */
}

const char *scan_end_of_line(const struct scanner *scan, const char *at)
{
    const char *newline = memchr(at, '\n', (size_t)(scan->limit - at));

    return newline ? newline : scan->limit;
}

/* After the %} that ends what begins at `at`; if there is none, where the next item begins for sure. */
const char *scan_end_of_prologue(const struct scanner *scan, const char *text)
{
    const unsigned char *at = AT(text), *marker, *begin;
    const char *item = NULL;

    for (;;) {
        begin = at;
        /*!re2c
            "%}" { return TEXT(at); }
            newline {
                if (item == NULL && scan_starts_item(TEXT(at)))
                    item = TEXT(at);
                continue;
            }
            string | character | line_comment | block_comment | name | c_number | blank+ { continue; }
            end {
                if (TEXT(begin) < scan->limit)
                    continue;
                return item == NULL ? scan->limit : item;
            }
            * { continue; }
        */
    }
}

/* The next thing that matters to brackets; *cursor goes after it. What is in strings, comments, `%{ %}` and preprocessor lines
 * between items does not. */
enum mark scan_next_mark(const struct scanner *scan, const char **cursor, const char *limit, unsigned depth)
{
    const unsigned char *at = AT(*cursor), *marker, *begin;
    bool directive = false;

    for (;;) {
        begin = at;
        if (TEXT(begin) >= limit)
            return MARK_END;
        /*!re2c
            newline { *cursor = TEXT(at); return MARK_LINE; }
            [([{)\]}] {
                if (directive)
                    continue;
                *cursor = TEXT(at);
                return strchr("([{", *begin) ? MARK_OPENING : MARK_CLOSING;
            }
            name | c_number | blank+ | line_comment | block_comment | string | character { continue; }
            "%{" {
                if (depth == 0)
                    at = AT(scan_end_of_prologue(scan, TEXT(at)));
                else
                    at--; /* the brace comes by itself */
                continue;
            }
            "#" { directive = depth == 0; continue; }
            ["'] { *cursor = scan_end_of_line(scan, TEXT(at)); return MARK_BROKEN; }
            "/*" { *cursor = limit; return MARK_BROKEN; }
            end { continue; }
            * { continue; }
        */
    }
}

/* After the last thing before `limit` that is no comment. */
const char *scan_end_of_code(const char *text, const char *limit)
{
    const unsigned char *at = AT(text), *marker;
    const char *last = text;

    while (TEXT(at) < limit) {
        /*!re2c
            newline | blank+ | line_comment | block_comment | end { continue; }
            string | character | name | c_number { last = TEXT(at); continue; }
            * { last = TEXT(at); continue; }
        */
    }
    return last < limit ? last : limit;
}

/* The comment before `limit` that has no end in this file, and so does not hide a %}; NULL: there is none. */
const char *scan_open_comment(const char *text, const char *limit)
{
    const unsigned char *at = AT(text), *marker;

    while (TEXT(at) < limit) {
        /*!re2c
            line_comment | block_comment | string | character | name | c_number { continue; }
            "/*" { return TEXT(at) - 2; }
            * { continue; }
        */
    }
    return NULL;
}
