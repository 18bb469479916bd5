/* runtime_copy.h - the runtime as two files in a folder (--emit-runtime). */
#ifndef RUNTIME_COPY_H
#define RUNTIME_COPY_H

#include "driver/options.h"

/* What goes wrong is reported. */
enum status runtime_copy(struct arena *arena, const struct options *options);

#endif
