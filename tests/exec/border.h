#include <stdbool.h>
#include <stddef.h>

enum border_kind { BORDER_NONE, BORDER_URGENT, BORDER_INLINE, BORDER_DESCRIPTOR, BORDER_KINDS };
enum { BORDER_SENT = 6, BORDER_PARTS = BORDER_SENT + 2 }; /* bytes; with the border and the end */

struct border {
    int number; /* of the scenario; these say which it is */
    enum border_kind kind;
    int at;
    size_t size;
    bool reader_first, pauses, resets;
    int reader, writer;
    char got[16];
    size_t count;
    int code;
};

bool border_next(struct border *border);
int borders_open(struct border *border);
int borders_send(struct border *border, int part);
void borders_got(struct border *border, const char *bytes, size_t count);
void borders_ended(struct border *border, int code);
void borders_check(struct border *border);
int borders_summary(void);
