/* fuzzer.h - what the fuzz targets share. README.md tells what each target
 * checks.
 *
 * An input is a text in parts. The first is the file to compile (or the command
 * line). Each further part is a file that the first may name; it begins after a
 * line "//// NAME". */
#ifndef FUZZER_H
#define FUZZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_PARTS = 8, LONGEST_NAME = 63 };

struct part {
    char name[LONGEST_NAME + 1]; /* "" for the first */
    const char *text;            /* not NUL-terminated */
    size_t length;
};

struct input {
    struct part parts[MOST_PARTS];
    size_t count; /* at least 1 */
};

void input_split(struct input *input, const uint8_t *data, size_t size);

/* files.c: what the code under test finds when it opens a file: the further
 * parts of this input and a fixed set of modules. Nothing of the file system is
 * ever reached. `input` must last until the next call; NULL: only the fixed
 * set. */
void files_offer(const struct input *input);

/* What it has written to a standard stream (1 or 2) since files_offer(),
 * NUL-terminated. What is too long is left out. */
const char *files_written(int descriptor, size_t *length);

/* Stops the program with a message if a condition that must hold does not: that
 * is what a fuzzer finds. */
void must(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Stops the program unless two texts are the same; says where they differ. */
void must_equal(const char *what, const char *a, size_t a_length, const char *b, size_t b_length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
