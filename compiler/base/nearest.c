/* nearest.c - which known name was probably meant: the smallest edit distance. */
#include <string.h>

#include "base/nearest.h"

enum { LONGEST_NAME = 64 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;

    return least < c ? least : c;
}

/* Insertions, deletions, replacements, and swapped neighbours, each one step.
 * Three rows are enough. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST_NAME + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];

    for (unsigned j = 0; j <= b_length; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a_length; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= b_length; j++) {
            row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_length];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t wanted_length = strlen(nearest->wanted), length = strlen(candidate);
    size_t longer = wanted_length > length ? wanted_length : length,
           shorter = wanted_length + length - longer;

    size_t most = longer <= 5 ? 1 : (longer + 2) / 3; /* `null` is not `tell` */
    if (longer > LONGEST_NAME || longer - shorter > most)
        return;
    unsigned distance = edit_distance(nearest->wanted, wanted_length, candidate, length);
    if (distance > most || distance >= longer)
        return;
    if (!nearest->best || distance < nearest->distance) {
        nearest->best = candidate;
        nearest->distance = distance;
    }
}
