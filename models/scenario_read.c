/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario_read.h"

#include <string.h>

#include "models/catalogue/catalogue.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

/* Limits of what is simulated: numbers of things travel in small fields of a frame. models/world.h */
enum { COMPONENTS_MAX = 500 };

/* ---- components ---- */

static int find_kind(const char *name)
{
    for (int k = 0; k < KIND_COUNT; k++)
        if (!strcmp(component_types[k]->kind, name))
            return k;
    return -1;
}

static bool unknown_kind(struct param_reader *reader, struct mark at, const char *found, const char *name)
{
    const char *kinds[KIND_COUNT];
    for (int k = 0; k < KIND_COUNT; k++)
        kinds[k] = component_types[k]->kind;
    const char *nearest = text_nearest(found, kinds, KIND_COUNT);
    if (nearest)
        return diag_error(reader->diag, at, "unknown kind '%s' of component '%s'; did you mean '%s'?", found, name,
                          nearest);
    diag_error(reader->diag, at, "unknown kind '%s' of component '%s'", found, name);
    return diag_hint(reader->diag, "a kind is one of %s", param_join(reader->arena, kinds, KIND_COUNT));
}

/* The kind is written, or the name is one. -1: reported. */
static int kind_of(struct param_reader *reader, const struct node *key, const struct node *node)
{
    const struct node *kind = node->kind == NODE_MAPPING ? yaml_get(node, "kind") : NULL;
    if (kind && kind->kind == NODE_SCALAR) {
        const int found = find_kind(kind->text);
        if (found < 0)
            unknown_kind(reader, kind->at, kind->text, key->text);
        return found;
    }
    const int named = find_kind(key->text);
    if (named >= 0)
        return named;
    const char *nearest = NULL, *kinds[KIND_COUNT];
    for (int k = 0; k < KIND_COUNT; k++)
        kinds[k] = component_types[k]->kind;
    nearest = text_nearest(key->text, kinds, KIND_COUNT);
    diag_error(reader->diag, key->at, "'kind' is missing in component '%s'", key->text);
    if (nearest)
        diag_hint(reader->diag, "did you mean '%s'? Then the name is the kind", nearest);
    else
        diag_hint(reader->diag, "write {kind: ...}, one of %s", param_join(reader->arena, kinds, KIND_COUNT));
    return -1;
}

static bool check_place(struct param_reader *reader, const struct node *key, const struct component_type *type,
                        const struct region *region)
{
    if (type->global == !region)
        return true;
    diag_error(reader->diag, key->at, "%s '%s' is %s", type->kind, key->text,
               type->global ? "global: it belongs under 'edge', not in a region" : "in a region, not under 'edge'");
    return false;
}

/* In a region, and between the regions and the edge: another region may have another of that name. */
static bool check_unique(struct param_reader *reader, const struct scenario *sc, const struct node *key,
                         const struct region *region)
{
    for (int i = 0; i < sc->component_count; i++) {
        const struct component *other = &sc->components[i];
        if (strcmp(other->local, key->text) != 0 || (region && other->region && other->region != region))
            continue;
        diag_error(reader->diag, key->at, "there is another component '%s'", key->text);
        return diag_hint(reader->diag, "the first is in line %d; names are unique in a region", other->at.line);
    }
    return true;
}

/* The first of that local name and kind. */
static const struct component *home_of(const struct scenario *sc, const struct component *c)
{
    for (int i = 0; i < sc->component_count; i++)
        if (sc->components[i].kind == c->kind && !strcmp(sc->components[i].local, c->local))
            return &sc->components[i];
    return c;
}

const struct type_key scenario_type_keys[] = {
    { KIND_ASG, "instance", "instance", "an instance type" },
    { KIND_RDS, "instance", "db", "a DB instance class" },
    { KIND_ELASTICACHE, "node", "cache", "a cache node type" },
    { .key = NULL },
};

static bool check_type_names(struct param_reader *reader, int kind, const struct node *node)
{
    bool ok = true;
    for (const struct type_key *t = scenario_type_keys; t->key; t++) {
        const struct node *value = t->kind == kind ? yaml_get(node, t->key) : NULL;
        if (!value || value->kind != NODE_SCALAR || catalogue_find(t->table, value->text))
            continue; /* absent or not a text: the table reports it */
        const char *nearest = catalogue_nearest(t->table, value->text);
        ok = diag_error(reader->diag, value->at,
                        nearest ? "'%s' is not %s of the catalogue; did you mean '%s'?"
                                : "'%s' is not %s of the catalogue",
                        value->text, t->what, nearest);
    }
    return ok;
}

static bool read_component(struct scenario *sc, struct param_reader *reader, struct region *region,
                           const struct node *key, const struct node *node)
{
    const bool empty = node->kind == NODE_SCALAR && node->plain && !node->text[0];
    if (node->kind != NODE_MAPPING && !empty) {
        diag_error(reader->diag, node->at, "component '%s' is a mapping such as {kind: asg, ...}", key->text);
        return false;
    }
    const bool unique = check_unique(reader, sc, key, region) &&
                        (param_is_name(key->text) || param_not_a_name(reader, key));
    const int kind = kind_of(reader, key, node);
    if (kind < 0)
        return false;
    const struct component_type *type = component_types[kind];
    const bool placed = check_place(reader, key, type, region);
    struct component *c = &sc->components[sc->component_count];
    *c = (struct component){ .local = key->text, .type = type, .kind = kind, .region = region, .at = key->at };
    c->name = region && region != sc->regions ? arena_printf(reader->arena, "%s.%s", region->name, key->text)
                                              : key->text;
    c->home = home_of(sc, c);
    c->config = arena_alloc(reader->arena, 1, type->config_size);
    struct node nothing = { .kind = NODE_MAPPING, .text = "", .at = key->at };
    const char *what = arena_printf(reader->arena, "%s '%s'", type->kind, c->name);
    const bool types_ok = check_type_names(reader, kind, empty ? &nothing : node);
    reader->from = region;
    c->readable = param_read(reader, type->params, empty ? &nothing : node, what, c->config) && types_ok;
    reader->from = NULL;
    sc->component_count++; /* only now: it does not find itself */
    return unique && placed && c->readable;
}

/* ---- regions ---- */

static const struct param *region_row(const char *key)
{
    for (const struct param *row = region_params; row->name; row++)
        if (!strcmp(row->name, key))
            return row;
    return NULL;
}

static bool check_region_name(struct param_reader *reader, const struct node *key)
{
    if (catalogue_is_region(key->text))
        return true;
    const char *nearest = catalogue_nearest("region", key->text);
    if (nearest)
        return diag_error(reader->diag, key->at, "unknown region '%s'; did you mean '%s'?", key->text, nearest);
    diag_error(reader->diag, key->at, "unknown region '%s'", key->text);
    return diag_hint(reader->diag, "write a region's code: us-east-1, eu-central-1");
}

/* `zone: 3` beside `zones` is a misspelt key, not a component. */
static bool read_region_key(struct scenario *sc, struct param_reader *reader, struct region *region,
                            const struct node *key, const struct node *node)
{
    const char *names[8];
    size_t count = 0;
    for (const struct param *row = region_params; row->name; row++)
        names[count++] = row->name;
    const char *nearest = node->kind == NODE_SCALAR && node->text[0] ? text_nearest(key->text, names, count) : NULL;
    if (nearest)
        return diag_error(reader->diag, key->at, "unknown key '%s' in region '%s'; did you mean '%s'?", key->text,
                          region->name, nearest);
    return read_component(sc, reader, region, key, node);
}

static bool read_region(struct scenario *sc, struct param_reader *reader, struct region *region, const struct node *key,
                        const struct node *node)
{
    *region = (struct region){ .name = key->text, .at = key->at, .like = "" };
    bool ok = check_region_name(reader, key);
    if (node->kind != NODE_MAPPING) {
        region->zones = 1;
        region->zone_names[0] = arena_printf(reader->arena, "%sa", region->name);
        return diag_error(reader->diag, node->at, "region '%s' is a mapping of components", key->text);
    }
    for (int i = 0; i < node->count; i++)
        node->used[i] = !region_row(node->keys[i]->text); /* the table leaves the components alone */
    ok = param_read(reader, region_params, node, arena_printf(reader->arena, "region '%s'", key->text), region) && ok;
    const int64_t most = (int64_t)ARRAY_LEN(region->zone_names);
    if (region->zones < 1 || region->zones > most) /* reported; the components are checked all the same */
        region->zones = region->zones < 1 ? 1 : most;
    for (int z = 0; z < region->zones; z++)
        region->zone_names[z] = arena_printf(reader->arena, "%s%c", region->name, 'a' + z);
    for (int i = 0; i < node->count; i++)
        if (!region_row(node->keys[i]->text))
            ok = read_region_key(sc, reader, region, node->keys[i], node->items[i]) && ok;
    return ok;
}

static int count_children(const struct node *node, int levels)
{
    if (!node || node->kind != NODE_MAPPING)
        return 0;
    int count = levels == 1 ? node->count : 0;
    for (int i = 0; levels > 1 && i < node->count; i++)
        count += count_children(node->items[i], levels - 1);
    return count;
}

static bool read_edge(struct scenario *sc, struct param_reader *reader)
{
    const struct node *edge = sc->edge_node;
    if (!edge)
        return true;
    if (edge->kind != NODE_MAPPING)
        return diag_error(reader->diag, edge->at, "'edge' is a mapping of global components");
    bool ok = true;
    for (int i = 0; i < edge->count; i++)
        ok = read_component(sc, reader, NULL, edge->keys[i], edge->items[i]) && ok;
    return ok;
}

static bool read_regions(struct scenario *sc, struct param_reader *reader)
{
    const struct node *regions = sc->regions_node;
    if (!regions)
        return false; /* reported: the key is required */
    if (regions->kind != NODE_MAPPING || regions->count == 0)
        return diag_error(reader->diag, regions->at, "'regions' is a mapping with at least one region");
    if (regions->count > SCENARIO_REGIONS_MAX)
        return diag_error(reader->diag, regions->at, "more than %d regions", SCENARIO_REGIONS_MAX);
    sc->regions = ARENA_ARRAY(reader->arena, struct region, regions->count);
    sc->region_count = regions->count;
    bool ok = true;
    for (int i = 0; i < regions->count; i++)
        ok = read_region(sc, reader, &sc->regions[i], regions->keys[i], regions->items[i]) && ok;
    return ok;
}

static bool read_components(struct scenario *sc, struct param_reader *reader)
{
    const struct node *regions = sc->regions_node;
    const bool filled = !regions || regions->kind != NODE_MAPPING || scenario_fill_regions(regions, reader);
    const int most = count_children(sc->edge_node, 1) + count_children(sc->regions_node, 2);
    if (most > COMPONENTS_MAX)
        return diag_error(reader->diag, sc->regions_node ? sc->regions_node->at : (struct mark){ 0 },
                          "more than %d components", COMPONENTS_MAX);
    sc->components = ARENA_ARRAY(reader->arena, struct component, most);
    const bool edge_ok = read_edge(sc, reader);
    return read_regions(sc, reader) && edge_ok && filled;
}

static void index_by_kind(struct scenario *sc, struct arena *arena)
{
    for (int k = 0; k < KIND_COUNT; k++)
        sc->by_kind[k] = ARENA_ARRAY(arena, struct component *, sc->component_count);
    for (int i = 0; i < sc->component_count; i++) {
        struct component *c = &sc->components[i];
        c->index = sc->by_kind_count[c->kind]++;
        sc->by_kind[c->kind][c->index] = c;
    }
}

/* ---- objectives ---- */

const struct objective_form scenario_objective_forms[] = {
    [OBJECTIVE_AVAILABILITY] = { "availability", availability_params },
    [OBJECTIVE_LATENCY] = { "latency", latency_params },
    [OBJECTIVE_MONTHLY_COST] = { "monthly_cost", monthly_cost_params },
    { .key = NULL },
};

static bool unknown_objective(struct param_reader *reader, const struct node *node)
{
    const char *keys[ARRAY_LEN(scenario_objective_forms)];
    size_t count = 0;
    for (const struct objective_form *f = scenario_objective_forms; f->key; f++)
        keys[count++] = f->key;
    for (int i = 0; node->kind == NODE_MAPPING && i < node->count; i++) {
        const char *nearest = text_nearest(node->keys[i]->text, keys, count);
        if (nearest)
            return diag_error(reader->diag, node->keys[i]->at, "unknown key '%s' in an objective; did you mean '%s'?",
                              node->keys[i]->text, nearest);
    }
    diag_error(reader->diag, node->at, "an objective is about availability, latency or monthly_cost");
    return diag_hint(reader->diag, "write {availability: checkout, at_least: 99.8%%}");
}

static bool read_objective(struct param_reader *reader, const struct node *node, struct objective *out)
{
    out->at = node->at;
    for (const struct objective_form *f = scenario_objective_forms; node->kind == NODE_MAPPING && f->key; f++) {
        if (!yaml_get(node, f->key))
            continue;
        out->kind = (int)(f - scenario_objective_forms);
        return param_read(reader, f->table, node, arena_printf(reader->arena, "the %s objective", f->key), out);
    }
    return unknown_objective(reader, node);
}

static bool read_objectives(struct scenario *sc, struct param_reader *reader)
{
    enum { OBJECTIVES_MAX = 1000 };
    const struct node *list = sc->objectives_node;
    if (!list)
        return true;
    const int count = list->kind == NODE_SEQUENCE ? list->count : 1;
    if (count > OBJECTIVES_MAX)
        return diag_error(reader->diag, list->at, "more than %d objectives", OBJECTIVES_MAX);
    sc->objectives = ARENA_ARRAY(reader->arena, struct objective, count);
    sc->objective_count = count;
    bool ok = true;
    for (int i = 0; i < count; i++)
        ok = read_objective(reader, list->kind == NODE_SEQUENCE ? list->items[i] : list, &sc->objectives[i]) && ok;
    return ok;
}

/* ---- replications ---- */

/* As the command line refuses it: latencies are recorded in bins 0.8 % wide, nothing finer than half of one shows. */
static bool check_precision(const struct scenario *sc, const struct node *root, struct diag *diag)
{
    static const double FINEST = 0.005;
    if (sc->precision < FINEST) {
        diag_error(diag, yaml_get(root, "precision")->at,
                   "precision %.3g%% is finer than the 0.5%% that a run can reach", sc->precision * 100);
        return diag_hint(diag, "a share from 0.5%% to 50%%, such as 5%%");
    }
    const struct node *replications = yaml_get(root, "replications");
    if (!replications)
        return true;
    diag_error(diag, replications->at,
               "'replications' says how many, 'precision' leaves it to the run: give one of them");
    return diag_hint(diag, "remove replications; --replications and --precision replace what the file says");
}

static bool read_replications(struct scenario *sc, const struct node *root, struct diag *diag)
{
    if (sc->precision > 0)
        return check_precision(sc, root, diag);
    const struct node *most = yaml_get(root, "max_replications");
    if (most)
        sc->idle_maximum = most->at;
    return true;
}

/* ---- traces ---- */

static struct mark mark_of_trace(const struct node *root, const struct population *p)
{
    const struct node *node = root;
    const char *const path[] = { "traffic", p->name, "rate", "trace" };
    for (size_t i = 0; node && i < ARRAY_LEN(path); i++)
        node = node->kind == NODE_MAPPING ? yaml_get(node, path[i]) : NULL;
    return node ? node->at : p->at;
}

/* Until the clock ends, or the trace does: a run of silence at the end would pass for a quiet evening. */
static bool check_trace_length(const struct scenario *sc, const struct trace *trace, struct mark at, struct diag *diag)
{
    char clock[32], covered[32];
    if (sc->clock.length <= trace->length)
        return true;
    duration_to_text(sc->clock.length, clock, sizeof clock);
    duration_to_text(trace->length, covered, sizeof covered);
    diag_error(diag, at, "the clock runs for %s, but the trace '%s' ends after %s", clock, trace->name, covered);
    return diag_hint(diag, "write length: %s in the clock", covered);
}

static bool read_trace(struct scenario *sc, struct param_reader *reader, struct population *p, struct mark at,
                       uint32_t bins_max)
{
    struct trace *trace = ARENA_NEW(reader->arena, struct trace);
    if (!trace_load(trace, p->rate.trace_name, at, param_folder(reader, at), bins_max, reader->arena, reader->diag))
        return false;
    p->rate.trace = trace;
    if (p->rate.scale * trace->peak_per_s > TRACE_RATE_MAX_PER_S)
        return diag_error(reader->diag, at, "'%s' times %g has more than 1e9 requests per second", trace->name,
                          p->rate.scale);
    const double length_s = (double)sc->clock.length / (double)SIM_SECOND;
    if (length_s > 0)
        p->rate.mean = p->rate.scale * trace_requests_until(trace, sc->clock.length) / length_s;
    return check_trace_length(sc, trace, at, reader->diag);
}

/* All traces of a scenario together have as many bins at most as one may have. */
static bool read_traces(struct scenario *sc, const struct node *root, struct param_reader *reader)
{
    uint32_t bins = 0;
    bool ok = true;
    for (int i = 0; i < sc->population_count; i++) {
        struct population *p = &sc->populations[i];
        if (!p->rate.trace_name || !p->rate.trace_name[0])
            continue;
        ok = read_trace(sc, reader, p, mark_of_trace(root, p), TRACE_BINS_MAX - bins) && ok;
        bins += p->rate.trace ? p->rate.trace->count : 0;
    }
    return ok;
}

/* ---- the whole ---- */

/* An operation written as a bare time: of an external service it passes, nobody computes. */
static bool mark_external(struct param_reader *reader, const struct service_config *service)
{
    bool ok = true;
    for (int o = 0; o < service->operation_count; o++) {
        struct operation_config *operation = &service->operations[o];
        if (operation->step_count == 1 && operation->steps[0].shorthand) {
            operation->steps[0].variant = STEP_WAIT; /* struct step_wait has the layout of struct step_cpu */
            operation->steps[0].key = "wait";
        }
        if (operation->step_count == 1 && operation->steps[0].variant == STEP_WAIT)
            continue;
        if (operation->step_count == 0 && reader->diag->errors > 0)
            continue; /* what could not be read has been reported */
        diag_error(reader->diag, operation->at, "operation '%s' of external service '%s' is one time, not steps",
                   operation->name, service->name);
        ok = diag_hint(reader->diag, "write %s: lognormal(mean=180ms cv=0.6)", operation->name);
    }
    return ok;
}
_Static_assert(sizeof(struct step_wait) == sizeof(struct step_cpu), "a bare time is read as cpu and kept as wait");

static bool read_services(struct scenario *sc, struct param_reader *reader)
{
    bool ok = true;
    for (int s = 0; s < sc->service_count; s++) {
        struct service_config *service = &sc->services[s];
        service->index = s;
        for (int o = 0; o < service->operation_count; o++)
            service->operations[o].service = service;
        if (service->external)
            ok = mark_external(reader, service) && ok;
    }
    return ok;
}

bool scenario_read(struct scenario *sc, const struct node *root, struct param_reader *reader)
{
    if (root->kind != NODE_MAPPING)
        return diag_error(reader->diag, root->at, "a scenario is a mapping that begins with 'headroom: 1'");
    bool ok = param_read(reader, scenario_params, root, PARAM_TOP, sc);
    ok = ok && read_replications(sc, root, reader->diag);
    ok = read_traces(sc, root, reader) && ok;
    ok = read_services(sc, reader) && ok;
    ok = read_components(sc, reader) && ok;
    index_by_kind(sc, reader->arena);
    ok = read_objectives(sc, reader) && ok;
    for (int p = 0; p < sc->population_count; p++)
        sc->populations[p].index = p;
    if (sc->population_count > SCENARIO_POPULATIONS_MAX)
        ok = diag_error(reader->diag, sc->populations[SCENARIO_POPULATIONS_MAX].at, "more than %d populations",
                        SCENARIO_POPULATIONS_MAX);
    return ok;
}
