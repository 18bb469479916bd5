#include "spawns_lib.h"

void hop_start(struct hop *op, int v)
{
    hop_resolve_soon(hop_done(op), v);
}

void hop_cancel(struct hop *op)
{
    hop_cancelled(hop_done(op));
}
