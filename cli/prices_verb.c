/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices -- look into the price books, import AWS's price list, compare two books. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/prices.h"
#include "pricing/aws_region.h"
#include "sim/base/text.h"

/* ---- what the parts share ---- */

bool prices_load(struct prices *prices, const char *path, struct book_folder *out)
{
    const char *const shipped = arena_text(&prices->arena, cli_price_folder());
    return book_folder_load(out, text_equal(path, "shipped") ? shipped : path, shipped, &prices->arena, &prices->diag);
}

void prices_print(struct prices *prices, const char *text)
{
    char *const safe = arena_text(&prices->arena, text);
    text_neutralise(safe);
    fputs(safe, stdout);
}

void prices_print_name(struct prices *prices, const struct price *price)
{
    prices_print(prices, arena_printf(&prices->arena, "%s %s %s%s%s%s%s", price->region, price->service,
                                      price->usage_type, price->attributes[0] ? " " : "", price->attributes,
                                      price->term[0] ? " " : "", price->term));
}

/* ---- show ---- */

static char *lower_dup(struct arena *arena, const char *text)
{
    char *const copy = arena_text(arena, text);
    for (char *at = copy; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + 32);
    return copy;
}

/* A pattern with * or ? must fit all of it; any other text must be in it. Letter case aside. */
static bool fits(const char *text, const char *pattern)
{
    return strpbrk(pattern, "*?") ? fnmatch(pattern, text, 0) == 0 : strstr(text, pattern) != NULL;
}

static bool is_shown(struct prices *prices, const struct price *price, const char *pattern, struct arena *scratch)
{
    const char *const region = prices->options->region;
    if (region && !text_equal(price->region, region) && !text_equal(price->region, PRICE_GLOBAL))
        return false;
    if (!pattern)
        return true;
    const char *const texts[] = { price->service, price->usage_type, price->attributes, price->term };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i][0] && fits(lower_dup(scratch, texts[i]), pattern))
            return true;
    return fits(lower_dup(scratch, arena_printf(scratch, "%s %s", price->service, price->usage_type)), pattern);
}

static const char *bounds_of(const struct price_tier *tier, char *buffer, size_t size)
{
    char from[48], to[48];
    decimal_to_text(tier->from_e6, 6, from, sizeof from);
    if (tier->from_e6 == 0 && tier->to_e6 == PRICE_OPEN)
        return "all";
    snprintf(buffer, size, "%s..%s", from,
             tier->to_e6 == PRICE_OPEN ? "" : decimal_to_text(tier->to_e6, 6, to, sizeof to));
    return buffer;
}

static void show_price(struct prices *prices, const struct price *price)
{
    prices_print_name(prices, price);
    putchar('\n');
    for (int i = 0; i < price->tier_count; i++) {
        const struct price_tier *const tier = &price->tiers[i];
        char rate[64], bounds[112];
        printf("  %14s USD per %-22s %-18s  %-10s  %-13s ", money_to_text(tier->rate, rate, sizeof rate), price->unit,
               bounds_of(tier, bounds, sizeof bounds), tier->as_of, tier->confidence);
        prices_print(prices, tier->source);
        if (tier->sku[0])
            prices_print(prices, arena_printf(&prices->arena, "  %s", tier->sku));
        puts(price_confidence_is_low(tier->confidence) ? " *" : "");
    }
    char fee[64];
    if (price->upfront)
        printf("  %14s USD upfront\n", money_to_text(price->upfront, fee, sizeof fee));
}

static size_t show_book(struct prices *prices, const struct price_book *book, const char *pattern, size_t *low)
{
    size_t shown = 0;
    struct arena scratch;
    arena_init(&scratch);
    for (size_t i = 0; i < book->price_count; i++) {
        if (!is_shown(prices, &book->prices[i], pattern, &scratch))
            continue;
        show_price(prices, &book->prices[i]);
        for (int t = 0; t < book->prices[i].tier_count; t++)
            *low += price_confidence_is_low(book->prices[i].tiers[t].confidence);
        shown++;
    }
    arena_fini(&scratch);
    return shown;
}

/* The usage type or service that was meant; NULL when none is near. */
static const char *nearest(const struct book_folder *book, const char *pattern, struct arena *arena)
{
    const struct price_book *const rates = book->rates;
    const char **names = ARENA_ARRAY(arena, const char *, 2 * rates->price_count + 1);
    for (size_t i = 0; i < rates->price_count; i++) {
        names[2 * i] = rates->prices[i].usage_type;
        names[2 * i + 1] = rates->prices[i].service;
    }
    return text_nearest(pattern, names, 2 * rates->price_count);
}

int prices_show(struct prices *prices, const char *pattern)
{
    struct book_folder book;
    const char *const path = prices->options->prices ? prices->options->prices : "shipped";
    if (!prices_load(prices, path, &book))
        return STATUS_INVALID;
    const char *const lower = pattern ? lower_dup(&prices->arena, pattern) : NULL;
    size_t low = 0;
    size_t shown = show_book(prices, book.rates, lower, &low);
    shown += show_book(prices, book.terms, lower, &low);
    if (shown == 0) {
        const char *const near = nearest(&book, pattern ? pattern : "", &prices->arena);
        diag_error(&prices->diag, (struct mark){ 0 }, "no rate has '%.60s' in its name", pattern ? pattern : "");
        if (near)
            diag_hint(&prices->diag, "did you mean '%s'?", near);
        else
            diag_hint(&prices->diag, "headroom prices show 'AmazonRDS*' lists a service");
        return STATUS_INVALID;
    }
    printf("%zu rates of %zu, dated %s to %s\n", shown, book.rates->price_count + book.terms->price_count,
           book.rates->oldest ? book.rates->oldest : "?", book.rates->newest ? book.rates->newest : "?");
    if (low > 0)
        puts("* of low confidence: derived, from hearsay or from memory");
    return STATUS_DONE;
}

/* ---- the verb ---- */

static int dispatch(struct prices *prices)
{
    const struct options *const options = prices->options;
    const int count = options->argument_count;
    const char *const *const arguments = options->arguments;
    if (options->region && !aws_region_find(options->region)) {
        const char *const near = aws_region_nearest(options->region);
        return cli_usage_error(options, near ? "unknown region '%s'; did you mean '%s'?" : "unknown region '%s'",
                               options->region, near);
    }
    if (count >= 1 && strcmp(arguments[0], "diff") != 0 && (options->json || options->allow_unpriced))
        return cli_usage_error(options, "of prices only diff listens to %s",
                               options->json ? "--json" : "--allow-unpriced");
    if (count >= 1 && !strcmp(arguments[0], "show") && count <= 2)
        return prices_show(prices, count == 2 ? arguments[1] : NULL);
    if (count >= 2 && !strcmp(arguments[0], "import"))
        return prices_import(prices, arguments + 1, count - 1);
    if ((count == 3 || count == 4) && !strcmp(arguments[0], "diff"))
        return prices_diff(prices, arguments[1], arguments[2], count == 4 ? arguments[3] : NULL);
    return cli_usage_error(options, "prices takes show [PATTERN], import FILE... or diff OLD NEW [USED]");
}

int verb_prices(const struct options *options)
{
    struct prices prices = { .options = options };
    arena_init(&prices.arena);
    diag_init(&prices.diag, &prices.arena);
    const int status = dispatch(&prices);
    fflush(stdout);
    if (prices.diag.errors > 0 || !options->quiet)
        diag_print(&prices.diag, stderr, cli_color(options, stderr));
    arena_fini(&prices.arena);
    return status;
}
