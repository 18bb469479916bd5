/* The pyramid that 06_pyramid_or_steps.chain replaces. Begin at the bottom, with
 * pyramid(), and read upwards.
 *
 * In a language with closures the five functions would stand inside each other,
 * each indented further than the one around it. In C they stand in reverse order,
 * and a struct on the heap holds the names that closures would have captured. */
#include "06_pyramid_or_steps_shop.h"

#include <errno.h>
#include <stdlib.h>

struct trip {
    struct chain_loop *loop;
    struct shop_request request;
    int customer, order, parcel, depot, clerk;
    void (*ended)(void *context);
    void *context;
};

static void end(struct trip *trip)
{
    void (*ended)(void *context) = trip->ended;
    void *context = trip->context;

    free(trip);
    ended(context);
}

static void fail(struct trip *trip, int error)
{
    shop_regret(trip->customer, error);
    end(trip);
}

static void on_phone(struct shop_request *request, int error, int phone)
{
    struct trip *trip = request->context;

    if (error != 0) {
        fail(trip, error);
        return;
    }
    shop_tell(trip->customer, trip->order, trip->parcel, trip->depot, phone);
    end(trip);
}

static void on_clerk(struct shop_request *request, int error, int clerk)
{
    struct trip *trip = request->context;

    if (error != 0) {
        fail(trip, error);
        return;
    }
    trip->clerk = clerk;
    shop_ask(trip->loop, &trip->request, SHOP_PHONE, clerk, on_phone, trip);
}

static void on_depot(struct shop_request *request, int error, int depot)
{
    struct trip *trip = request->context;

    if (error != 0) {
        fail(trip, error);
        return;
    }
    trip->depot = depot;
    shop_ask(trip->loop, &trip->request, SHOP_CLERK, depot, on_clerk, trip);
}

static void on_parcel(struct shop_request *request, int error, int parcel)
{
    struct trip *trip = request->context;

    if (error != 0) {
        fail(trip, error);
        return;
    }
    trip->parcel = parcel;
    shop_ask(trip->loop, &trip->request, SHOP_PLACE, parcel, on_depot, trip);
}

static void on_order(struct shop_request *request, int error, int order)
{
    struct trip *trip = request->context;

    if (error != 0) {
        fail(trip, error);
        return;
    }
    trip->order = order;
    shop_ask(trip->loop, &trip->request, SHOP_PARCEL, order, on_parcel, trip);
}

void pyramid(struct chain_loop *loop, int customer, void (*ended)(void *context), void *context)
{
    struct trip *trip = calloc(1, sizeof *trip);

    if (trip == NULL) {
        shop_regret(customer, ENOMEM);
        ended(context);
        return;
    }
    trip->loop = loop;
    trip->customer = customer;
    trip->ended = ended;
    trip->context = context;
    shop_ask(loop, &trip->request, SHOP_LAST_ORDER, customer, on_order, trip);
}
