/* fetch.c - see fetch.chain: the multi interface of libcurl on chain_poll and a
 * timer. Every thread with a loop has a handle, as long as something is fetched. */
#include "fetch.h"

#include <chain_reactor.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct transfer {
    CURL *easy;
    fetch_deferred done;
    char *text;
    size_t size;
};

static _Thread_local struct {
    CURLM *multi;
    struct chain_loop *loop;
    struct chain_timer timer;
    unsigned running;
} all;

void fetch_free(char *text)
{
    free(text);
}

/* libcurl must not be inside one of its callbacks. */
static void end(struct transfer *transfer)
{
    curl_multi_remove_handle(all.multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    free(transfer->text);
    free(transfer);
    if (--all.running > 0)
        return;
    curl_multi_cleanup(all.multi);
    chain_timer_disarm(all.loop, &all.timer);
    all.multi = NULL;
}

static void settle(struct transfer *transfer, CURLcode code)
{
    if (code != CURLE_OK)
        fetch_reject(transfer->done, FETCH_FAILED, curl_easy_strerror(code), code);
    else if (fetch_resolve(transfer->done, transfer->text) == CHAIN_OK)
        transfer->text = NULL; /* the chain's */
}

/* Tells libcurl, and then whoever waits for what has ended by that. */
static void act(curl_socket_t fd, int what)
{
    CURLMsg *message;
    int count;

    curl_multi_socket_action(all.multi, fd, what, &count);
    while (all.multi != NULL && (message = curl_multi_info_read(all.multi, &count)) != NULL) {
        CURLcode code = message->data.result;
        char *transfer;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        settle((struct transfer *)(void *)transfer, code);
        end((struct transfer *)(void *)transfer);
    }
}

/* ---- what libcurl asks for ----------------------------------------------- */

static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    act(poll->fd, ((what & CHAIN_POLL_READ) != 0 ? CURL_CSELECT_IN : 0)
                      | ((what & CHAIN_POLL_WRITE) != 0 ? CURL_CSELECT_OUT : 0)
                      | (error != 0 ? CURL_CSELECT_ERR : 0));
}

static int watch(CURL *easy, curl_socket_t fd, int what, void *unused, void *of_socket)
{
    struct chain_poll *poll = of_socket;
    unsigned wanted = ((what & CURL_POLL_IN) != 0 ? CHAIN_POLL_READ : 0u)
                      | ((what & CURL_POLL_OUT) != 0 ? CHAIN_POLL_WRITE : 0u);

    (void)easy;
    (void)unused;
    if (what == CURL_POLL_REMOVE) {
        if (poll != NULL)
            chain_poll_stop(poll);
        free(poll);
        return 0;
    }
    if (poll != NULL)
        return chain_poll_change(poll, wanted) == 0 ? 0 : -1;
    poll = calloc(1, sizeof *poll);
    if (poll == NULL)
        return -1;
    poll->ready = on_ready;
    if (chain_poll_start(all.loop, poll, fd, wanted) != 0) {
        free(poll);
        return -1;
    }
    curl_multi_assign(all.multi, fd, poll);
    return 0;
}

static void on_time(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    (void)loop;
    act(CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *unused)
{
    (void)multi;
    (void)unused;
    chain_timer_disarm(all.loop, &all.timer);
    if (ms >= 0)
        chain_timer_arm(all.loop, &all.timer, chain_loop_deadline(all.loop, (int64_t)ms * 1000000));
    return 0;
}

static size_t take(char *bytes, size_t size, size_t count, void *of_transfer)
{
    struct transfer *transfer = of_transfer;
    char *text = realloc(transfer->text, transfer->size + size * count + 1);

    if (text == NULL)
        return 0;
    transfer->text = text;
    memcpy(text + transfer->size, bytes, size * count);
    transfer->size += size * count;
    text[transfer->size] = '\0';
    return size * count;
}

/* ---- the operation ------------------------------------------------------- */

static bool open_multi(struct chain_loop *loop)
{
    if (all.multi != NULL)
        return true;
    all.multi = curl_multi_init();
    if (all.multi == NULL)
        return false;
    all.loop = loop;
    all.timer.fire = on_time;
    curl_multi_setopt(all.multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(all.multi, CURLMOPT_TIMERFUNCTION, set_timer);
    return true;
}

void fetch_start(struct fetch *op, const char *url)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (transfer == NULL || (transfer->text = calloc(1, 1)) == NULL
        || (transfer->easy = curl_easy_init()) == NULL || !open_multi(chain_loop_of(op))) {
        if (transfer != NULL) {
            curl_easy_cleanup(transfer->easy);
            free(transfer->text);
        }
        free(transfer);
        fetch_reject(fetch_done(op), ENOMEM, NULL, 0);
        return;
    }
    op->transfer = transfer;
    transfer->done = fetch_done(op);
    all.running++;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_multi_add_handle(all.multi, transfer->easy); /* which sets the timer */
}

void fetch_cancel(struct fetch *op)
{
    end(op->transfer);
    fetch_cancelled(fetch_done(op));
}
