/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * objects -- the static objects of the pages, requested in bulk and exactly distributed.
 *
 * Of n objects that the pages of a window refer to, those that no browser has kept are binomial, and so are the CDN's
 * hits among them; their latencies are a multinomial over the histogram's bins, drawn once an hour as conditional
 * binomials. A delay of independent parts is tabulated by convolution when the run begins.
 */
#include "models/client.h"

#include <math.h>

#include "sim/base/text.h"
#include "sim/binomial.h"
#include "sim/draw_rng.h"

enum { CONVOLUTION_POINTS = 1024 };

/* ---- delays in bulk ---- */

static void quantiles_of(const struct dist *d, double *out)
{
    for (int i = 0; i < CONVOLUTION_POINTS; i++)
        out[i] = dist_quantile_ns(d, ((double)i + 0.5) / CONVOLUTION_POINTS);
}

static struct delay_law law_of_sum(struct arena *arena, const double *x, const double *y)
{
    struct delay_law law = { .probability = ARENA_ARRAY(arena, double, HISTOGRAM_BINS), .first = HISTOGRAM_BINS };
    const double each = 1.0 / CONVOLUTION_POINTS / CONVOLUTION_POINTS;
    for (int i = 0; i < CONVOLUTION_POINTS; i++)
        for (int j = 0; j < CONVOLUTION_POINTS; j++)
            law.probability[histogram_bin((sim_time)(x[i] + y[j]))] += each;
    for (uint32_t b = 0; b < HISTOGRAM_BINS; b++) {
        if (law.probability[b] > 0 && b < law.first)
            law.first = b;
        if (law.probability[b] > 0)
            law.last = b;
    }
    return law;
}

static void quantiles_of_law(const struct delay_law *law, double *out)
{
    uint32_t bin = law->first;
    double below = 0;
    for (int i = 0; i < CONVOLUTION_POINTS; i++) {
        const double p = ((double)i + 0.5) / CONVOLUTION_POINTS;
        while (bin < law->last && below + law->probability[bin] < p)
            below += law->probability[bin++];
        out[i] = histogram_bin_mid_ns(bin);
    }
}

/* n delays at once: a multinomial over the bins, drawn as conditional binomials. */
static void record_delays(struct histogram *h, const struct delay_law *law, uint64_t n, gsl_rng *rng)
{
    double left = 1.0;
    for (uint32_t b = law->first; b <= law->last && n > 0; b++) {
        const double p = law->probability[b];
        if (p <= 0)
            continue;
        const uint64_t here = b == law->last || p >= left ? n : binomial_quantile(n, p / left, gsl_rng_uniform(rng));
        if (here)
            histogram_record_many(h, (sim_time)histogram_bin_mid_ns(b), here);
        n -= here;
        left -= p;
    }
}

void objects_init(struct world *w, struct population_state *p)
{
    double *x = ARENA_ARRAY(w->arena, double, CONVOLUTION_POINTS),
           *y = ARENA_ARRAY(w->arena, double, CONVOLUTION_POINTS);
    double *near = ARENA_ARRAY(w->arena, double, CONVOLUTION_POINTS),
           *far = ARENA_ARRAY(w->arena, double, CONVOLUTION_POINTS);
    quantiles_of(&p->config->rtt, x);
    quantiles_of(&w->cloudfront->hit_time, y);
    p->hit = law_of_sum(w->arena, x, y);
    quantiles_of_law(&p->hit, near);
    if (w->cloudfront->objects) {
        quantiles_of(&w->cloudfront->regional_rtt, x);
        p->regional = law_of_sum(w->arena, near, x);
    }
    if (!w->s3)
        return;
    quantiles_of(&w->cloudfront->origin_rtt, x);
    quantiles_of(&w->s3->first_byte, y);
    const struct delay_law behind = law_of_sum(w->arena, x, y);
    quantiles_of_law(&behind, far);
    p->miss = law_of_sum(w->arena, near, far);
}

/* ---- what the CDN's caches hold ---- */

void edge_init(struct world *w)
{
    const struct cloudfront_config *config = w->cloudfront;
    w->edge_cold_since = SIM_NEVER;
    if (!config || config->objects == 0)
        return;
    const double headline = scenario_mean_rate(w->sc, &w->sc->populations[0], w->arena);
    const double busyness = w->day_type < 0 || headline <= 0.0 ? 1.0 : w->sc->day_types[w->day_type].mean / headline;
    const struct edge_rules rules = cloudfront_rules(config);
    w->edge = ARENA_NEW(w->arena, struct edge_cache);
    edge_cache_init(w->edge, w->arena, &rules, config->objects_per_s * busyness);
}

void edge_columns(struct world *w)
{
    if (!w->edge)
        return;
    w->edge_column = recorder_column(&w->recorder, w->cloudfront_component->name, "hit_ratio", "share", SERIES_OTHER);
    recorder_column(&w->recorder, w->cloudfront_component->name, "origin_fetches", "/s", SERIES_OTHER);
}

static sim_time hears_after(void *context, int place)
{
    struct world *w = context;
    const uint64_t subject = (uint64_t)w->now << 10 | (uint64_t)place;
    const struct draw_block d = draw_at(w->key, subject, draw_place("cloudfront/invalidation"), 0);
    return dist_sample(&w->cloudfront->invalidation, draw_unit(d.a));
}

void edge_invalidate(struct world *w)
{
    if (!w->edge)
        return;
    edge_cache_invalidate(w->edge, w->now, hears_after, w);
    w->edge_cold_since = w->now;
}

/* Assumed: nobody would call it cold above so much of the long run's hit ratio. */
static const double WARM_AGAIN = 0.98;

static void edge_window(struct world *w)
{
    const double seconds = (double)w->sc->window / 1e9;
    double objects = 0;
    for (int i = 0; i < w->sc->population_count; i++) {
        const struct population_state *p = &w->populations[i];
        objects += (double)p->pages * (double)p->config->page.objects * (1.0 - p->config->page.browser_cache);
    }
    edge_cache_window(w->edge, w->now, objects / seconds, seconds);
    recorder_value(&w->recorder, w->edge_column, objects > 0 ? w->edge->hit_ratio : NAN);
    recorder_value(&w->recorder, w->edge_column + 1, w->edge->origin_per_s);
    /* All have heard of it after a while; the first window after it is no sign yet. */
    if (w->edge_cold_since > w->now - 5 * SIM_MINUTE || w->edge->hit_ratio < WARM_AGAIN * w->cloudfront->hit_ratio)
        return;
    w->edge_cold_since = SIM_NEVER;
    fault_note(w, w->cloudfront_component->name, "warm again: hits as often as before", false);
}

/* ---- static objects, in bulk ---- */

static void end_hour(struct world *w, struct population_state *p, gsl_rng *rng)
{
    struct operation_result *result = &w->recorder.operations[w->recorder.operation_count - 1];
    record_delays(&result->latency, &p->hit, p->hour_hits, rng);
    if (p->hour_misses)
        record_delays(&result->latency, &p->miss, p->hour_misses, rng);
    if (p->hour_regional)
        record_delays(&result->latency, &p->regional, p->hour_regional, rng);
    p->hour_hits = p->hour_regional = p->hour_misses = 0;
}

/* Requests and bytes by price geography: a multinomial of the window's counts. */
static void split_by_geography(struct world *w, struct population_state *p, gsl_rng *rng)
{
    const struct population *config = p->config;
    uint64_t requests = p->hour_requests;
    const double bytes_per_request = requests ? (double)p->hour_bytes / (double)requests : 0;
    int64_t bytes = p->hour_bytes, uploads = p->hour_uploads;
    double left = 1.0;
    for (int g = 0; g < config->from_count && w->cloudfront; g++) {
        const bool last = g == config->from_count - 1;
        const double share = config->from[g].share / left;
        const uint64_t here = last ? requests : binomial_quantile(requests, share, gsl_rng_uniform(rng));
        const int64_t bytes_here = last ? bytes : (int64_t)((double)here * bytes_per_request);
        meter_add(&w->meters, p->geo[g].requests, (int64_t)here);
        const int64_t uploads_here = last || !requests ? uploads : (int64_t)((int128)uploads * here / requests);
        meter_add(&w->meters, p->geo[g].bytes, bytes_here);
        meter_add(&w->meters, p->geo[g].uploads, uploads_here);
        requests -= here;
        bytes -= bytes_here;
        uploads -= uploads_here;
        left -= config->from[g].share;
    }
    p->hour_requests = 0;
    p->hour_bytes = p->hour_uploads = 0;
}

static void request_objects(struct world *w, struct population_state *p, gsl_rng *rng)
{
    const struct population *config = p->config;
    const uint64_t referenced = p->pages * (uint64_t)config->page.objects;
    p->pages = 0;
    if (!referenced || !w->cloudfront)
        return;
    const uint64_t objects = binomial_quantile(referenced, 1.0 - config->page.browser_cache, gsl_rng_uniform(rng));
    const double hit_ratio = w->edge ? w->edge->hit_ratio : w->cloudfront->hit_ratio;
    const uint64_t hits = binomial_quantile(objects, hit_ratio, gsl_rng_uniform(rng));
    const int64_t object_bytes = config->page.bytes / config->page.objects;
    const uint64_t regional = w->edge ? binomial_quantile(objects - hits, w->edge->regional, gsl_rng_uniform(rng)) : 0;
    const uint64_t misses = objects - hits - regional;

    struct operation_result *result = &w->recorder.operations[w->recorder.operation_count - 1];
    result->begun += objects;
    result->attempts += objects;
    result->outcomes[OUTCOME_OK] += objects;
    w->recorder.window_static += objects;
    p->hour_hits += hits;
    p->hour_regional += regional;
    p->hour_misses += misses;
    p->hour_requests += objects;
    p->hour_bytes += (int64_t)objects * object_bytes;
    /* HTTP/2 and keep-alive: static objects come over the page's connection. */
    w->window_misses += misses;
    if (w->s3) {
        const struct component *bucket = w->s3_component;
        meter_add(&w->meters,
                  meter_get(&w->meters, (struct usage_key){ .service = "AmazonS3",
                                                            .usage_type = "Requests-Tier2",
                                                            .operation = "",
                                                            .resource = bucket->name,
                                                            .region = bucket->region->name,
                                                            .zone = "",
                                                            .to_zone = "",
                                                            .tier = "storage",
                                                            .unit = USAGE_COUNT }),
                  (int64_t)misses);
        meter_add(&w->meters, p->origin_bytes, (int64_t)misses * object_bytes);
    }
    fingerprint_add(&w->fingerprint, text_hash("static"), w->now, objects << 32 ^ hits);
}

uint64_t clients_static_window(struct world *w)
{
    uint64_t requests = 0;
    if (w->edge)
        edge_window(w);
    for (int i = 0; i < w->sc->population_count; i++) {
        struct population_state *p = &w->populations[i];
        struct draw_rng rng;
        if (p->sessions)
            session_window(w, p);
        draw_rng_init(&rng, w->key, (uint64_t)w->now, p->place_static);
        request_objects(w, p, &rng.rng);
        requests += p->hour_requests;
        split_by_geography(w, p, &rng.rng);
        const sim_time into_hour = (w->now - w->start) % SIM_HOUR;
        if (into_hour == 0 || w->now >= w->end)
            end_hour(w, p, &rng.rng);
    }
    return requests;
}
