/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * output_dir -- where a run leaves its files, all at once or not at all.
 *
 * Files are written into a temporary directory beside the target, which is then renamed. An existing directory is
 * replaced only when headroom made it (it has our marker) and nobody else's file lies in it.
 */
#ifndef HEADROOM_OUTPUT_DIR_H
#define HEADROOM_OUTPUT_DIR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "models/scenario.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"

struct output_dir {
    const char *path;      /* as the user knows it */
    const char *temporary; /* what is being filled; NULL before output_dir_begin() */
    struct arena *arena;
};

/* "<above>/<scenario file without extension>/<seed>" */
const char *output_dir_default(const char *above, const struct scenario *sc, struct arena *arena);

/*
 * Before the simulation: makes the parents and finds out whether `path` could be written or replaced. False with an
 * error in diag when not.
 */
bool output_dir_prepare(struct output_dir *out, const char *path, struct arena *arena, struct diag *diag);

/* After the simulation: the empty temporary directory with plots/ in it. */
bool output_dir_begin(struct output_dir *out, struct diag *diag);

/* A folder of our kind in it, which comes and goes with it: it is neither begun nor committed. */
bool output_dir_inner(struct output_dir *inner, const struct output_dir *out, const char *name, struct diag *diag);

/* A file in it, for writing; NULL with an error in diag. Close it with output_dir_close(). */
FILE *output_dir_open(struct output_dir *out, const char *name, struct diag *diag);
bool output_dir_close(struct output_dir *out, FILE *file, const char *name, struct diag *diag);

/* Puts the temporary directory in its place. On failure it is removed and what was there before stays. */
bool output_dir_commit(struct output_dir *out, struct diag *diag);
/* Removes the temporary directory. */
void output_dir_abandon(struct output_dir *out);

#endif
