/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices_diff -- two books beside each other, and two bills of the same usage. */
#include <inttypes.h>
#include <string.h>

#include "analysis/cost.h"
#include "cli/prices.h"
#include "cli/progress.h"
#include "models/replicate.h"
#include "pricing/book_diff.h"
#include "pricing/usage_file.h"
#include "sim/base/text.h"

enum { SHOWN_WITHOUT_ASKING = 20, HOURS_PER_MONTH = 730 /* 365 x 24 / 12, as `headroom bill` has it */ };

struct sides {
    struct prices *prices;
    struct book_folder old, new;
};

static size_t shown_of(const struct prices *prices, size_t count)
{
    return prices->options->verbose || count < SHOWN_WITHOUT_ASKING ? count : SHOWN_WITHOUT_ASKING;
}

static void print_rest(size_t count, size_t shown)
{
    if (shown < count)
        printf("  and %zu more: --verbose\n", count - shown);
}

/* ---- rates ---- */

static void print_change(struct prices *prices, const struct rate_change *change)
{
    char before[64], after[64], bound[64];
    money_to_text(change->before, before, sizeof before);
    money_to_text(change->after, after, sizeof after);
    if (change->share != 0)
        printf("  %+9.2f %%", 100 * change->share);
    else
        printf("  %11s", "");
    printf("  %14s -> %-14s USD ", before, after);
    if (change->tier == -1)
        fputs("upfront", stdout);
    else
        printf("per %s", change->new->unit);
    if (change->tier > 0)
        printf(" above %s", decimal_to_text(change->new->tiers[change->tier].from_e6, 6, bound, sizeof bound));
    if (change->tier == -2)
        fputs(", other tiers", stdout);
    fputs("  ", stdout);
    prices_print_name(prices, change->new);
    putchar('\n');
}

static void print_prices(struct prices *prices, const char *title, const struct rate_change *changes, size_t count)
{
    const size_t shown = shown_of(prices, count);
    if (count == 0)
        return;
    printf("%s:\n", title);
    for (size_t i = 0; i < shown; i++) {
        const struct price *const price = changes[i].new ? changes[i].new : changes[i].old;
        char rate[64];
        printf("  %14s USD per %s  ", money_to_text(price->tiers[0].rate, rate, sizeof rate), price->unit);
        prices_print_name(prices, price);
        putchar('\n');
    }
    print_rest(count, shown);
}

static void print_books(struct sides *sides, const char *what, const struct price_book *old,
                        const struct price_book *new)
{
    struct prices *const prices = sides->prices;
    struct book_diff diff;
    book_diff(&diff, old, new, &prices->arena);
    printf("%s: %zu changed, %zu appeared, %zu vanished, %zu as they were\n", what, diff.changed_count,
           diff.appeared_count, diff.vanished_count, diff.same);
    if (prices->options->quiet)
        return;
    const size_t shown = shown_of(prices, diff.changed_count);
    for (size_t i = 0; i < shown; i++)
        print_change(prices, &diff.changed[i]);
    print_rest(diff.changed_count, shown);
    print_prices(prices, "appeared", diff.appeared, diff.appeared_count);
    print_prices(prices, "vanished", diff.vanished, diff.vanished_count);
}

/* ---- bills ---- */

static void print_amounts(const char *what, int64_t before, int64_t after)
{
    char old_text[48], new_text[48], difference[48];
    cents_to_text(before, true, old_text, sizeof old_text);
    cents_to_text(after, true, new_text, sizeof new_text);
    cents_to_text(after - before, true, difference, sizeof difference);
    printf("  %14s -> %14s  %s%s", old_text, new_text, after > before ? "+" : "", difference);
    if (before > 0)
        printf(" (%+.2f %%)", 100 * (double)(after - before) / (double)before);
    printf("  %s\n", what);
}

static void print_bills(struct sides *sides, const char *title, const struct bill *old, const struct bill *new)
{
    size_t count;
    const struct bill_change *const changes = bill_diff(old, new, &count, &sides->prices->arena);
    printf("%s, USD:\n", title);
    print_amounts("total", old->total_cents, new->total_cents);
    const size_t shown = shown_of(sides->prices, count);
    for (size_t i = 0; i < shown && !sides->prices->options->quiet; i++) {
        const struct bill_line *const line = changes[i].line;
        char *const name = arena_printf(&sides->prices->arena, "%s %s%s%s%s%s", line->service, line->usage_type,
                                        line->operation[0] ? " " : "", line->operation, line->region[0] ? ", " : "",
                                        line->region);
        text_neutralise(name);
        print_amounts(name, changes[i].before_cents, changes[i].after_cents);
    }
    if (!sides->prices->options->quiet)
        print_rest(count, shown);
}

static int bill_usage(struct sides *sides, const char *path)
{
    struct prices *const prices = sides->prices;
    struct usage_file file;
    bool unreadable;
    const struct bill_options how = { .hours_per_month = HOURS_PER_MONTH };
    if (!usage_file_load(&file, path, price_book_date(sides->old.rates), HOURS_PER_MONTH, &unreadable, &prices->arena,
                         &prices->diag))
        return unreadable ? STATUS_IO : STATUS_INVALID;
    for (size_t i = 0; i < file.month_count; i++) {
        const struct usage_month *const month = &file.months[i];
        const struct bill_period period = bill_period_of(month->year, month->month);
        struct bill old, new;
        if (!bill_compute_all(&old, sides->old.rates, NULL, 0, month->records, month->count, period, &how,
                              &prices->arena, &prices->diag) ||
            !bill_compute_all(&new, sides->new.rates, NULL, 0, month->records, month->count, period, &how,
                              &prices->arena, &prices->diag))
            return STATUS_INVALID;
        print_bills(sides, arena_printf(&prices->arena, "bill of %04d-%02d", period.year, period.month), &old, &new);
    }
    return STATUS_DONE;
}

/* ---- a scenario, simulated once and billed twice ---- */

struct twice {
    struct costing old, new;
};

static bool take_twice(void *self, const struct replication *rep, const char *violation)
{
    struct twice *const twice = self;
    if (rep->day_type >= 0)
        return costing_take_day(&twice->old, rep, violation) && costing_take_day(&twice->new, rep, violation);
    return costing_take_headline(&twice->old, rep, 0) && costing_take_headline(&twice->new, rep, 0);
}

static bool always_enough(void *self)
{
    return true;
}

static void print_costs(struct sides *sides, const struct cost *old, const struct cost *new)
{
    static const double CENTS_PER_USD = 100;
    if (!old->monthly) {
        printf("the scenario has no calendar, and so no month that could be billed; its window: %.4f -> %.4f USD\n",
               old->window_usd.mean, new->window_usd.mean);
        return;
    }
    if (old->shown == new->shown) /* else the bills that are nearest the mean are of different days */
        print_bills(sides, arena_printf(&sides->prices->arena, "month %d of the scenario", old->start_month),
                    &old->bill, &new->bill);
    print_amounts("mean month of the year", (int64_t)(old->monthly_mean_usd.mean * CENTS_PER_USD + 0.5),
                  (int64_t)(new->monthly_mean_usd.mean *CENTS_PER_USD + 0.5));
}

static bool bill_twice(struct sides *sides, const struct scenario *sc)
{
    static atomic_bool never;
    struct prices *const prices = sides->prices;
    struct twice twice;
    struct progress progress;
    struct task_list tasks = tasks_plan(sc, prices->options->threads, &prices->arena);
    const struct task_sink sink = { &twice, take_twice, always_enough };
    costing_init(&twice.old, sc, sides->old.rates, &prices->arena, &prices->diag);
    costing_init(&twice.new, sc, sides->new.rates, &prices->arena, &prices->diag);
    progress_begin(&progress, &tasks, prices->options->quiet);
    tasks_run(&tasks, replicate, &sink, &never);
    progress_end(&progress);
    const bool good = prices->diag.errors == 0 && costing_close(&twice.old) && costing_close(&twice.new);
    if (good)
        print_costs(sides, &twice.old.cost, &twice.new.cost);
    costing_fini(&twice.old);
    costing_fini(&twice.new);
    return good;
}

/* One replication of the headline day, which no month contains; all days of the calendar. */
static int bill_scenario(struct sides *sides, const char *path)
{
    struct prices *const prices = sides->prices;
    int status;
    struct scenario *const sc = cli_load(prices->options, path, &prices->arena, &prices->diag, &status);
    if (!sc)
        return status;
    sc->replications = 1;
    sc->precision = 0;
    return bill_twice(sides, sc) ? STATUS_DONE : STATUS_INVALID;
}

static bool is_scenario(const char *path)
{
    const char *const dot = strrchr(path, '.');
    return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

int prices_diff(struct prices *prices, const char *old, const char *new, const char *used)
{
    struct sides sides = { .prices = prices };
    if (!prices_load(prices, old, &sides.old) || !prices_load(prices, new, &sides.new))
        return STATUS_INVALID;
    print_books(&sides, "rates on demand", sides.old.rates, sides.new.rates);
    print_books(&sides, "rates of reservations and savings plans", sides.old.terms, sides.new.terms);
    if (!used)
        return STATUS_DONE;
    return is_scenario(used) ? bill_scenario(&sides, used) : bill_usage(&sides, used);
}
