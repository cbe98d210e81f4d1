/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dist_file -- the values of empirical(file.csv).
 *
 * One value per line: the first column, up to a comma or semicolon, is a duration with its unit ("12.5ms"). Empty lines
 * and lines that begin with '#' are skipped, and so is a first line that begins with "duration" (a header). Each value
 * has the same probability.
 */
#ifndef HEADROOM_DIST_FILE_H
#define HEADROOM_DIST_FILE_H

#include <stdbool.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/dist.h"

/* At most so many values and bytes are read: files are input from strangers. */
enum { DIST_FILE_VALUES_MAX = 1000000, DIST_FILE_BYTES_MAX = 32 * 1024 * 1024 };

/* A relative `name` is looked up in base_dir (NULL: the working directory). Errors of the file name its lines. */
bool dist_load_values(struct dist *out, const char *name, struct mark at, const char *base_dir, struct arena *arena,
                      struct diag *diag);

#endif
