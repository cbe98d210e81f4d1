/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_regions -- several regions: one written like another, and what a name means in each.
 *
 *   us-west-2: {like: us-east-1, web-fleet: {size: {desired: 2}}}
 *
 * is the first region's components with that size laid over, key by key; an empty value takes a component away. What
 * stands in zone us-east-1b there stands in us-west-2b here.
 */
#include <string.h>

#include "models/alb.h"
#include "models/cloudfront.h"
#include "models/route53.h"
#include "models/scenario_read.h"
#include "sim/base/text.h"

/* ---- templates ---- */

static const struct node *key_of(const struct node *mapping, const char *key)
{
    for (int i = 0; mapping->kind == NODE_MAPPING && i < mapping->count; i++)
        if (!strcmp(mapping->keys[i]->text, key))
            return mapping->items[i];
    return NULL;
}

/* The zones of a copied component: the same letters of another region. */
static void move_zones(struct node *node, const char *from, const char *to, struct arena *arena)
{
    const size_t length = strlen(from);
    for (int i = 0; i < node->count; i++) {
        struct node *item = node->items[i];
        const bool zone = node->kind == NODE_MAPPING && !strcmp(node->keys[i]->text, "zone") &&
                          item->kind == NODE_SCALAR;
        if (zone && !strncmp(item->text, from, length) && strlen(item->text) == length + 1)
            item->text = arena_printf(arena, "%s%s", to, item->text + length);
        move_zones(item, from, to, arena);
    }
}

static bool unknown_template(const struct node *regions, int region, const struct node *like,
                             struct param_reader *reader)
{
    diag_error(reader->diag, like->at, "region '%s' is like '%s', which is not written before it",
               regions->keys[region]->text, like->text);
    if (region == 0)
        return diag_hint(reader->diag, "the first region is written out");
    return diag_hint(reader->diag, "write like: %s", regions->keys[0]->text);
}

static bool fill_in(const struct node *regions, int region, struct param_reader *reader)
{
    struct node *written = regions->items[region];
    const struct node *like = key_of(written, "like");
    if (!like || like->kind != NODE_SCALAR || !like->text[0])
        return true; /* the region's table looks at what is no text */
    for (int i = 0; i < region; i++) {
        if (strcmp(regions->keys[i]->text, like->text) != 0 || regions->items[i]->kind != NODE_MAPPING)
            continue;
        struct node *base = yaml_copy(regions->items[i], reader->arena);
        move_zones(base, regions->keys[i]->text, regions->keys[region]->text, reader->arena);
        struct node *whole = yaml_overlay(base, written, reader->arena, reader->diag);
        regions->items[region] = whole ? whole : written;
        return whole != NULL;
    }
    return unknown_template(regions, region, like, reader);
}

bool scenario_fill_regions(const struct node *regions, struct param_reader *reader)
{
    bool ok = true;
    for (int i = 0; i < regions->count; i++)
        ok = fill_in(regions, i, reader) && ok;
    return ok;
}

/* ---- what a name means where ---- */

static const struct component *first_record(const struct component *name)
{
    const struct route53_config *config = name->config;
    return config->record_count > 0 ? config->records[0].to.target : NULL;
}

const struct component *scenario_front(const struct scenario *sc)
{
    if (sc->by_kind_count[KIND_CLOUDFRONT] > 0) {
        const struct cloudfront_config *config = sc->by_kind[KIND_CLOUDFRONT][0]->config;
        const struct component *origin = config->origins.dynamic.target;
        return origin && origin->kind == KIND_ROUTE53 ? first_record(origin) : origin;
    }
    const struct component *named = sc->by_kind_count[KIND_ROUTE53] > 0 ? first_record(sc->by_kind[KIND_ROUTE53][0])
                                                                        : NULL;
    if (named || sc->by_kind_count[KIND_ALB] == 0)
        return named;
    const struct component *front = NULL;
    for (int a = 0; a < sc->by_kind_count[KIND_ALB]; a++) {
        const struct component *alb = sc->by_kind[KIND_ALB][a];
        if (((const struct alb_config *)alb->config)->scheme == ALB_INTERNAL)
            continue;
        if (front && alb->home != front) /* one in each region, of the same name: the first is asked */
            return NULL;
        front = front ? front : alb;
    }
    return front;
}

const struct component *scenario_in_region(const struct scenario *sc, const struct component *c,
                                           const struct region *region)
{
    if (c->region == region)
        return c;
    for (int i = 0; i < sc->component_count; i++)
        if (sc->components[i].home == c->home && sc->components[i].region == region)
            return &sc->components[i];
    return NULL;
}

const struct component *scenario_seen_from(const struct scenario *sc, const struct component *home,
                                           const struct region *region)
{
    const struct component *there = scenario_in_region(sc, home, region);
    return there ? there : home;
}

bool scenario_lives_in(const struct scenario *sc, const struct service_config *service, const struct region *region)
{
    return service->runs_on.target && scenario_in_region(sc, service->runs_on.target, region);
}

const struct service_config *scenario_service_on(const struct scenario *sc, const struct component *fleet)
{
    for (int s = 0; s < sc->service_count; s++)
        if (sc->services[s].runs_on.target && sc->services[s].runs_on.target == fleet->home)
            return &sc->services[s];
    return NULL;
}
