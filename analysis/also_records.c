/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/also_records.h"

#include <inttypes.h>
#include <string.h>

#include "pricing/price_book.h"
#include "pricing/usage_file.h"

static size_t most_records(const struct also_config *also)
{
    size_t count = (size_t)also->other_count;
    for (int s = 0; s < ALSO_SERVICES; s++)
        count += (size_t)also_kinds[s].line_count;
    return count;
}

static bool add(struct also_records *out, const struct monthly_quantity *quantity, struct arena *arena, struct mark at,
                struct diag *diag)
{
    return usage_record_monthly(&out->records[out->count++], quantity, arena, at, diag);
}

static bool add_service(struct also_records *out, const struct scenario *sc, int s, struct arena *arena,
                        struct diag *diag)
{
    const struct also_kind *kind = &also_kinds[s];
    bool good = true;
    for (int i = 0; i < kind->line_count; i++) {
        const int64_t quantity = sc->also.services[s].quantity[i];
        if (quantity == 0)
            continue;
        const struct monthly_quantity from = { .service = kind->service,
                                               .region = sc->regions[0].name,
                                               .resource = kind->key,
                                               .usage_type = kind->lines[i].usage_type,
                                               .quantity = arena_printf(arena, "%" PRId64, quantity),
                                               .unit = kind->lines[i].unit,
                                               .attributes = "" };
        good = add(out, &from, arena, (struct mark){ .file = sc->path }, diag) && good;
    }
    return good;
}

/* Only the scenario's regions have a price book. */
static bool is_region(const struct scenario *sc, const char *name)
{
    for (int r = 0; r < sc->region_count; r++)
        if (strcmp(sc->regions[r].name, name) == 0)
            return true;
    return strcmp(name, PRICE_GLOBAL) == 0;
}

static bool add_other(struct also_records *out, const struct scenario *sc, const struct also_other *other,
                      struct arena *arena, struct diag *diag)
{
    const char *region = other->region[0] ? other->region : sc->regions[0].name;
    if (!is_region(sc, region)) {
        diag_error(diag, other->at, "'%s' is no region of this scenario", region);
        return diag_hint(diag, "write one of its regions, or Global");
    }
    const struct monthly_quantity from = { .service = other->service,
                                           .region = region,
                                           .resource = other->service,
                                           .usage_type = other->usage_type,
                                           .quantity = other->quantity,
                                           .unit = other->unit,
                                           .attributes = other->attributes };
    return add(out, &from, arena, other->at, diag);
}

bool also_records_make(struct also_records *out, const struct scenario *sc, struct arena *arena, struct diag *diag)
{
    *out = (struct also_records){ 0 };
    if (!sc->also.present || sc->region_count == 0)
        return true;
    out->records = ARENA_ARRAY(arena, struct usage_record, most_records(&sc->also) + 1);
    bool good = true;
    for (int s = 0; s < ALSO_SERVICES; s++)
        good = add_service(out, sc, s, arena, diag) && good;
    for (int i = 0; i < sc->also.other_count; i++)
        good = add_other(out, sc, &sc->also.other[i], arena, diag) && good;
    return good;
}

bool also_records_check(const struct scenario *sc, const struct price_book *book, const struct commitments *commitments,
                        bool allow_unpriced, struct diag *diag)
{
    const struct bill_options options = { .allow_unpriced = allow_unpriced, .commitments = commitments };
    struct arena scratch;
    struct also_records also;
    struct bill bill;
    arena_init(&scratch);
    const bool good = also_records_make(&also, sc, &scratch, diag) &&
                      bill_compute_all(&bill, book, NULL, 0, also.records, also.count,
                                       bill_period_of(sc->clock.year, sc->clock.month), &options, &scratch, diag);
    arena_fini(&scratch);
    return good;
}
