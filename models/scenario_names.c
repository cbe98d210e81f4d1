/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario_names.h"

#include <string.h>

#include "models/scenario_read.h"
#include "sim/base/text.h"

enum { LISTED_MAX = 12 };

struct entry {
    const char *kind, *name;
    void *target;
    const struct region *region; /* of a component's local name; NULL: it means the same everywhere */
    bool path;                   /* "web.browse", "us-west-2.web-fleet": listed for a text that has a dot */
    int next;                    /* of the same slot, -1: none */
};

struct scenario_names {
    struct arena *arena;
    struct entry *entries;
    int count, capacity;
    int *slots; /* hash table: first entry, -1: none */
    uint64_t slot_count;
};

/* An odd number of slots is never zero. */
static int *slot_of(const struct scenario_names *names, const char *name)
{
    return &names->slots[text_hash(name) % (names->slot_count | 1)];
}

static struct entry *add(struct scenario_names *names, const char *kind, const char *name, void *target)
{
    int *slot = slot_of(names, name);
    struct entry *entry = &names->entries[names->count];
    *entry = (struct entry){ .kind = kind, .name = name, .target = target, .next = *slot };
    *slot = names->count++;
    return entry;
}

static void add_component(struct scenario_names *names, const struct scenario *sc, struct component *c)
{
    add(names, c->type->kind, c->local, c)->region = c->region;
    if (c->region && sc->region_count > 1)
        add(names, c->type->kind, arena_printf(names->arena, "%s.%s", c->region->name, c->local), c)->path = true;
}

static int count_names(const struct scenario *sc)
{
    int count = 2 * sc->component_count + sc->service_count + sc->region_count + sc->population_count + 2;
    for (int s = 0; s < sc->service_count; s++)
        count += 2 * sc->services[s].operation_count;
    for (int r = 0; r < sc->region_count; r++)
        count += (int)ARRAY_LEN(sc->regions[r].zone_names);
    return count;
}

struct scenario_names *scenario_names_new(const struct scenario *sc, struct arena *arena)
{
    const int most = count_names(sc);
    struct scenario_names *names = ARENA_NEW(arena, struct scenario_names);
    *names = (struct scenario_names){ .arena = arena, .slot_count = 2 * (uint64_t)most + 1 };
    names->entries = ARENA_ARRAY(arena, struct entry, most);
    names->slots = ARENA_ARRAY(arena, int, names->slot_count);
    for (uint64_t i = 0; i < names->slot_count; i++)
        names->slots[i] = -1;
    for (int c = 0; c < sc->component_count; c++)
        add_component(names, sc, &sc->components[c]);
    for (int r = 0; r < sc->region_count; r++)
        add(names, "region", sc->regions[r].name, &sc->regions[r]);
    for (int p = 0; p < sc->population_count; p++)
        add(names, "population", sc->populations[p].name, &sc->populations[p]);
    for (int r = 0; r < sc->region_count; r++)
        for (size_t z = 0; z < ARRAY_LEN(sc->regions[r].zone_names); z++)
            if (sc->regions[r].zone_names[z])
                add(names, "zone", sc->regions[r].zone_names[z], &sc->regions[r]);
    for (int s = 0; s < sc->service_count; s++) {
        struct service_config *service = &sc->services[s];
        add(names, "service", service->name, service);
        for (int o = 0; o < service->operation_count; o++) {
            add(names, "operation", service->operations[o].name, &service->operations[o]);
            add(names, "operation", scenario_operation_path(&service->operations[o], arena), &service->operations[o])
                ->path = true;
        }
    }
    add(names, "all", "all", NULL);
    add(names, "static", "static", NULL);
    return names;
}

/* Is `kind` one of the alternatives "a|b|c"? */
static bool is_allowed(const char *refs, const char *kind)
{
    const size_t length = strlen(kind);
    for (const char *c = refs; *c;) {
        const size_t part = strcspn(c, "|");
        if (part == length && !memcmp(c, kind, length))
            return true;
        c += part + (c[part] == '|');
    }
    return false;
}

/* "rds", "asg, rds or service" */
static const char *kinds_text(struct arena *arena, const char *refs)
{
    const char *text = "";
    for (const char *c = refs; *c;) {
        const size_t part = strcspn(c, "|");
        text = arena_printf(arena, "%s%s%.*s", text, c == refs ? "" : c[part] ? ", " : " or ", (int)part, c);
        c += part + (c[part] == '|');
    }
    return text;
}

/* Names of the right kind, each once. Paths are listed only for a text that has a dot, bare names otherwise. */
static const char **allowed_names(const struct scenario_names *names, struct arena *arena, const char *refs,
                                  bool with_dot, size_t *count)
{
    const char **list = ARENA_ARRAY(arena, const char *, names->count);
    *count = 0;
    for (int i = 0; i < names->count; i++) {
        const struct entry *e = &names->entries[i];
        const bool operation = !strcmp(e->kind, "operation");
        const struct component *c = e->region ? e->target : NULL;
        if (is_allowed(refs, e->kind) && (with_dot ? e->path || !operation : !e->path) && (!c || c->home == c))
            list[(*count)++] = e->name;
    }
    return list;
}

static bool report_dangling(const struct scenario_names *names, struct param_reader *reader, const char *name,
                            struct mark at, const char *refs, const char *what, const char *other_kind)
{
    const char *kinds = kinds_text(reader->arena, refs);
    if (other_kind) {
        diag_error(reader->diag, at, "'%s' is of kind %s, but %s names %s", name, other_kind, what, kinds);
    }
    size_t count;
    const char **list = allowed_names(names, reader->arena, refs, strchr(name, '.') != NULL, &count);
    const char *nearest = other_kind ? NULL : text_nearest(name, list, count);
    if (nearest)
        return diag_error(reader->diag, at, "%s names '%s', which does not exist; did you mean '%s'?", what, name,
                          nearest);
    if (!other_kind)
        diag_error(reader->diag, at, "%s names '%s', which does not exist", what, name);
    if (count == 0)
        return diag_hint(reader->diag, "the scenario has no %s", kinds);
    const bool more = count > LISTED_MAX;
    return diag_hint(reader->diag, "there is %s%s", param_join(reader->arena, list, more ? LISTED_MAX : count),
                     more ? ", ..." : "");
}

/* What is near wins: one's own region, then the first one that has it. */
static int distance(const struct entry *e, const struct region *from)
{
    if (!e->region || e->region == from)
        return 0;
    const struct component *c = e->target;
    return c->home == c ? 1 : 2;
}

bool scenario_names_resolve(const struct scenario_names *names, struct param_reader *reader, const struct region *from,
                            const char *name, struct mark at, const char *refs, const char *what, void **target)
{
    const char *other_kind = NULL;
    void *only = NULL;
    int found = 0, nearest = 3;
    for (int i = *slot_of(names, name); i >= 0; i = names->entries[i].next) {
        const struct entry *e = &names->entries[i];
        if (strcmp(e->name, name) != 0)
            continue;
        if (!is_allowed(refs, e->kind)) {
            other_kind = e->kind;
            continue;
        }
        const int away = distance(e, from);
        if (away > nearest)
            continue;
        found = away < nearest ? 1 : found + 1;
        nearest = away;
        only = e->target;
    }
    if (found == 1) {
        *target = only;
        return true;
    }
    if (reader->diag->count >= reader->diag->limit)
        return diag_error(reader->diag, at, "dangling reference"); /* counted; not shown */
    if (found == 0)
        return report_dangling(names, reader, name, at, refs, what, other_kind);
    diag_error(reader->diag, at, "%s names '%s', which exists %d times", what, name, found);
    return diag_hint(reader->diag, "write service.operation, or give them different names");
}
