/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema -- the JSON Schema of a scenario file, for editors. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "models/scenario_schema.h"

static int write_text(const struct options *options, const char *text)
{
    if (!options->output) {
        puts(text);
        return STATUS_DONE;
    }
    FILE *file = fopen(options->output, "w");
    const bool written = file && fprintf(file, "%s\n", text) > 0;
    if (file && fclose(file) == 0 && written)
        return STATUS_DONE;
    fprintf(stderr, "headroom: error: cannot write '%s': %s\n", options->output, strerror(errno));
    return STATUS_IO;
}

int verb_schema(const struct options *options)
{
    if (options->argument_count > 0)
        return cli_usage_error(options, "schema takes no argument; -o FILE writes to a file");
    struct arena arena;
    arena_init(&arena);
    cJSON *schema = scenario_schema(&arena);
    char *text = cJSON_Print(schema);
    const int status = text ? write_text(options, text) : STATUS_IO;
    cJSON_free(text);
    cJSON_Delete(schema);
    arena_fini(&arena);
    return status;
}
