/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/import_index.h"

#include <string.h>
#include <unistd.h>

#include "pricing/aws_region.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* AWS's have letters, digits and these; anything else might mean something to the shell that a URL is pasted into. */
bool import_index_is_url(const char *url)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
    return (begins(url, "/offers/") || begins(url, "/savingsPlan/")) && strspn(url, allowed) == strlen(url) &&
           !strstr(url, "..");
}

const char *import_index_find(const char *index_path, const char *url, struct arena *arena)
{
    CHECK(import_index_is_url(url), "a URL that is none of the list is looked for");
    char *folder = index_path[0] == '/' ? arena_text(arena, index_path) : arena_printf(arena, "./%s", index_path);
    for (char *slash; (slash = strrchr(folder, '/')) != NULL;) {
        *slash = '\0';
        const char *const path = arena_printf(arena, "%s%s", folder, url);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

const char *import_index_url(const char *url, struct arena *arena)
{
    return arena_printf(arena, "https://pricing.us-east-1.amazonaws.com%s", url);
}

bool import_index_is_by_region(const struct book_folder *book, const struct import_entry *entry)
{
    for (size_t i = 0; entry->regions[0] && i < book->rates->price_count; i++)
        if (text_equal(book->rates->prices[i].service, entry->name) && aws_region_find(book->rates->prices[i].region))
            return true;
    return false;
}

bool import_index_wants(const struct book_folder *book, const char *region, const struct import_entry *entry)
{
    bool is_region = aws_region_find(entry->name) != NULL;
    for (const char *at = entry->name; *at && !is_region; at++)
        is_region = at[0] == '-' && at[1] >= '0' && at[1] <= '9' && at[2] == '\0'; /* of a region that we do not know */
    if (!is_region) { /* an offer: is anything of it in the book? */
        for (size_t i = 0; i < book->rates->price_count; i++)
            if (text_equal(book->rates->prices[i].service, entry->name))
                return true;
        return false;
    }
    if (region)
        return text_equal(region, entry->name);
    for (size_t i = 0; i < book->region_count; i++)
        if (text_equal(book->regions[i], entry->name))
            return true;
    return false;
}
