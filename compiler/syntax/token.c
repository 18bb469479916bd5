/* token.c - the table of tokens. */
#include "syntax/token.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"

static const struct token_info infos[] = {
#define TOKEN(name, shown, group) { #name, shown, GROUP_##group },
#include "tokens.def"
#undef TOKEN
};

const struct token_info *token_info(int token)
{
    return &infos[token - T_NAME];
}

static bool is_shown_as(const struct token_info *info, const char *begin, size_t length)
{
    return info->shown[0] == '\'' && strncmp(info->shown + 1, begin, length) == 0
           && strcmp(info->shown + 1 + length, "'") == 0;
}

int token_of_word(const char *begin, const char *end)
{
    for (int i = TOKEN_IMPORT; i <= TOKEN_REJECT; i++)
        if (is_shown_as(&infos[i], begin, (size_t)(end - begin)))
            return T_NAME + i;
    return 0;
}

bool token_can_be_word(const char *word)
{
    for (size_t i = 0; i < sizeof infos / sizeof *infos; i++)
        if (is_shown_as(&infos[i], word, strlen(word)))
            return true;
    return false;
}

bool token_is_word(int token)
{
    const char *shown = token_info(token)->shown;
    return shown[0] == '\'' && isalpha((unsigned char)shown[1]) && token != T_CATCHF;
}

const char *token_word(struct arena *arena, int token)
{
    const char *shown = token_info(token)->shown;
    return arena_copy(arena, shown + 1, strlen(shown) - 2);
}
