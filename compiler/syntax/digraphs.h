/* digraphs.h - other spellings of brackets and '#': `<:` for '[', `<%` for '{', `%:` for '#'. */
#ifndef DIGRAPHS_H
#define DIGRAPHS_H

struct arena;
struct source;

/* The source with the usual spellings, each with a blank inside the brackets
 * that makes it as long as the other, so that all positions stay, and no byte
 * of either is at the end of a text that is trimmed; not in comments, strings
 * and character constants. The source's own text, if it has none. */
const char *digraphs_replaced(struct arena *arena, const struct source *source);

#endif
