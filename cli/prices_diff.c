/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/prices_diff.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/also_records.h"
#include "analysis/committed.h"
#include "cli/progress.h"
#include "models/replicate.h"
#include "pricing/usage_file.h"
#include "sim/base/text.h"

enum { SHOWN_WITHOUT_ASKING = 20, HOURS_PER_MONTH = 730 /* 365 x 24 / 12, as `headroom bill` has it */ };

struct sides {
    struct prices *prices;
    struct book_folder old, new;
    struct diff_findings found;
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

static void print_books(struct prices *prices, const char *what, const struct book_diff *diff)
{
    printf("%s: %zu changed, %zu appeared, %zu vanished, %zu as they were\n", what, diff->changed_count,
           diff->appeared_count, diff->vanished_count, diff->same);
    if (prices->options->quiet)
        return;
    const size_t shown = shown_of(prices, diff->changed_count);
    for (size_t i = 0; i < shown; i++)
        print_change(prices, &diff->changed[i]);
    print_rest(diff->changed_count, shown);
    print_prices(prices, "appeared", diff->appeared, diff->appeared_count);
    print_prices(prices, "vanished", diff->vanished, diff->vanished_count);
}

/* ---- bills ---- */

/* An amount that is not known is never shown as one. */
static const char *amount_text(int64_t cents, bool unpriced, char *buffer, size_t size)
{
    return unpriced && cents == 0 ? "unpriced" : cents_to_text(cents, true, buffer, size);
}

static void print_amounts(const char *what, int64_t before, int64_t after, bool before_unpriced, bool after_unpriced)
{
    char old_text[48], new_text[48], difference[48];
    printf("  %14s -> %14s", amount_text(before, before_unpriced, old_text, sizeof old_text),
           amount_text(after, after_unpriced, new_text, sizeof new_text));
    if (!before_unpriced && !after_unpriced) {
        printf("  %s%s", after > before ? "+" : "", cents_to_text(after - before, true, difference, sizeof difference));
        if (before > 0)
            printf(" (%+.2f %%)", 100 * (double)(after - before) / (double)before);
    }
    printf("  %s\n", what);
}

static void print_unpriced(const char *which, size_t count)
{
    if (count > 0)
        printf("  %s has no rate for %zu line%s: its total leaves %s out\n", which, count, count == 1 ? "" : "s",
               count == 1 ? "it" : "them");
}

static void print_bills(struct prices *prices, const struct bill *old, const struct bill *new)
{
    size_t count;
    const struct bill_change *const changes = bill_diff(old, new, &count, &prices->arena);
    printf("bill of %04d-%02d, USD:\n", old->period.year, old->period.month);
    print_amounts("total", old->total_cents, new->total_cents, old->unpriced > 0, new->unpriced > 0);
    print_unpriced("OLD", old->unpriced);
    print_unpriced("NEW", new->unpriced);
    const size_t shown = shown_of(prices, count);
    for (size_t i = 0; i < shown && !prices->options->quiet; i++) {
        const struct bill_line *const line = changes[i].line;
        char *const name = arena_printf(&prices->arena, "%s %s%s%s%s%s", line->service, line->usage_type,
                                        line->operation[0] ? " " : "", line->operation, line->region[0] ? ", " : "",
                                        line->region);
        text_neutralise(name);
        print_amounts(name, changes[i].before_cents, changes[i].after_cents, changes[i].before_unpriced,
                      changes[i].after_unpriced);
    }
    if (!prices->options->quiet)
        print_rest(count, shown);
}

static void print_mean(const char *what, const struct cost *old, const struct cost *new, double before, double after)
{
    static const double CENTS_PER_USD = 100;
    print_amounts(what, (int64_t)(before * CENTS_PER_USD + 0.5), (int64_t)(after * CENTS_PER_USD + 0.5),
                  old->unpriced.count > 0, new->unpriced.count > 0);
}

static void print_costs(const struct cost *old, const struct cost *new)
{
    if (!old->monthly) {
        printf("the scenario has no calendar, and so no month that could be billed; its window: %.4f -> %.4f USD\n",
               old->window_usd.mean, new->window_usd.mean);
        print_unpriced("OLD", (size_t)old->unpriced.count);
        print_unpriced("NEW", (size_t) new->unpriced.count);
        return;
    }
    print_mean("mean month of the year", old, new, old->monthly_mean_usd.mean, new->monthly_mean_usd.mean);
    print_mean("the year", old, new, old->annual_usd.mean, new->annual_usd.mean);
}

static void print_findings(struct prices *prices, const struct diff_findings *found)
{
    print_books(prices, "rates on demand", &found->rates);
    print_books(prices, "rates of reservations and savings plans", &found->terms);
    for (size_t i = 0; i < found->bill_count; i++)
        print_bills(prices, found->bills[i].old, found->bills[i].new);
    if (found->old)
        print_costs(found->old, found->new);
}

/* ---- a usage file, billed twice ---- */

static int bill_usage(struct sides *sides, const char *path)
{
    struct prices *const prices = sides->prices;
    struct usage_file file;
    bool unreadable, good = true;
    const struct bill_options how = { .hours_per_month = HOURS_PER_MONTH,
                                      .allow_unpriced = prices->options->allow_unpriced };
    if (!usage_file_load(&file, path, price_book_date(sides->old.rates), HOURS_PER_MONTH, &unreadable, &prices->arena,
                         &prices->diag))
        return unreadable ? STATUS_IO : STATUS_INVALID;
    struct bill_pair *pairs = ARENA_ARRAY(&prices->arena, struct bill_pair, file.month_count + 1);
    for (size_t i = 0; i < file.month_count; i++) {
        const struct usage_month *const month = &file.months[i];
        const struct bill_period period = bill_period_of(month->year, month->month);
        struct bill *const bills = ARENA_ARRAY(&prices->arena, struct bill, 2);
        good = bill_compute_all(&bills[0], sides->old.rates, NULL, 0, month->records, month->count, period, &how,
                                &prices->arena, &prices->diag) &&
               bill_compute_all(&bills[1], sides->new.rates, NULL, 0, month->records, month->count, period, &how,
                                &prices->arena, &prices->diag) &&
               good;
        pairs[i] = (struct bill_pair){ &bills[0], &bills[1] };
    }
    sides->found.bills = pairs;
    sides->found.bill_count = file.month_count;
    return good ? STATUS_DONE : STATUS_INVALID;
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

/* As `headroom run` bills it: with what the scenario has committed to, at the terms of this book. */
static bool begin_side(struct sides *sides, const struct scenario *sc, struct costing *costing,
                       const struct book_folder *book)
{
    struct prices *const prices = sides->prices;
    const bool allow_unpriced = prices->options->allow_unpriced;
    costing_init(costing, sc, book->rates, &prices->arena, &prices->diag);
    costing->allow_unpriced = allow_unpriced;
    if (sc->commitments.present) {
        struct commitments *const made = ARENA_NEW(&prices->arena, struct commitments);
        *made = committed(&sc->commitments, book->terms, &prices->arena);
        costing->commitments = made;
    }
    return also_records_check(sc, book->rates, costing->commitments, allow_unpriced, &prices->diag);
}

/* The bills are of the same days only when the replications that are nearest the mean are the same. */
static void find_costs(struct sides *sides, const struct twice *twice)
{
    const struct cost *const old = &twice->old.cost, *const new = &twice->new.cost;
    sides->found.old = old;
    sides->found.new = new;
    if (!old->monthly || old->shown != new->shown)
        return;
    struct bill_pair *const pair = ARENA_NEW(&sides->prices->arena, struct bill_pair);
    *pair = (struct bill_pair){ &old->bill, &new->bill };
    sides->found.bills = pair;
    sides->found.bill_count = 1;
}

static bool bill_twice(struct sides *sides, const struct scenario *sc, struct twice *twice)
{
    static atomic_bool never;
    struct prices *const prices = sides->prices;
    struct progress progress;
    if (!begin_side(sides, sc, &twice->old, &sides->old) || !begin_side(sides, sc, &twice->new, &sides->new))
        return false;
    struct task_list tasks = tasks_plan(sc, prices->options->threads, &prices->arena);
    struct task_list *const list = &tasks;
    const struct task_sink sink = { twice, take_twice, always_enough };
    progress_begin(&progress, &list, 1, prices->options->quiet);
    tasks_run(&tasks, replicate, &sink, &never);
    progress_end(&progress);
    if (prices->diag.errors > 0 || !costing_close(&twice->old) || !costing_close(&twice->new))
        return false;
    find_costs(sides, twice);
    return true;
}

/* One replication of the headline day, which no month contains; all days of the calendar. */
static int bill_scenario(struct sides *sides, const char *path, struct twice *twice)
{
    struct prices *const prices = sides->prices;
    int status;
    struct scenario *const sc = cli_load(prices->options, path, &prices->arena, &prices->diag, &status);
    if (!sc)
        return status;
    sc->replications = 1;
    sc->precision = 0;
    return bill_twice(sides, sc, twice) ? STATUS_DONE : STATUS_INVALID;
}

static bool is_scenario(const char *path)
{
    const char *const dot = strrchr(path, '.');
    return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

int prices_diff(struct prices *prices, const char *old, const char *new, const char *used)
{
    struct sides sides = { .prices = prices };
    struct twice *const twice = ARENA_NEW(&prices->arena, struct twice);
    int status = STATUS_DONE;
    if (!prices_load(prices, old, &sides.old) || !prices_load(prices, new, &sides.new))
        return STATUS_INVALID;
    book_diff(&sides.found.rates, sides.old.rates, sides.new.rates, &prices->arena);
    book_diff(&sides.found.terms, sides.old.terms, sides.new.terms, &prices->arena);
    if (used)
        status = is_scenario(used) ? bill_scenario(&sides, used, twice) : bill_usage(&sides, used);
    if (status == STATUS_DONE && prices->options->json)
        prices_diff_json(prices, &sides.found);
    else if (status == STATUS_DONE)
        print_findings(prices, &sides.found);
    costing_fini(&twice->old);
    costing_fini(&twice->new);
    return status;
}
