/* io.h - reads and writes of whole buffers: a call that was interrupted, or
 * moved only a part, is repeated.
 */
#ifndef IO_H
#define IO_H

#include <stdbool.h>
#include <stddef.h>

/* Opens a file for reading. -1 with errno. If `waits` is false, it does not
 * wait for the writer of a pipe, nor for a device. */
int io_open(const char *path, bool waits);

/* Reads `size` bytes, fewer only at the end of the file. 0 or an errno. */
int io_read(int descriptor, char *buffer, size_t size, size_t *length);

/* Writes all of it. 0 or an errno. */
int io_write(int descriptor, const char *text, size_t length);

/* Standard streams that were closed are opened, so that no file gets their numbers, in a way that
 * using them is still an error. 0 or an errno. */
int io_open_standard(void);

#endif
