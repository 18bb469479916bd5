/* nearest.h - "did you mean". */
#ifndef NEAREST_H
#define NEAREST_H

/* The nearest of the candidates offered so far, for "did you mean"; NULL if
 * none is near (edit distance > a third). */
struct nearest {
    const char *wanted, *best;
    unsigned distance;
};
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
