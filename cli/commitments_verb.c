/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commitments -- which reservations and savings plans would have made the simulated year cheapest. */
#include <cjson/cJSON.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "analysis/advice.h"
#include "analysis/checks.h"
#include "analysis/committed.h"
#include "analysis/figure.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "models/replicate.h"
#include "pricing/price_book.h"

struct advising {
    const struct options *options;
    struct arena arena;
    struct diag input, errors;
    const struct scenario *sc;
    struct scenario_prices prices;
    struct costing costing;
    struct advice advice;
    int width; /* of the longest text */
};

static atomic_bool stop;

static void on_stop(int signal_number)
{
    atomic_store(&stop, true);
}

/* ---- the year's days ---- */

static int load(struct advising *a)
{
    int status;
    a->sc = cli_load(a->options, a->options->arguments[0], &a->arena, &a->input, &status);
    if (!a->sc)
        return status;
    if (a->sc->day_type_count == 0) {
        diag_error(&a->input, (struct mark){ .file = a->options->arguments[0] },
                   "commitments are for a year, and the scenario has no calendar");
        diag_hint(&a->input, "write calendar: {ordinary: {days: 365, mean: 60/s}}");
        return STATUS_INVALID;
    }
    return cli_load_prices(&a->prices, a->options, a->sc, &a->arena, &a->input) ? STATUS_DONE : STATUS_INVALID;
}

static bool take(void *self, const struct replication *rep, const char *violation)
{
    struct advising *const a = self;
    return rep->day_type < 0 || costing_take_day(&a->costing, rep, violation);
}

static bool enough(void *self)
{
    return true;
}

/* The headline day is no day of the year: only the calendar's are simulated. */
static int simulate(struct advising *a)
{
    struct task_list tasks = tasks_plan(a->sc, a->options->threads, &a->arena);
    struct task_list *const list = &tasks;
    struct progress progress;
    const struct task_sink sink = { .self = a, .take = take, .enough = enough };
    struct sigaction action = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
    tasks.looks = false;
    tasks.headline_most = 0;
    atomic_store(&tasks.headline_wanted, 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    progress_begin(&progress, &list, 1, a->options->quiet);
    tasks_run(&tasks, replicate, &sink, &stop);
    progress_end(&progress);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (a->errors.errors)
        return STATUS_INVALID;
    if (tasks.calendar_taken < tasks.calendar_count)
        return STATUS_INTERRUPTED;
    for (int i = 0; i < tasks.calendar_count; i++)
        if (a->costing.violations[i]) {
            fprintf(stderr, "headroom: internal check failed: %s\n", a->costing.violations[i]);
            return STATUS_INTERNAL;
        }
    return STATUS_DONE;
}

/* ---- the screen ---- */

static const char *usd(struct advising *a, double amount)
{
    char text[48];
    return arena_text(&a->arena, cents_to_text(llround(amount * 100), true, text, sizeof text));
}

static const char *percent(struct advising *a, double share)
{
    return isfinite(share) ? arena_printf(&a->arena, "%.0f%%", share * 100) : "never";
}

static void print_head(struct advising *a, const char *what)
{
    printf("\n%-*s %12s %12s %6s %6s %6s %12s %12s\n", a->width + 2, what, "saves", "95% of years", "used", "covers",
           "even", "usage -20%", "-40%");
}

static void print_advised(struct advising *a, const struct advised *advised)
{
    printf("  %-*s %12s %12s %6s %6s %6s %12s %12s%s\n", a->width, commitment_text(&advised->commitment, &a->arena),
           usd(a, advised->saving_usd), usd(a, advised->drawn.p5), percent(a, advised->year.utilisation),
           percent(a, advised->year.coverage), percent(a, advised->year.break_even), usd(a, advised->dropped_usd[0]),
           usd(a, advised->dropped_usd[1]), advised->year.low_confidence ? " *" : "");
}

static void print_yaml(struct advising *a, const struct advised_mix *mix)
{
    printf("\n  commitments:\n");
    for (int reserved = 0; reserved < 2; reserved++) {
        bool first = true;
        for (size_t i = 0; i < mix->count; i++) {
            if ((mix->list[i].commitment.kind == COMMITMENT_RESERVED) != reserved)
                continue;
            if (first)
                printf("    %s:\n", reserved ? "reserved" : "savings_plans");
            first = false;
            printf("      - %s\n", committed_yaml(&mix->list[i].commitment, &a->arena));
        }
    }
}

static void print_mix(struct advising *a, const struct advised_mix *mix)
{
    print_head(a, mix->years == 1 ? "together, terms of one year" : "together, terms of up to three years");
    for (size_t i = 0; i < mix->count; i++)
        print_advised(a, &mix->list[i]);
    printf("  %-*s %12s %12s %6s %6s %6s %12s %12s\n", a->width, "all", usd(a, mix->saving_usd), usd(a, mix->drawn.p5),
           "", "", "", usd(a, mix->dropped_usd[0]), usd(a, mix->dropped_usd[1]));
    printf("  the year then costs %s USD, %.1f%% less\n", usd(a, mix->year_usd),
           a->advice.year_usd > 0 ? mix->saving_usd / a->advice.year_usd * 100 : 0.0);
    print_yaml(a, mix);
}

static void widen(struct advising *a, const struct advised *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int length = (int)strlen(commitment_text(&list[i].commitment, &a->arena));
        a->width = length > a->width ? length : a->width;
    }
}

static void print_screen(struct advising *a)
{
    const struct advice *const advice = &a->advice;
    bool low = false;
    printf("%s\n  the year costs %s USD, mean of %d replications of its days", a->sc->name, usd(a, advice->year_usd),
           BILL_REPLICATIONS);
    if (a->prices.commitments.count > 0)
        printf(", with %zu commitment%s of the scenario", a->prices.commitments.count,
               a->prices.commitments.count == 1 ? "" : "s");
    if (a->costing.cost.unpriced.count > 0)
        printf("\n  and what is unpriced: %s, which no commitment is advised for",
               unpriced_text(&a->costing.cost.unpriced, &a->arena));
    printf("\n  commitments could cover what is %s USD of it at on-demand rates\n", usd(a, advice->coverable_usd));
    if (advice->count == 0) {
        printf("  none would save a dollar\n");
        return;
    }
    widen(a, advice->list, advice->count);
    for (int m = 0; m < ADVICE_MIXES; m++)
        widen(a, advice->mixes[m].list, advice->mixes[m].count);
    print_head(a, "each alone, its best size, USD a year");
    for (size_t i = 0; i < advice->count; i++) {
        print_advised(a, &advice->list[i]);
        low = low || advice->list[i].year.low_confidence;
    }
    for (int m = 0; m < ADVICE_MIXES; m++)
        if (m == 0 || advice->mixes[m].saving_usd > advice->mixes[0].saving_usd)
            print_mix(a, &advice->mixes[m]);
    printf(
        "\n  used: of the fee; covers: of the usage it is for; even: as little may be used until it saves nothing\n"
        "  95%% of years: what it saves at least in so many years whose days are drawn; all: without support's share\n"
        "  usage -20%%, -40%%: what it saves, or loses, when each hour's usage is so much less\n");
    if (low)
        printf("  * rests on rates of low confidence: derived, or from memory\n");
}

/* ---- JSON ---- */

static void add_usd(cJSON *to, const char *name, double amount)
{
    char text[48];
    cJSON_AddRawToObject(to, name, cents_to_text(llround(amount * 100), false, text, sizeof text));
}

static void add_money(cJSON *to, const char *name, money amount)
{
    add_usd(to, name, (double)money_to_cents(amount) / 100);
}

static cJSON *json_drops(const double *dropped_usd)
{
    cJSON *const out = cJSON_CreateArray();
    for (int d = 0; d < ADVICE_DROPS; d++) {
        cJSON *const drop = cJSON_CreateObject();
        cJSON_AddNumberToObject(drop, "usage_less_by", advice_drops[d]);
        add_usd(drop, "saving_usd", dropped_usd[d]);
        cJSON_AddItemToArray(out, drop);
    }
    return out;
}

static cJSON *json_spread(struct spread spread)
{
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddNumberToObject(out, "years", YEARS_DRAWN);
    add_usd(out, "p5", spread.p5);
    add_usd(out, "p50", spread.p50);
    add_usd(out, "p95", spread.p95);
    return out;
}

static cJSON *json_advised(struct advising *a, const struct advised *advised)
{
    static const char *const payments[PAYMENTS] = { "none", "partial", "all" };
    const struct commitment *const c = &advised->commitment;
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "name", c->name);
    cJSON_AddStringToObject(out, "text", commitment_text(c, &a->arena));
    cJSON_AddStringToObject(out, "kind", commitment_kind_name(c->kind));
    cJSON_AddStringToObject(out, "yaml", committed_yaml(c, &a->arena));
    cJSON_AddNumberToObject(out, "years", c->years);
    cJSON_AddStringToObject(out, "payment", payments[c->payment]);
    add_usd(out, "saving_usd", advised->saving_usd);
    add_usd(out, "least_saving_usd", advised->least_usd);
    add_usd(out, "most_saving_usd", advised->most_usd);
    cJSON_AddItemToObject(out, "drawn_saving_usd", json_spread(advised->drawn));
    add_money(out, "fee_usd", advised->year.fee);
    add_money(out, "unused_usd", advised->year.unused);
    add_money(out, "covered_on_demand_usd", advised->year.covered);
    cJSON_AddNumberToObject(out, "utilisation", advised->year.utilisation);
    cJSON_AddNumberToObject(out, "coverage", advised->year.coverage);
    if (isfinite(advised->year.break_even))
        cJSON_AddNumberToObject(out, "break_even_utilisation", advised->year.break_even);
    else
        cJSON_AddNullToObject(out, "break_even_utilisation");
    cJSON_AddItemToObject(out, "drops", json_drops(advised->dropped_usd));
    cJSON_AddBoolToObject(out, "low_confidence", advised->year.low_confidence);
    return out;
}

static cJSON *json_list(struct advising *a, const struct advised *list, size_t count)
{
    cJSON *const out = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(out, json_advised(a, &list[i]));
    return out;
}

static void print_json(struct advising *a)
{
    const struct advice *const advice = &a->advice;
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "schema", "headroom-commitments/1");
    cJSON_AddStringToObject(out, "scenario", a->sc->name);
    add_usd(out, "year_usd", advice->year_usd);
    cJSON_AddBoolToObject(out, "complete", a->costing.cost.unpriced.count == 0);
    cJSON_AddNumberToObject(out, "unpriced_lines", a->costing.cost.unpriced.count);
    add_usd(out, "coverable_on_demand_usd", advice->coverable_usd);
    cJSON_AddNumberToObject(out, "replications", BILL_REPLICATIONS);
    cJSON_AddItemToObject(out, "alone", json_list(a, advice->list, advice->count));
    cJSON *const mixes = cJSON_AddArrayToObject(out, "mixes");
    for (int m = 0; m < ADVICE_MIXES; m++) {
        const struct advised_mix *const from = &advice->mixes[m];
        cJSON *const mix = cJSON_CreateObject();
        cJSON_AddNumberToObject(mix, "terms_up_to_years", from->years);
        add_usd(mix, "year_usd", from->year_usd);
        add_usd(mix, "saving_usd", from->saving_usd);
        cJSON_AddItemToObject(mix, "drawn_saving_usd", json_spread(from->drawn));
        cJSON_AddItemToObject(mix, "drops", json_drops(from->dropped_usd));
        cJSON_AddItemToObject(mix, "commitments", json_list(a, from->list, from->count));
        cJSON_AddItemToArray(mixes, mix);
    }
    char *const text = cJSON_Print(out);
    puts(text);
    cJSON_free(text);
    cJSON_Delete(out);
}

/* ---- the verb ---- */

static int advise_on(struct advising *a)
{
    int status = load(a);
    if (a->input.errors || !a->options->quiet)
        diag_print(&a->input, stderr, cli_color(a->options, stderr));
    if (status != STATUS_DONE)
        return status;
    costing_init(&a->costing, a->sc, a->prices.book, &a->arena, &a->errors);
    a->costing.commitments = &a->prices.commitments;
    a->costing.allow_unpriced = a->options->allow_unpriced;
    status = simulate(a);
    if (status == STATUS_DONE && !advise(&a->advice, &a->costing, a->prices.terms, &a->arena))
        status = STATUS_INVALID;
    if (status == STATUS_DONE)
        (a->options->json ? print_json : print_screen)(a);
    costing_fini(&a->costing);
    return status;
}

int verb_commitments(const struct options *options)
{
    if (options->argument_count != 1)
        return cli_usage_error(options, options->argument_count ? "commitments takes one scenario"
                                                                : "commitments needs a scenario");
    struct advising a = { .options = options };
    arena_init(&a.arena);
    diag_init(&a.input, &a.arena);
    diag_init(&a.errors, &a.arena);
    const int status = advise_on(&a);
    fflush(stdout);
    diag_print(&a.errors, stderr, cli_color(options, stderr));
    arena_fini(&a.arena);
    return status;
}
