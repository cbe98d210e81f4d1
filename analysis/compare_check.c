/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether two scenarios meet the same customers: what can differ between them, and what may not. */
#include <string.h>

#include "analysis/compare_parts.h"

static const struct node *find(const struct scenario *sc, const char *first, const char *second)
{
    const struct node *node = tree_find(sc->root, first);
    return second ? tree_find(node, second) : node;
}

/* Where the variant says it otherwise; its file where it does not say it at all. */
static struct mark place(const struct scenario *a, const struct scenario *b, const char *first, const char *second)
{
    const struct node *x = find(a, first, second), *y = find(b, first, second);
    if (!y)
        y = find(b, first, NULL);
    return y ? tree_difference(x, y)->at : (struct mark){ .file = b->path };
}

/* ---- the clock and the seed: without them nothing is paired ---- */

static bool check_clock(const struct scenario *a, const struct scenario *b, struct diag *diag)
{
    const char *key = a->clock.start_utc_s != b->clock.start_utc_s || a->clock.utc_offset_s != b->clock.utc_offset_s
                          ? "start"
                      : a->clock.length != b->clock.length   ? "length"
                      : a->clock.warm_up != b->clock.warm_up ? "warm_up"
                                                             : NULL;
    if (!key)
        return true;
    diag_error(diag, place(a, b, "clock", key), "the clock's '%s' is not that of '%s'", key, a->path);
    return diag_hint(diag, "variants meet the same customers only on the same clock: leave it to the base (extends)");
}

static bool check_seed(const struct scenario *a, const struct scenario *b, struct diag *diag)
{
    if (a->seed == b->seed)
        return true;
    diag_error(diag, place(a, b, "seed", NULL), "seed %lld is not that of '%s', which is %lld", (long long)b->seed,
               a->path, (long long)a->seed);
    return diag_hint(diag, "--seed gives all of them the same");
}

/* ---- traffic: other arrivals are other customers; other clients are the same customers with other habits ---- */

static bool same_rate(const struct scenario *a, const struct population *p, const struct scenario *b,
                      const struct population *q)
{
    struct arena arena;
    arena_init(&arena);
    const struct rate_curve x = scenario_rate(a, p, -1, &arena), y = scenario_rate(b, q, -1, &arena);
    const bool same = x.count == y.count && x.bin_count == y.bin_count &&
                      memcmp(x.knots, y.knots, x.count * sizeof *x.knots) == 0 &&
                      (x.bin_count == 0 || memcmp(x.bins, y.bins, x.bin_count * sizeof *x.bins) == 0);
    arena_fini(&arena);
    return same;
}

static bool same_arrivals(const struct scenario *a, const struct population *p, const struct scenario *b,
                          const struct population *q)
{
    const struct node *x = tree_find(find(a, "traffic", p->name), "rate");
    const struct node *y = tree_find(find(b, "traffic", q->name), "rate");
    return tree_same(x, y) || (same_rate(a, p, b, q) && tree_same(tree_find(x, "burst"), tree_find(y, "burst")) &&
                               tree_same(tree_find(x, "batch"), tree_find(y, "batch")));
}

static const struct population *find_population(const struct scenario *sc, const char *name)
{
    for (int i = 0; i < sc->population_count; i++)
        if (strcmp(sc->populations[i].name, name) == 0)
            return &sc->populations[i];
    return NULL;
}

static void check_habits(const struct scenario *a, const struct scenario *b, const char *population, struct diag *diag)
{
    const struct node *x = find(a, "traffic", population), *y = find(b, "traffic", population);
    for (int i = 0; y && i < y->count; i++) {
        const char *key = y->keys[i]->text;
        if (strcmp(key, "rate") != 0 && !tree_same(tree_find(x, key), y->items[i]))
            diag_warning(diag, tree_difference(tree_find(x, key), y->items[i])->at,
                         "'%s' of population '%s' is not that of '%s': its customers differ", key, population, a->path);
    }
    for (int i = 0; x && i < x->count; i++)
        if (strcmp(x->keys[i]->text, "rate") != 0 && !tree_find(y, x->keys[i]->text))
            diag_warning(diag, place(a, b, "traffic", population),
                         "population '%s' has no '%s', which it has in '%s': its customers differ", population,
                         x->keys[i]->text, a->path);
}

static bool check_population(const struct scenario *a, const struct population *p, const struct scenario *b,
                             struct diag *diag)
{
    const struct population *q = find_population(b, p->name);
    if (!q)
        return diag_error(diag, place(a, b, "traffic", NULL), "there is no population '%s', which '%s' has", p->name,
                          a->path);
    if (!same_arrivals(a, p, b, q)) {
        diag_error(diag, place(a, b, "traffic", p->name), "population '%s' arrives otherwise than in '%s'", p->name,
                   a->path);
        return diag_hint(diag, "variants are compared under the same traffic: leave `rate` to the base (extends)");
    }
    check_habits(a, b, p->name, diag);
    return true;
}

static bool check_traffic(const struct scenario *a, const struct scenario *b, struct diag *diag)
{
    bool ok = true;
    for (int i = 0; i < a->population_count; i++)
        ok = check_population(a, &a->populations[i], b, diag) && ok;
    for (int i = 0; i < b->population_count; i++)
        if (!find_population(a, b->populations[i].name))
            ok = diag_error(diag, b->populations[i].at, "population '%s' is not in '%s'", b->populations[i].name,
                            a->path);
    return ok;
}

/* ---- what makes differences doubtful ---- */

static void doubt(const struct scenario *a, const struct scenario *b, const char *first, const char *second,
                  const char *what, struct diag *diag)
{
    if (!tree_same(find(a, first, second), find(b, first, second)))
        diag_warning(diag, place(a, b, first, second), "%s%s%s is not that of '%s': %s", first, second ? "." : "",
                     second ? second : "", a->path, what);
}

static bool check_business(const struct scenario *a, const struct scenario *b, struct diag *diag)
{
    if (a->business.present != b->business.present)
        return diag_error(diag, place(a, b, "business", NULL), "only one of '%s' and '%s' says what an order is worth",
                          a->path, b->path);
    if (a->business.present && strcmp(a->business.operation_name, b->business.operation_name) != 0)
        return diag_error(diag, place(a, b, "business", "order"), "an order is '%s' here and '%s' in '%s'",
                          b->business.operation_name, a->business.operation_name, a->path);
    doubt(a, b, "business", "order", "orders are valued differently", diag);
    doubt(a, b, "business", "faults_per_year", "failures come more often in one of them", diag);
    return true;
}

bool compare_check(const struct scenario *base, const struct scenario *variant, struct diag *diag)
{
    const bool clock = check_clock(base, variant, diag), seed = check_seed(base, variant, diag);
    const bool traffic = check_traffic(base, variant, diag), business = check_business(base, variant, diag);
    doubt(base, variant, "faults", NULL, "they do not meet the same failures", diag);
    doubt(base, variant, "calendar", NULL, "their years are not the same", diag);
    doubt(base, variant, "replications", NULL, "those of the base count", diag);
    return clock && seed && traffic && business;
}
