/* message.h - messages on standard error, without characters that a terminal
 * would obey.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

struct arena;
struct writer;

enum { VISIBLE_SIZE = 16 };

/* The character at `text`, of which there is at least a byte, as it can be shown: as it is, or what
 * a terminal would obey, what changes the order or the place of others, and bytes that are no
 * UTF-8, as "<1b>" and "<U+202E>". Returns how many bytes it has; *columns is how many it takes on
 * the screen. */
size_t message_visible_next(const char *text, size_t length, char shown[VISIBLE_SIZE],
                            size_t *columns);

/* All of a text that way. Tabs are left. */
void message_visible_put(struct writer *writer, const char *text, size_t length);

/* "chainc: PATH: error: TEXT", or, if the path is NULL, "chainc: TEXT", as one line on standard
 * error. */
void message_print(struct arena *arena, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "chainc: out of memory", for which none is needed. */
void message_out_of_memory(void);

#endif
