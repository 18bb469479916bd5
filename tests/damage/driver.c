/* driver.c - compiles one source with one byte damaged, for every byte, and
 * prints what became of it.
 *
 *     driver FILE KINDS STRIDE START SEED OUTPUT EVERY OTHER
 *
 * KINDS are letters: `d` deletes the byte, `2` doubles it, `c` changes it to
 * another one. `m` changes the whole text by tokens, as the fuzz targets do
 * (tests/fuzzers/mutate.c), some of them taken from the file OTHER: once for
 * each byte, so that all kinds have as many cases. Every STRIDE-th case is
 * tried, from START on. For each a line:
 *
 *     OFFSET KIND BYTE LINE VERDICT FIRST ERRORS TEXT
 *
 * separated by tabs. LINE is where the damage is. VERDICT is `error` (then
 * FIRST is the line of the first error, 0 if it is in another file, ERRORS is
 * how many there are, and TEXT the first), or `accepted` (then TEXT is the
 * digest of the output; outputs that differ only in the numbers of lines are
 * one). If the digest can be divided by EVERY, the output has been written to
 * OUTPUT/DIGEST.c, and what a kind `m` was made of to OUTPUT/DIGEST.chain. Each
 * line is begun before its case is tried, so the last line shows what crashed.
 * Status 3: the source has errors without any damage. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "compile.h"

enum { SECONDS = 20, DIGITS = 16, MORE = 4096 /* bytes that a change may add */ };

#define PLACEHOLDER "@@@@@@@@@@@@@@@@" /* DIGITS bytes, for the digest */

struct damage {
    size_t offset;
    char kind, byte;
};

/* ---- what has been accepted ---------------------------------------------- */

static bool is_line_number(const char *text, const char *at)
{
    return (at - text >= 5 && memcmp(at - 5, "line ", 5) == 0)
           || (at - text >= 8 && memcmp(at - 8, "chain\", ", 8) == 0);
}

/* FNV-1a, without the numbers of lines. */
static uint64_t digest(uint64_t hash, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (is_line_number(text, p))
            p += strspn(p, "0123456789");
        hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
        if (*p == '\0')
            break;
    }
    return hash;
}

static void put_named(FILE *out, const char *text, size_t length, const char *hex)
{
    for (const char *at;
         length > 0 && (at = strstr(text, PLACEHOLDER)) != NULL && at < text + length;) {
        fwrite(text, 1, (size_t)(at - text), out);
        fputs(hex, out);
        length -= (size_t)(at - text) + DIGITS;
        text = at + DIGITS;
    }
    fwrite(text, 1, length, out);
}

/* The C file with the header in the place of its `#include`. */
static void write_output(const char *path, const struct writer *h, const struct writer *c,
                         const char *hex)
{
    static const char include[] = "#include \"" PLACEHOLDER ".h\"\n";
    const char *at = strstr(c->text, include);
    FILE *out = fopen(path, "w");
    int line = 2;

    if (out == NULL || at == NULL) {
        perror(path);
        exit(2);
    }
    put_named(out, c->text, (size_t)(at - c->text), hex);
    fprintf(out, "#line 1 \"%s.h\"\n", hex);
    put_named(out, h->text, h->length, hex);
    for (const char *p = c->text; p < at; p++)
        line += *p == '\n';
    fprintf(out, "#line %d \"%s.c\"\n", line, hex);
    at += sizeof include - 1;
    put_named(out, at, c->length - (size_t)(at - c->text), hex);
    fclose(out);
}

/* Where the outputs go; of how many digests one is written; 0: none. */
static const char *folder;
static uint64_t every;

static void write_source(const char *hex, const char *source, size_t size)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s.chain", folder, hex);
    out = fopen(path, "w");
    if (out == NULL || fwrite(source, 1, size, out) != size || fclose(out) != 0) {
        perror(path);
        exit(2);
    }
}

/* `source`: also to be written; NULL: not. */
static void accept(const struct compilation *compilation, const char *source, size_t size)
{
    uint64_t hash =
        digest(digest(UINT64_C(14695981039346656037), compilation->h.text), compilation->c.text);
    char hex[DIGITS + 1], path[4096];

    snprintf(hex, sizeof hex, "%016" PRIx64, hash);
    snprintf(path, sizeof path, "%s/%s.c", folder, hex);
    if (every != 0 && hash % every == 0 && access(path, F_OK) != 0) {
        write_output(path, &compilation->h, &compilation->c, hex);
        if (source != NULL)
            write_source(hex, source, size);
    }
    printf("accepted\t0\t0\t%s\n", hex);
}

/* The first line of the messages that is an error: "PATH:LINE:COLUMN: error: TEXT". */
static const char *first_error(const char *messages)
{
    const char *at = strstr(messages, ": error: ");

    while (at != NULL && at > messages && at[-1] != '\n')
        at--;
    return at;
}

static void refuse(struct compilation *compilation, const char *path)
{
    struct writer messages;
    size_t length = strlen(path);
    const char *first, *text;

    writer_init(&messages, &compilation->arena);
    diag_print(&compilation->diags, &messages);
    first = first_error(messages.text);
    text = strstr(first, ": error: ") + strlen(": error: ");
    printf("error\t%d\t%u\t%.*s\n",
           strncmp(first, path, length) == 0 && first[length] == ':' ? atoi(first + length + 1) : 0,
           compilation->diags.errors, (int)strcspn(text, "\n"), text);
}

static uint64_t draw_from(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *random >> 33;
}

/* Another byte of the same sort in half of the cases, else any that a keyboard has. */
static char other_byte(char byte, uint64_t *random)
{
    static const char any[] =
        "abcdefghijklmnopqrstuvwxyzEAZ_0123456789 \n(){}[]<>;:,.=+-*/&|!?\"'#%\\";
    static const char signs[] = "(){}[];:,.=*/\"'#";
    char other;

    do {
        uint64_t draw = draw_from(random);
        if (strchr(signs, byte) != NULL && draw % 2 == 0)
            other = signs[draw / 2 % (sizeof signs - 1)];
        else
            other = any[draw / 2 % (sizeof any - 1)];
    } while (other == byte);
    return other;
}

/* The damaged text, and its length. */
static size_t apply(const struct damage *damage, const char *text, size_t length, char *to)
{
    size_t at = damage->offset;

    memcpy(to, text, at);
    if (damage->kind != 'd')
        to[at++] = damage->byte;
    if (damage->kind == '2')
        to[at++] = damage->byte;
    memcpy(to + at, text + damage->offset + 1, length - damage->offset - 1);
    return at + length - damage->offset - 1;
}

/* ---- changes by tokens --------------------------------------------------- */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

static uint64_t chance; /* of the changes of bytes that mutate.c asks for */

/* In place of libFuzzer's: a byte is changed. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most)
{
    (void)most;
    if (size > 0) {
        size_t at = draw_from(&chance) % size;
        data[at] = (uint8_t)other_byte((char)data[at], &chance);
    }
    return size;
}

/* The changed text, and its length. */
static size_t mutate(unsigned seed, const char *text, size_t length, const char *other, char *to)
{
    size_t most = length + MORE;

    chance = seed;
    if (seed % 4 == 0)
        return LLVMFuzzerCustomCrossOver((const uint8_t *)text, length, (const uint8_t *)other,
                                         strlen(other), (uint8_t *)to, most, seed);
    memcpy(to, text, length);
    return LLVMFuzzerCustomMutator((uint8_t *)to, length, most, seed);
}

/* ---- a case -------------------------------------------------------------- */

/* `text` has been damaged at the line. */
static void try_one(const char *path, const struct damage *damage, int line, const char *text,
                    size_t size)
{
    static const struct diags settings = { .error_limit = 1000 };
    struct options options = { .data_dir = getenv("CHAINC_DATADIR") };
    struct compilation compilation;

    printf("%zu\t%c\t%d\t%d\t", damage->offset, damage->kind, (unsigned char)damage->byte, line);
    fflush(stdout);
    alarm(SECONDS);
    compile_begin(&compilation, &options, &settings);
    compilation.emit.c_name = PLACEHOLDER ".c";
    compilation.emit.header_name = PLACEHOLDER ".h";
    if (!compile_text(&compilation, path, text, size))
        abort();
    if (compile_has_errors(&compilation))
        refuse(&compilation, path);
    else
        accept(&compilation, damage->kind == 'm' ? text : NULL, size);
    compile_end(&compilation);
}

static bool is_valid(const char *path, const char *text, size_t length)
{
    static const struct diags settings = { 0 };
    struct options options = { .data_dir = getenv("CHAINC_DATADIR") };
    struct compilation compilation;
    bool valid;

    compile_begin(&compilation, &options, &settings);
    valid = compile_text(&compilation, path, text, length) && !compile_has_errors(&compilation);
    compile_end(&compilation);
    return valid;
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);

    if (file == NULL || text == NULL) {
        perror(path);
        exit(2);
    }
    *length = fread(text, 1, (1 << 20) - 1, file);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static int line_of(const char *text, size_t offset)
{
    int line = 1;

    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

int main(int argc, char **argv)
{
    if (argc != 9)
        return 2;
    size_t length, other_length, stride = strtoul(argv[3], NULL, 10), number = 0,
                                 next = strtoul(argv[4], NULL, 10);
    uint64_t random = strtoull(argv[5], NULL, 10) * 2654435761u + 1;
    char *text = read_file(argv[1], &length), *room = malloc(length + MORE + 1);
    char *other = read_file(argv[8], &other_length);

    folder = argv[6];
    every = strtoull(argv[7], NULL, 10);
#ifdef __GLIBC__ /* what a compilation gives back is for the next one */
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
    if (!is_valid(argv[1], text, length))
        return 3;
    for (size_t offset = 0; offset < length; offset++)
        for (const char *kind = argv[2]; *kind != '\0'; kind++, number++) {
            struct damage damage = { offset, *kind, text[offset] };
            if (*kind == 'c')
                damage.byte = other_byte(text[offset], &random);
            if (number != next)
                continue;
            next += stride;
            size_t size = *kind == 'm' ? mutate((unsigned)(draw_from(&random) + offset), text,
                                                length, other, room)
                                       : apply(&damage, text, length, room);
            try_one(argv[1], &damage, line_of(text, offset), room, size);
        }
    free(text);
    free(room);
    free(other);
    return 0;
}
