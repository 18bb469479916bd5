/* bare.c - chains without a root. */
#include "cancel.h"

void chain_bare_cancel(struct chain_strand *strand)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(&strand->op));

    if (loop != NULL)
        chain__cancel_top(strand, loop);
}
