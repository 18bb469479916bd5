/* The shop's tables, as a library that calls back. The caller owns the request;
 * it stays where it is until the callback. */
#ifndef SHOP_H
#define SHOP_H

#include <chain.h>

enum shop_table { SHOP_LAST_ORDER, SHOP_PARCEL, SHOP_PLACE, SHOP_CLERK, SHOP_PHONE };

struct shop_request {
    struct chain_timer timer;
    enum shop_table table;
    int key;
    void (*answered)(struct shop_request *request, int error, int value);
    void *context;
};

/* Looks `key` up; `answered` is called later, from the loop: with 0 and the
 * value, or with ENOENT. */
void shop_ask(struct chain_loop *loop, struct shop_request *request, enum shop_table table, int key,
              void (*answered)(struct shop_request *request, int error, int value), void *context);

/* The callback will not be called. */
void shop_forget(struct chain_loop *loop, struct shop_request *request);

void shop_tell(int customer, int order, int parcel, int depot, int phone);
void shop_regret(int customer, int error);

/* The five lookups with callbacks; calls `ended` after the report. */
void pyramid(struct chain_loop *loop, int customer, void (*ended)(void *context), void *context);

#endif
