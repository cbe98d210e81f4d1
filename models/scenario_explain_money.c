/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario_explain_money -- what is bought beside the architecture, what an order is worth, what is committed to. */
#include <inttypes.h>
#include <string.h>

#include "models/scenario.h"
#include "sim/base/units.h"

enum { NAME_WIDTH = 15 };

static void print_service(const struct also_service *service, const struct param *row, FILE *out)
{
    bool any = false;
    fprintf(out, "  %-*s ", NAME_WIDTH, row->name);
    for (int q = 0; row->sub[q].name; q++) {
        char bytes[48];
        if (service->quantity[q] == 0)
            continue;
        fprintf(out, "%s%s ", any ? ", " : "", row->sub[q].name);
        if (row->sub[q].kind == PARAM_BYTES)
            fputs(bytes_to_text(service->quantity[q], bytes, sizeof bytes), out);
        else
            fprintf(out, "%" PRId64, service->quantity[q]);
        any = true;
    }
    fputs(any ? "\n" : "nothing\n", out);
}

static void print_other(const struct also_other *other, FILE *out)
{
    fprintf(out, "  %-*s %s, %s%s%s%s%s%s%s\n", NAME_WIDTH, other->service, other->usage_type, other->quantity,
            other->unit[0] ? " " : "", other->unit, other->attributes[0] ? ", " : "", other->attributes,
            other->region[0] ? ", " : "", other->region);
}

static void print_also(const struct scenario *sc, FILE *out)
{
    fprintf(out, "\nalso, each month in %s\n", sc->region_count > 0 ? sc->regions[0].name : "Global");
    for (int i = 0; i < ALSO_SERVICES; i++)
        if (sc->also.services[i].present)
            print_service(&sc->also.services[i], &also_params[i], out);
    for (int i = 0; i < sc->also.other_count; i++)
        print_other(&sc->also.other[i], out);
}

/* The choice that a row of the table makes of an index. */
static const char *word(const struct param *table, const char *name, int choice)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table->choices[choice];
    return "";
}

static const struct param *table_of(const char *list)
{
    for (const struct param *row = commitments_params; row->name; row++)
        if (strcmp(row->name, list) == 0)
            return row->sub;
    return NULL;
}

static void print_commitments(const struct commitments_config *c, FILE *out)
{
    const struct param *const plans = table_of("savings_plans"), *const reserved = table_of("reserved");
    fprintf(out, "\ncommitments\n");
    if (c->discount > 0)
        fprintf(out, "  %-*s %.3g%%\n", NAME_WIDTH, "discount", 100.0 * c->discount);
    for (int i = 0; i < c->plan_count; i++) {
        const struct savings_plan_config *const plan = &c->plans[i];
        fprintf(out, "  %-*s %s%s%s%s%s, $%.10g an hour, %s, paid upfront: %s\n", NAME_WIDTH, "savings plan",
                word(plans, "kind", plan->kind), plan->family[0] ? " " : "", plan->family,
                plan->region[0] ? " in " : "", plan->region, (double)plan->commit / 1e10,
                word(plans, "term", plan->term), word(plans, "payment", plan->payment));
    }
    for (int i = 0; i < c->reserved_count; i++) {
        const struct reserved_config *const r = &c->reserved[i];
        fprintf(out, "  %-*s %" PRId64 " x %s%s%s%s in %s, %s, paid upfront: %s\n", NAME_WIDTH, "reserved", r->count,
                r->instance, r->engine == ENGINE_NONE ? "" : " ",
                r->engine == ENGINE_NONE ? "" : word(reserved, "engine", r->engine), r->multi_az ? " Multi-AZ" : "",
                r->zone[0] ? r->zone : r->region, word(reserved, "term", r->term),
                word(reserved, "payment", r->payment));
    }
}

void scenario_explain_money(const struct scenario *sc, FILE *out)
{
    if (sc->also.present)
        print_also(sc, out);
    if (sc->business.present)
        fprintf(out, "\nbusiness\n  a success of %s is worth $%.10g, margin %.3g%%; %.3g%% of failed ones are lost\n",
                sc->business.operation_name, (double)sc->business.value / 1e10, 100.0 * sc->business.margin,
                100.0 * sc->business.lost_if_failed);
    if (sc->commitments.present)
        print_commitments(&sc->commitments, out);
}
