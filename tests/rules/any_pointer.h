/* any_pointer.h - types that own something, for rule_117_any_pointer. */
struct box {
    int n;
};
typedef int *note_type;
