/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "sim/base/text.h"

bool cli_color(const struct options *options, FILE *stream)
{
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no_color && no_color[0]) || (term && !strcmp(term, "dumb")))
        return false;
    return isatty(fileno(stream)) == 1;
}

int cli_usage_error(const struct options *options, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    text_neutralise(message);
    fprintf(stderr, "headroom: error: %s\n", message);
    fprintf(stderr, "  headroom help%s%s says more\n", options->verb ? " " : "", options->verb ? options->verb : "");
    return STATUS_USAGE;
}

const char *cli_price_folder(void)
{
    static const char in_checkout[] = HEADROOM_SOURCE_DIR "/pricing/books";
    return access(in_checkout, R_OK) == 0 ? in_checkout : HEADROOM_INSTALL_DIR "/pricing/books";
}

struct scenario *cli_load(const struct options *options, const char *path, struct arena *arena, struct diag *diag,
                          int *status)
{
    bool unreadable = false;
    struct scenario *sc = scenario_open(path, options->sets, options->set_count, arena, diag, &unreadable);
    *status = unreadable ? STATUS_IO : STATUS_INVALID;
    if (!sc)
        return NULL;
    *status = STATUS_DONE;
    if (options->seed_set)
        sc->seed = options->seed;
    if (options->replications_set) {
        sc->replications = options->replications;
        sc->precision = 0;
    }
    if (options->precision > 0)
        sc->precision = options->precision;
    if (options->max_replications)
        sc->max_replications = options->max_replications;
    sc->station_events = options->station_events;
    return sc;
}
