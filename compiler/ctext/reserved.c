/* reserved.c - looks names up in the lists of reserved.def and library.def. */
#include "ctext/reserved.h"

#include "base/fnv.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

struct row {
    enum reserved_kind kind;
    const char *header; /* NULL: of none */
    const char *words;
};

static const struct row rows[] = {
#define WORDS(kind, words) { kind, NULL, words },
#define MEMBER(id, name) { RESERVED_MEMBER, NULL, name },
#include "ctext/reserved.def"
#define MACROS(header, words) { RESERVED_MACRO, header, words },
#define CALLED_MACROS(header, words) { RESERVED_CALLED_MACRO, header, words },
#define DECLARED(header, words) { RESERVED_DECLARED, header, words },
#define TYPES(header, words) { RESERVED_TYPE, header, words },
#define TAGS(header, words) { RESERVED_TAG, header, words },
#define INCLUDES(header, headers)
#define SHARES(header, words)
#include "ctext/library.def"
#undef MACROS
#undef CALLED_MACROS
#undef DECLARED
#undef TYPES
#undef TAGS
#undef INCLUDES
#undef SHARES
};

const char *const reserved_members[MEMBER_COUNT] = {
#define MEMBER(id, name) [MEMBER_##id] = name,
#include "ctext/reserved.def"
};

const char *const reserved_own_words[OWN_COUNT] = {
#define OWN(id, name) [OWN_##id] = name,
#include "ctext/reserved.def"
};

const struct made_ending reserved_made_endings[] = {
#define MADE(text, kinds) { text, kinds },
#include "ctext/reserved.def"
};
const size_t reserved_made_count = sizeof reserved_made_endings / sizeof *reserved_made_endings;

/* ---- the words, hashed at the first question ----------------------------- */

struct word {
    const char *text; /* in its row, not terminated; NULL: free */
    size_t length;
    const struct row *row;
};

enum { TABLE_SIZE = 1 << 14 }; /* 4,000 words: it stays mostly free */
static struct word table[TABLE_SIZE];

static size_t place_of(enum reserved_kind kind, const char *text, size_t length)
{
    return fnv_add_text(FNV_BEGIN + (uint32_t)kind, text, length) % TABLE_SIZE;
}

/* Where the word stands, or would. */
static struct word *find(enum reserved_kind kind, const char *text, size_t length)
{
    size_t place = place_of(kind, text, length);

    while (table[place].text != NULL
           && (table[place].row->kind != kind || table[place].length != length
               || memcmp(table[place].text, text, length) != 0))
        place = (place + 1) % TABLE_SIZE;
    return &table[place];
}

static void fill(void)
{
    for (const struct row *row = rows; row < rows + sizeof rows / sizeof *rows; row++)
        for (const char *p = row->words; *p != '\0'; p += strspn(p, " ")) {
            size_t length = strcspn(p, " ");
            *find(row->kind, p, length) = (struct word){ p, length, row };
            p += length;
        }
}

bool reserved_is(const char *name, enum reserved_kind kind, const char **header)
{
    static bool filled;
    const struct word *word;

    if (!filled)
        fill();
    filled = true;
    word = find(kind, name, strlen(name));
    if (header != NULL)
        *header = word->text == NULL ? NULL : word->row->header;
    return word->text != NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

const char *reserved_standard(const char *keyword)
{
    static const char *const since_1999[] = { "inline", "restrict", NULL };
    static const char *const since_2023[] = { "alignas", "alignof", "bool",          "constexpr",
                                              "false",   "nullptr", "static_assert", "thread_local",
                                              "true",    "typeof",  "typeof_unqual", NULL };

    if (strcmp(keyword, "asm") == 0)
        return "GNU C and C++";
    if (strcmp(keyword, "__extension__") == 0)
        return "GNU C";
    return is_one_of(keyword, since_1999) ? "C99" : is_one_of(keyword, since_2023) ? "C23" : "C";
}

/* A word of C or C++, as far as the text of the name tells. */
static bool is_word(const char *name)
{
    return reserved_is(name, RESERVED_C, NULL) || reserved_is(name, RESERVED_CPP, NULL);
}

/* The macros of <tgmath.h> have the names of functions, and nobody includes it in passing. */
bool reserved_is_replaced(const char *name)
{
    const char *header;

    return is_word(name) || reserved_is_ours(name) || reserved_is_compilers(name)
           || reserved_is(name, RESERVED_PREDEFINED, NULL)
           || reserved_is(name, RESERVED_MACRO, NULL)
           || (reserved_is(name, RESERVED_CALLED_MACRO, &header)
               && strcmp(header, "tgmath.h") != 0);
}

bool reserved_is_compilers(const char *name)
{
    return name[0] == '_' && (name[1] == '_' || isupper((unsigned char)name[1]));
}

bool reserved_is_ours(const char *name)
{
    return strcmp(name, "chain") == 0 || strcmp(name, "CHAIN") == 0
           || strncmp(name, "chain_", 6) == 0 || strncmp(name, "CHAIN_", 6) == 0;
}

/* ---- names of headers ---------------------------------------------------- */

bool reserved_is_always_there(const char *header)
{
    static const char *const headers[] = { "errno.h",  "limits.h", "stdbool.h", "stddef.h",
                                           "stdint.h", "string.h", NULL };
    return is_one_of(header, headers);
}

static const char *words_of(const struct row *list, size_t count, const char *header)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].header, header) == 0)
            return list[i].words;
    return "";
}

const char *reserved_included(const char *header)
{
    static const struct row includes[] = {
#define MACROS(header, words)
#define CALLED_MACROS(header, words)
#define DECLARED(header, words)
#define TYPES(header, words)
#define TAGS(header, words)
#define INCLUDES(header, headers) { RESERVED_MACRO, header, headers },
#define SHARES(header, words)
#include "ctext/library.def"
#undef INCLUDES
#undef SHARES
    };
    return words_of(includes, sizeof includes / sizeof *includes, header);
}

bool reserved_shares(const char *header, const char *name)
{
    static const struct row shares[] = {
#define INCLUDES(header, headers)
#define SHARES(header, words) { RESERVED_MACRO, header, words },
#include "ctext/library.def"
    };
    size_t length;

    for (const char *p = words_of(shares, sizeof shares / sizeof *shares, header); *p != '\0';
         p += length + strspn(p + length, " ")) {
        length = strcspn(p, " ");
        if (strlen(name) == length && memcmp(p, name, length) == 0)
            return true;
    }
    return false;
}

bool reserved_can_include(const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        if (iscntrl((unsigned char)*p) || *p == '"' || *p == '\\' || (p[0] == '?' && p[1] == '?'))
            return false;
    return true;
}

bool reserved_is_header(const char *name)
{
    static const char *const headers[] = { "chain.h",          "chain_bare.h",
                                           "chain_config.h",   "chain_ev.h",
                                           "chain_explore.h",  "chain_glib.h",
                                           "chain_libevent.h", "chain_net.h",
                                           "chain_reactor.h",  "chain_sd_event.h",
                                           "chain_sim.h",      "chain_time.h",
                                           "chain_uv.h",       NULL };
    return is_one_of(name, headers) || reserved_is_always_there(name);
}

bool reserved_is_library(const char *name)
{
    for (const struct row *row = rows; row < rows + sizeof rows / sizeof *rows; row++)
        if (row->header != NULL && strcmp(row->header, name) == 0)
            return true;
    return false;
}

/* ---- names made from names ----------------------------------------------- */

/* The text after 1 or 1_2; `text` itself if there is no number. */
static const char *look_past_numbers(const char *text)
{
    const char *end = text + strspn(text, "0123456789");

    while (end != text && end[0] == '_' && isdigit((unsigned char)end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    return end;
}

static bool matches(const char *pattern, const char *text)
{
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '#') {
            const char *end = look_past_numbers(text);
            if (end == text)
                return false;
            text = end;
        } else if (*pattern != *text++)
            return false;
    return *text == '\0';
}

unsigned reserved_made_as(unsigned kinds, const char *ending)
{
    for (size_t i = 0; i < reserved_made_count; i++)
        if ((reserved_made_endings[i].kinds & kinds) != 0
            && matches(reserved_made_endings[i].text, ending))
            return reserved_made_endings[i].kinds;
    return 0;
}
