/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/navigation.h"

#include <string.h>

#include "sim/base/text.h"

struct chain {
    struct population *p;
    const struct scenario_names *names;
    struct param_reader *reader;
    int rows;
    double enter[NAVIGATION_ROWS_MAX];
    double next[NAVIGATION_ROWS_MAX][NAVIGATION_ROWS_MAX];
    double leave[NAVIGATION_ROWS_MAX];
    double visits[NAVIGATION_ROWS_MAX];
    bool reached[NAVIGATION_ROWS_MAX]; /* a session can come to it */
};

int navigation_row(const struct sessions_config *s, const struct operation_config *operation)
{
    for (int i = 0; i < s->next_count; i++)
        if (s->next[i].operation == operation)
            return i;
    return -1;
}

/* ---- names and sums ---- */

static bool resolve(struct chain *c, const char *name, struct mark at, const char *what,
                    struct operation_config **operation)
{
    void *found = NULL;
    const bool ok = scenario_names_resolve(c->names, c->reader, NULL, name, at, "operation", what, &found);
    *operation = found;
    return ok;
}

static bool resolve_rows(struct chain *c)
{
    struct sessions_config *s = &c->p->sessions;
    const char *what = arena_printf(c->reader->arena, "the navigation of '%s'", c->p->name);
    bool ok = true;
    for (int i = 0; i < s->next_count; i++)
        ok = resolve(c, s->next[i].name, s->next[i].at, what, &s->next[i].operation) && ok;
    return ok;
}

/* One set of ways: to[row] and *leave become shares of their sum, which is nearly 1. */
static bool resolve_ways(struct chain *c, struct mix_entry *ways, int count, struct mark at, const char *what,
                         double *to, double *leave)
{
    struct diag *diag = c->reader->diag;
    double sum = 0.0;
    bool ok = true;
    for (int m = 0; m < count; m++) {
        sum += ways[m].share;
        if (leave && !strcmp(ways[m].name, NAVIGATION_LEAVE)) {
            *leave += ways[m].share;
            continue;
        }
        if (!resolve(c, ways[m].name, ways[m].at, what, &ways[m].operation)) {
            ok = false;
            continue;
        }
        const int row = navigation_row(&c->p->sessions, ways[m].operation);
        if (row >= 0) {
            to[row] += ways[m].share;
            continue;
        }
        diag_error(diag, ways[m].at, "%s leads to '%s', which has no row in 'next'", what, ways[m].name);
        ok = diag_hint(diag, "write %s: {leave: 100%%} if sessions end there", ways[m].name);
    }
    if (!ok || (sum > 1.0 - 1e-6 && sum < 1.0 + 1e-6))
        return ok;
    diag_error(diag, count > 0 ? ways[0].at : at, "%s adds up to %.6g%%, not 100%%", what, 100.0 * sum);
    return sum < 1.0 && leave ? diag_hint(diag, "write leave: %.6g%% for those who go", 100.0 * (1.0 - sum + *leave))
                              : false;
}

static bool resolve_chain(struct chain *c)
{
    struct sessions_config *s = &c->p->sessions;
    struct arena *arena = c->reader->arena;
    bool ok = resolve_ways(c, s->enter, s->enter_count, c->p->at,
                           arena_printf(arena, "the entry to sessions of '%s'", c->p->name), c->enter, NULL);
    for (int i = 0; i < s->next_count; i++)
        ok = resolve_ways(c, s->next[i].to, s->next[i].to_count, s->next[i].at,
                          arena_printf(arena, "the way on from '%s'", s->next[i].name), c->next[i], &c->leave[i]) &&
             ok;
    return ok;
}

/* ---- every session ends ---- */

/* Rows that a session can come to; rows from which one can leave. */
static void mark_ways(struct chain *c, bool *ends)
{
    for (int i = 0; i < c->rows; i++) {
        c->reached[i] = c->enter[i] > 0.0;
        ends[i] = c->leave[i] > 0.0;
    }
    for (int round = 0; round < c->rows; round++)
        for (int i = 0; i < c->rows; i++)
            for (int j = 0; j < c->rows; j++)
                if (c->next[i][j] > 0.0) {
                    c->reached[j] = c->reached[j] || c->reached[i];
                    ends[i] = ends[i] || ends[j];
                }
}

/* Rows that nobody comes to are taken out: they would make the equations of visits singular. */
static bool check_ends(struct chain *c)
{
    const struct sessions_config *s = &c->p->sessions;
    bool ends[NAVIGATION_ROWS_MAX];
    mark_ways(c, ends);
    for (int i = 0; i < c->rows && !s->length.present; i++)
        if (c->reached[i] && !ends[i]) {
            diag_error(c->reader->diag, s->next[i].at, "a session of '%s' that comes to '%s' never ends", c->p->name,
                       s->next[i].name);
            return diag_hint(c->reader->diag,
                             "add leave: 10%% to a row that it comes to, or length: 20 to the sessions");
        }
    for (int i = 0; i < c->rows; i++)
        if (!c->reached[i])
            memset(c->next[i], 0, sizeof c->next[i]);
    return true;
}

/* ---- expected visits ---- */

static double goes_on(const struct chain *c)
{
    const struct count_config *length = &c->p->sessions.length;
    return length->present && length->law.kind == COUNT_GEOMETRIC ? 1.0 - 1.0 / length->law.mean : 1.0;
}

/* (I - q P') v = enter by elimination with the largest pivot. The matrix is regular because every session ends, unless
 * the shares that leave drown in rounding: then visits are not finite, and that is refused later. */
static void solve_visits(struct chain *c)
{
    static const int MOST = NAVIGATION_ROWS_MAX;
    double a[NAVIGATION_ROWS_MAX][NAVIGATION_ROWS_MAX + 1];
    const double q = goes_on(c);
    const int n = c->rows < MOST ? c->rows : MOST;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++)
            a[i][j] = (i == j) - q * c->next[j][i];
        a[i][n] = c->enter[i];
    }
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++)
            if (a[i][k] * a[i][k] > a[pivot][k] * a[pivot][k])
                pivot = i;
        for (int j = k; j <= n; j++) {
            const double swapped = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = swapped;
        }
        for (int i = k + 1; i < n; i++) {
            const double factor = a[i][k] / a[k][k];
            for (int j = k; j <= n; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    for (int i = n; i-- > 0;) {
        double rest = a[i][n];
        for (int j = i + 1; j < n; j++)
            rest -= a[i][j] * c->visits[j];
        c->visits[i] = rest / a[i][i];
    }
}

static void sum_visits(struct chain *c, const struct count_law *length)
{
    double at[NAVIGATION_ROWS_MAX], then[NAVIGATION_ROWS_MAX];
    memcpy(at, c->enter, sizeof at);
    for (uint32_t k = 0; k < length->most; k++) {
        const double lasts = count_exceeds(length, k);
        memset(then, 0, sizeof then);
        for (int i = 0; i < c->rows; i++) {
            c->visits[i] += lasts * at[i];
            for (int j = 0; at[i] > 0.0 && j < c->rows; j++)
                then[j] += at[i] * c->next[i][j];
        }
        memcpy(at, then, sizeof at);
    }
}

static bool expect_visits(struct chain *c)
{
    struct sessions_config *s = &c->p->sessions;
    if (s->length.present && s->length.law.kind != COUNT_GEOMETRIC)
        sum_visits(c, &s->length.law);
    else
        solve_visits(c);
    for (int i = 0; i < c->rows; i++)
        s->operations += c->visits[i];
    if (s->operations >= 0.5 && s->operations <= NAVIGATION_OPERATIONS_MAX)
        return true;
    diag_error(c->reader->diag, s->next[0].at, "sessions of '%s' make more than %d operations on average", c->p->name,
               NAVIGATION_OPERATIONS_MAX);
    return diag_hint(c->reader->diag, "raise the shares of 'leave', or write length: 20");
}

static void fill_mix(struct chain *c)
{
    struct population *p = c->p;
    p->mix = ARENA_ARRAY(c->reader->arena, struct mix_entry, c->rows);
    for (int i = 0; i < c->rows; i++)
        if (c->reached[i]) /* however seldom: rounding may leave nothing of its visits */
            p->mix[p->mix_count++] =
                (struct mix_entry){ .name = p->sessions.next[i].name,
                                    .at = p->sessions.next[i].at,
                                    .share = c->visits[i] > 0.0 ? c->visits[i] / p->sessions.operations : 0.0,
                                    .operation = p->sessions.next[i].operation };
}

/* Mean of the shorter of the pause and its bound, by the midpoints of the quantile function. */
static double mean_pause_s(const struct sessions_config *s)
{
    enum { POINTS = 4096 };
    if (s->think_at_most == 0)
        return s->think.mean_ns / 1e9;
    double sum = 0.0;
    for (int i = 0; i < POINTS; i++) {
        const double pause = dist_quantile_ns(&s->think, ((double)i + 0.5) / POINTS);
        sum += pause < (double)s->think_at_most ? pause : (double)s->think_at_most;
    }
    return sum / POINTS / 1e9;
}

bool navigation_resolve(struct population *p, const struct scenario_names *names, struct param_reader *reader)
{
    struct sessions_config *s = &p->sessions;
    if (s->enter_count == 0 || s->next_count == 0)
        return reader->diag->errors > 0 /* reported: a key is missing */
                   ? false
                   : diag_error(reader->diag, p->at, "the sessions of '%s' have no operations", p->name);
    if (s->next_count > NAVIGATION_ROWS_MAX)
        return diag_error(reader->diag, s->next[NAVIGATION_ROWS_MAX].at, "more than %d rows in 'next' of '%s'",
                          NAVIGATION_ROWS_MAX, p->name);
    struct chain *c = ARENA_NEW(reader->arena, struct chain);
    *c = (struct chain){ .p = p, .names = names, .reader = reader, .rows = s->next_count };
    const bool rows_ok = resolve_rows(c);
    if (!resolve_chain(c) || !rows_ok || !check_ends(c) || !expect_visits(c))
        return false;
    fill_mix(c);
    s->think_mean_s = mean_pause_s(s);
    return true;
}
