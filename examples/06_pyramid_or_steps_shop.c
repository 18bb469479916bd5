/* The shop: see the header. Not what the example is about. */
#include "06_pyramid_or_steps_shop.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum shop_table table;
    int key, value;
} rows[] = {
    { SHOP_LAST_ORDER, 1, 4711 }, { SHOP_LAST_ORDER, 2, 4712 }, { SHOP_PARCEL, 4711, 88 },
    { SHOP_PARCEL, 4712, 89 },    { SHOP_PLACE, 88, 5 },        { SHOP_CLERK, 5, 31 },
    { SHOP_PHONE, 31, 5550131 },
};

static void answer(struct chain_timer *timer, struct chain_loop *loop)
{
    struct shop_request *request =
        (struct shop_request *)(void *)((char *)timer - offsetof(struct shop_request, timer));
    size_t i;

    (void)loop;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].table == request->table && rows[i].key == request->key) {
            request->answered(request, 0, rows[i].value);
            return;
        }
    request->answered(request, ENOENT, 0);
}

void shop_ask(struct chain_loop *loop, struct shop_request *request, enum shop_table table, int key,
              void (*answered)(struct shop_request *request, int error, int value), void *context)
{
    memset(request, 0, sizeof *request);
    request->timer.fire = answer;
    request->table = table;
    request->key = key;
    request->answered = answered;
    request->context = context;
    chain_timer_arm(loop, &request->timer, chain_loop_deadline(loop, 1000000));
}

void shop_forget(struct chain_loop *loop, struct shop_request *request)
{
    chain_timer_disarm(loop, &request->timer);
}

void shop_tell(int customer, int order, int parcel, int depot, int phone)
{
    printf("  customer %d: order %d, parcel %d, in depot %d: call %d\n", customer, order, parcel,
           depot, phone);
}

void shop_regret(int customer, int error)
{
    printf("  customer %d: %s\n", customer,
           error == ENOENT ? "we do not know" : "something went wrong");
}
