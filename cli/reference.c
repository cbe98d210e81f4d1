/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference -- the manual of the parameters, printed from the tables that read them. */
#include <string.h>

#include "cli/cli.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"

static void list_topics(FILE *out)
{
    fprintf(out, "parts of a scenario:\n");
    for (const struct reference_topic *t = reference_topics; t->name; t++)
        fprintf(out, "  %-14s %s\n", t->name, t->doc);
    fprintf(out, "\ncomponents:\n");
    for (int k = 0; k < KIND_COUNT; k++)
        fprintf(out, "  %-14s %s%s\n", component_types[k]->kind, component_types[k]->title,
                component_types[k]->global ? " (under edge)" : "");
    fprintf(out, "\nMore: headroom reference TOPIC. Sources in [brackets] are in docs/references.md.\n");
}

static bool print_topic(const char *name)
{
    for (int k = 0; k < KIND_COUNT; k++)
        if (!strcmp(component_types[k]->kind, name)) {
            printf("%s -- %s\n\n", name, component_types[k]->title);
            param_reference(component_types[k]->params, stdout);
            return true;
        }
    for (const struct reference_topic *t = reference_topics; t->name; t++)
        if (!strcmp(t->name, name)) {
            printf("%s -- %s\n\n", name, t->doc);
            param_reference(t->table, stdout);
            return true;
        }
    return false;
}

static int unknown_topic(const struct options *options, const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (int k = 0; k < KIND_COUNT; k++)
        names[count++] = component_types[k]->kind;
    for (const struct reference_topic *t = reference_topics; t->name && count < ARRAY_LEN(names); t++)
        names[count++] = t->name;
    const char *nearest = text_nearest(name, names, count);
    return cli_usage_error(options, nearest ? "unknown topic '%s'; did you mean '%s'?" : "unknown topic '%s'", name,
                           nearest);
}

int verb_reference(const struct options *options)
{
    if (options->argument_count == 0)
        list_topics(stdout);
    for (int i = 0; i < options->argument_count; i++) {
        if (i > 0)
            putchar('\n');
        if (!print_topic(options->arguments[i]))
            return unknown_topic(options, options->arguments[i]);
    }
    return STATUS_DONE;
}
