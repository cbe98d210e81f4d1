/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/warmth.h"

#include <math.h>

#include "sim/base/check.h"
#include "sim/number.h"

/* What has expired unseen is still in the total: a full shard is recounted, which is a pass over the classes, when so many
 * fills have come into it, in units of its room. */
static const double FILLS_BEFORE_RECOUNT = 1.0 / 32.0;
enum { FILLS_LEAST = 32, FILLS_MOST = 4096 };
static const double SMALLEST_SCALE = 1e-6;

static int class_of(const struct warmth *w, uint32_t cell)
{
    const uint32_t hot = (uint32_t)w->contents->hot;
    return cell < hot ? (int)cell : (int)(hot + (cell - hot) % (uint32_t)w->wide);
}

/* A hot key's shard is a hash of its rank. [FNV's prime, then the upper bits] */
static int shard_of_hot(const struct warmth *w, uint32_t rank)
{
    const uint64_t mixed = ((uint64_t)rank + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return (int)((mixed >> 33) % (uint64_t)w->shard_count);
}

uint32_t warmth_cell_of(const struct warmth *w, int class, int *shard)
{
    if (class < w->contents->hot) {
        *shard = shard_of_hot(w, (uint32_t) class);
        return (uint32_t) class;
    }
    return (uint32_t)(w->contents->hot + *shard * w->wide + class - w->contents->hot);
}

/* ---- what has left since the cell was looked at ---- */

static sim_time cohort_length(const struct warmth *w)
{
    const sim_time length = w->ttl / WARMTH_COHORTS;
    return length > 0 ? length : 1;
}

/* The oldest cohort leaves little by little, as it came. */
static double resident_now(const struct warmth *w, const struct warmth_cell *c, sim_time now)
{
    if (!c->cohorts)
        return c->resident;
    const sim_time length = cohort_length(w);
    const double gone = (double)(now - c->cohort * length) / (double)length;
    const double left = c->resident - c->scale * gone * c->cohorts[(c->cohort + 1) % (WARMTH_COHORTS + 1)];
    return left > 0.0 ? left : 0.0;
}

static void next_cohorts(const struct warmth *w, struct warmth_cell *c, struct warmth_shard *s, sim_time now)
{
    const int64_t present = now / cohort_length(w);
    for (int n = 0; c->cohort < present && n <= WARMTH_COHORTS; n++) {
        double *oldest = &c->cohorts[++c->cohort % (WARMTH_COHORTS + 1)];
        c->resident -= c->scale * *oldest;
        s->total -= c->scale * *oldest;
        *oldest = 0.0;
    }
    if (c->cohort < present || c->resident < 0.0)
        c->resident = 0.0; /* all of them are empty; or the sum's rounding */
    c->cohort = present;
}

static void settle(const struct warmth *w, struct warmth_cell *c, int class, struct warmth_shard *s, sim_time now)
{
    if (c->seen != s->clock) {
        const double stay = number_exp(-w->hazards[class] * (s->clock - c->seen));
        c->resident *= stay;
        c->scale *= stay;
        c->seen = s->clock;
    }
    if (c->cohorts)
        next_cohorts(w, c, s, now);
    if (c->cohorts && c->scale < SMALLEST_SCALE) {
        for (int i = 0; i <= WARMTH_COHORTS; i++)
            c->cohorts[i] *= c->scale;
        c->scale = 1.0;
    }
    if (class < w->contents->hot && now >= c->expires) {
        s->total -= c->resident;
        c->resident = 0.0;
        c->expires = SIM_NEVER;
    }
}

static void recount(struct warmth *w, int shard, sim_time now)
{
    struct warmth_shard *s = &w->shards[shard];
    double total = 0.0, hazard = 0.0;
    for (int class = 0; class < w->contents->classes.count; class ++) {
        int at = shard;
        struct warmth_cell *c = &w->cells[warmth_cell_of(w, class, &at)];
        if (at != shard)
            continue;
        settle(w, c, class, s, now);
        const double resident = resident_now(w, c, now);
        total += resident;
        hazard += w->hazards ? resident * w->hazards[class] : 0.0;
    }
    s->total = total;
    s->hazard = hazard;
    s->fills = 0;
}

/* ---- requests ---- */

bool warmth_hit(struct warmth *w, uint32_t cell, int shard, sim_time now, double coin)
{
    struct warmth_cell *c = &w->cells[cell];
    const int class = class_of(w, cell);
    settle(w, c, class, &w->shards[shard], now);
    if (class >= w->contents->hot)
        return coin * c->keys < resident_now(w, c, now);
    const bool hit = coin < c->resident;
    w->shards[shard].total += (hit ? 1.0 : 0.0) - c->resident;
    c->resident = hit ? 1.0 : 0.0;
    return hit;
}

bool warmth_being_fetched(const struct warmth *w, uint32_t cell, double coin)
{
    const struct warmth_cell *c = &w->cells[cell];
    if (c->fetching == 0)
        return false;
    const double absent = c->keys - c->resident;
    return coin * absent < (double)c->fetching;
}

static void evict_one(struct warmth *w, int shard, sim_time now)
{
    struct warmth_shard *s = &w->shards[shard];
    const double due = w->room * FILLS_BEFORE_RECOUNT;
    const double after = due < FILLS_LEAST ? FILLS_LEAST : due > FILLS_MOST ? FILLS_MOST : due;
    if (++s->fills >= after || s->hazard <= 0.0)
        recount(w, shard, now);
    if (s->total <= w->room || s->hazard <= 0.0)
        return;
    s->clock += (s->total - w->room) / s->hazard;
    s->total = w->room;
}

void warmth_fill(struct warmth *w, uint32_t cell, int shard, sim_time now, bool again)
{
    struct warmth_cell *c = &w->cells[cell];
    struct warmth_shard *s = &w->shards[shard];
    const int class = class_of(w, cell);
    settle(w, c, class, s, now);
    const bool hot = class < w->contents->hot;
    if (again && !hot)
        return;
    const double absent = c->keys - resident_now(w, c, now);
    const double more = hot ? 1.0 - c->resident : absent < 1.0 ? absent : 1.0;
    c->resident += more;
    s->total += more;
    if (hot && w->ttl != SIM_NEVER)
        c->expires = now + w->ttl;
    if (c->cohorts)
        c->cohorts[c->cohort % (WARMTH_COHORTS + 1)] += more / c->scale;
    if (w->hazards && s->total > w->room)
        evict_one(w, shard, now);
}

void warmth_clear(struct warmth *w, int shard)
{
    for (int class = 0; class < w->contents->classes.count; class ++) {
        int at = shard;
        struct warmth_cell *c = &w->cells[warmth_cell_of(w, class, &at)];
        if (at != shard)
            continue;
        c->resident = 0.0;
        c->expires = SIM_NEVER;
        for (int i = 0; c->cohorts && i <= WARMTH_COHORTS; i++)
            c->cohorts[i] = 0.0;
    }
    w->shards[shard].total = w->shards[shard].hazard = 0.0;
}

double warmth_resident(struct warmth *w, sim_time now)
{
    double sum = 0.0;
    for (int s = 0; s < w->shard_count; s++) {
        recount(w, s, now);
        sum += w->shards[s].total;
    }
    return sum;
}

/* ---- setting up ---- */

/* The hazard with which stays that end after ttl_s at the latest last mean_s on average. */
static double hazard_of_stay(double mean_s, double ttl_s)
{
    if (isinf(mean_s) || mean_s >= ttl_s)
        return 0.0;
    double low = 0.0, high = 1.0 / mean_s;
    for (int i = 0; i < 60 && !isinf(ttl_s); i++) {
        const double middle = 0.5 * (low + high);
        if ((1.0 - number_exp(-middle * ttl_s)) / middle > mean_s)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* In the long run or, where the time to live leaves room then, with the same room and without one. Only their proportions
 * count: a shard evicts as many as it must. */
static void init_hazards(struct warmth *w, struct arena *arena, double room, double rate_per_s, double ttl_s)
{
    const struct popularity *classes = &w->contents->classes;
    if (room >= w->contents->keys)
        return;
    double time_s = contents_steady(w->contents, rate_per_s, ttl_s, room).time_s;
    if (isinf(time_s)) {
        rate_per_s = 1.0;
        ttl_s = INFINITY;
        time_s = contents_steady(w->contents, rate_per_s, ttl_s, room).time_s;
    }
    w->hazards = ARENA_ARRAY(arena, double, classes->count);
    for (int i = 0; i < classes->count; i++) {
        const double r = rate_per_s * classes->classes[i].share;
        w->hazards[i] = hazard_of_stay(contents_hits_of_stay(r, ttl_s, time_s) / r, ttl_s);
    }
}

static void fill_cell(struct warmth *w, struct warmth_cell *c, double share, sim_time now, uint64_t bits)
{
    c->resident = c->keys * share;
    if (w->ttl == SIM_NEVER)
        return;
    if (!c->cohorts) {
        c->expires = now + 1 + (sim_time)((double)(bits >> 12) * 0x1p-52 * (double)w->ttl);
        return;
    }
    for (int i = 0; i < WARMTH_COHORTS; i++) /* of the whole cohorts that are there */
        c->cohorts[(c->cohort + WARMTH_COHORTS + 1 - i) % (WARMTH_COHORTS + 1)] = c->resident / WARMTH_COHORTS;
}

void warmth_init(struct warmth *w, struct arena *arena, const struct contents *contents, int shards, sim_time ttl,
                 double room, double rate_per_s, bool warm, sim_time now, uint64_t (*bits)(void *context, int rank),
                 void *context)
{
    const int count = contents->classes.count;
    *w = (struct warmth){
        .contents = contents, .shard_count = shards, .wide = count - contents->hot, .ttl = ttl, .room = room / shards
    };
    const double ttl_s = ttl == SIM_NEVER ? INFINITY : (double)ttl / 1e9;
    const struct contents_steady steady = contents_steady(contents, rate_per_s, ttl_s, room);
    init_hazards(w, arena, room, rate_per_s, ttl_s);
    w->shards = ARENA_ARRAY(arena, struct warmth_shard, shards);
    w->cells = ARENA_ARRAY(arena, struct warmth_cell, contents->hot + shards * w->wide);
    for (int shard = 0; shard < shards; shard++)
        for (int class = 0; class < count; class ++) {
            int at = shard;
            struct warmth_cell *c = &w->cells[warmth_cell_of(w, class, &at)];
            if (at != shard)
                continue;
            const bool hot = class < contents->hot;
            const struct popularity_class *of = &contents->classes.classes[class];
            *c = (struct warmth_cell){
                .keys = hot ? 1.0 : of->things / shards, .scale = 1.0, .expires = SIM_NEVER, .owner = WARMTH_NOBODY
            };
            if (!hot && ttl != SIM_NEVER) {
                c->cohorts = ARENA_ARRAY(arena, double, WARMTH_COHORTS + 1);
                c->cohort = now / cohort_length(w);
            }
            if (!warm || rate_per_s <= 0.0)
                continue;
            const double hits = contents_hits_of_stay(rate_per_s * of->share, ttl_s, steady.time_s);
            fill_cell(w, c, isinf(hits) ? 1.0 : hits / (1.0 + hits), now, bits(context, class));
        }
    for (int shard = 0; shard < shards; shard++)
        recount(w, shard, now);
}
