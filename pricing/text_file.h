/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_file -- a whole file as text in an arena, with a limit that hostile files meet. */
#ifndef HEADROOM_TEXT_FILE_H
#define HEADROOM_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"

/*
 * Reads `path` whole: NUL-terminated, at most 256 MiB. False when it cannot be read: reported, but for a file that is
 * not there (*cause is ENOENT), which the caller explains better.
 */
bool text_file_read(const char *path, const char **text, size_t *length, int *cause, struct arena *arena,
                    struct diag *diag);

#endif
