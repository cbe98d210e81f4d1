/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trace -- requests counted per bin of time, from a file.
 *
 *     time_s,requests
 *     0,412
 *     300,398
 *
 * The header is required. time_s is where a bin begins, in seconds from the start of the trace (decimals down to 1 ns),
 * requests is a whole number. All bins are as long as the smallest step between two lines, at least 1 ms, and begin at
 * multiples of it. Where lines are missing there is a gap: nothing arrives in it, and a warning names its line. Empty
 * lines and lines that begin with '#' are skipped.
 */
#ifndef HEADROOM_TRACE_H
#define HEADROOM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/simtime.h"

/* At most so many bins and bytes are read, and requests a second believed: files are input from strangers. */
enum { TRACE_BINS_MAX = 1000000, TRACE_BYTES_MAX = 32 * 1024 * 1024, TRACE_RATE_MAX_PER_S = 1000000000 };

struct trace_bin {
    sim_time at;    /* of its start, since the start of the trace */
    int64_t before; /* requests before it */
    int64_t requests;
};

struct trace {
    const char *name;             /* as the user wrote it */
    const struct trace_bin *bins; /* at least 2, in order; absent ones are gaps */
    uint32_t count;
    sim_time bin_length;
    sim_time length;   /* the end of the last bin */
    int64_t total;     /* requests */
    double peak_per_s; /* of the busiest bin */
    char sha256[65];   /* of the file's bytes */
};

/*
 * Reads at most `bins_max` bins. A relative `name` is looked up in base_dir (NULL: the working directory); `at` is where
 * the user wrote it. Errors name the file's line and column; reading ends after the tenth.
 */
bool trace_load(struct trace *out, const char *name, struct mark at, const char *base_dir, uint32_t bins_max,
                struct arena *arena, struct diag *diag);

/* Requests in [0, t) when each bin's are spread evenly over it. */
double trace_requests_until(const struct trace *trace, sim_time t);

#endif
