/* root.h - the chains that C code runs. */
#ifndef CHAIN_CORE_ROOT_H
#define CHAIN_CORE_ROOT_H

#include "chain/private/gen.h"

/* How many chains run that C code has run. */
size_t chain__roots_running(const struct chain_loop *loop);

/* Reports the rejections nobody looked at, lets go of all roots. */
void chain__roots_fini(struct chain_loop *loop);

#endif
