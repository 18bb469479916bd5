/* replay.c - runs a target on files, where there is no libFuzzer: replay FILE|FOLDER... */
#define _POSIX_C_SOURCE 200809L
#include "fuzzer.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count;

/* With one byte of room less than there would be for a NUL, so that a sanitizer
 * notices who reads further. */
static void replay_file(const char *path)
{
    static uint8_t room[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size;
    uint8_t *data;

    must(file != NULL, "cannot open %s", path);
    size = fread(room, 1, sizeof room, file);
    fclose(file);
    data = malloc(size > 0 ? size : 1);
    must(data != NULL, "no memory");
    memcpy(data, room, size);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    count++;
}

static void replay(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    char inner[4096];

    if (folder == NULL) {
        replay_file(path);
        return;
    }
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            replay(inner);
        }
    closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 2;
}
