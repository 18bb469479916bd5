/* token.c - the table of tokens. */
#include "syntax/token.h"

#include <string.h>

static const struct token_info infos[] = {
#define TOKEN(name, shown, group) { #name, shown, GROUP_##group },
#include "tokens.def"
#undef TOKEN
};

const struct token_info *token_info(int token)
{
    return &infos[token - T_NAME];
}

int token_of_word(const char *word)
{
    size_t length = strlen(word);

    for (int i = TOKEN_IMPORT; i <= TOKEN_REJECT; i++)
        if (strncmp(infos[i].shown + 1, word, length) == 0
            && strcmp(infos[i].shown + 1 + length, "'") == 0)
            return T_NAME + i;
    return 0;
}
