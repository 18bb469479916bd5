/* error_text.c - a rejection and its causes as text, for people (rule 131). */
#include "core.h"
#include "text.h"

/* A line of causes that is longer is cut: chainc refuses more than 8 `because`. */
enum { DEEPEST = 16 };

static void put_number(struct chain__text *text, int number)
{
    chain__text_number(text, (uint64_t)number, 1, 0);
}

static void put_origin(struct chain__text *text, const struct chain_site *origin)
{
    if (origin == NULL)
        return;
    chain__text_put(text, origin->file);
    chain__text_char(text, ':');
    put_number(text, origin->line);
    chain__text_char(text, ':');
    put_number(text, origin->column);
    chain__text_put(text, ": ");
    chain__text_put(text, origin->step);
    chain__text_put(text, ": ");
}

static void put_code(struct chain__text *text, int code)
{
    const char *name = chain_code_name(code);

    if (name != NULL)
        chain__text_put(text, name);
    else if (code < 0)
        chain__text_put(text, "cancelled");
    else {
        chain__text_put(text, "code ");
        put_number(text, code);
    }
}

static void put_rejection(struct chain__text *text, const struct chain_error *error)
{
    put_origin(text, error->origin);
    put_code(text, error->code);
    if (error->message == NULL)
        return;
    chain__text_put(text, ": \"");
    chain__text_put(text, error->message);
    chain__text_char(text, '"');
}

/* Without recursion: who is looked at, and how many of its level are left. */
size_t chain__causes_text(const struct chain_error *error, const char *end, char *bytes,
                          size_t size)
{
    struct chain__text text = { bytes, size, 0 };
    const struct chain_error *at[DEEPEST];
    size_t left[DEEPEST];
    unsigned depth = 0;

    at[0] = error->causes;
    left[0] = chain_error_causes(error);
    for (;;) {
        if (left[depth] == 0) {
            if (depth-- == 0)
                break;
            continue;
        }
        error = at[depth]++;
        left[depth]--;
        chain__text_put(&text, end);
        for (unsigned i = 0; i <= depth; i++)
            chain__text_put(&text, "  ");
        chain__text_put(&text, "because ");
        put_rejection(&text, error);
        if (depth + 1 == DEEPEST)
            continue;
        depth++;
        at[depth] = error->causes;
        left[depth] = chain_error_causes(error);
    }
    chain__text_end(&text);
    return text.length;
}

size_t chain_error_print(const struct chain_error *error, char *bytes, size_t size)
{
    struct chain__text text = { bytes, size, 0 };
    size_t kept;

    put_rejection(&text, error);
    chain__text_end(&text);
    kept = text.length < size ? text.length : size;
    return text.length + chain__causes_text(error, "\n", bytes + kept, size - kept);
}
