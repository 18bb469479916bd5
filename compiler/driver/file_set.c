/* file_set.c - files by device and inode, in a table that is at most half full. */
#include "driver/file_set.h"

#include "base/arena.h"

void file_set_init(struct file_set *set, struct arena *arena, size_t most)
{
    for (set->size = 2; set->size < 2 * most; set->size *= 2)
        continue;
    set->places = arena_alloc(arena, set->size * sizeof *set->places);
}

/* Where the file stands, or would. */
static struct file_id *find(const struct file_set *set, uint64_t device, uint64_t inode)
{
    uint64_t hash = (inode ^ (device << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> 32) & (set->size - 1);

    while (set->places[at].inode != 0
           && (set->places[at].inode != inode || set->places[at].device != device))
        at = (at + 1) & (set->size - 1);
    return &set->places[at];
}

void file_set_add(struct file_set *set, uint64_t device, uint64_t inode)
{
    *find(set, device, inode) = (struct file_id){ device, inode };
}

bool file_set_has(const struct file_set *set, uint64_t device, uint64_t inode)
{
    return inode != 0 && find(set, device, inode)->inode != 0;
}
