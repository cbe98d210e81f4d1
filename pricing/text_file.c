/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LARGEST_FILE_BYTES ((size_t)256 << 20)

static bool refuse(const char *path, int *cause, int error, struct diag *diag)
{
    *cause = error;
    return error == ENOENT ? false
                           : diag_error(diag, (struct mark){ .file = path }, "cannot read: %s", strerror(error));
}

static bool read_stream(FILE *file, const char *path, const char **out, size_t *out_length, int *cause,
                        struct arena *arena, struct diag *diag)
{
    size_t capacity = (size_t)1 << 18, length = 0;
    char *text = arena_alloc(arena, capacity, 1);
    errno = 0;
    for (size_t got; (got = fread(text + length, 1, capacity - 1 - length, file)) > 0;) {
        length += got;
        if (length < capacity - 1)
            continue;
        if (capacity >= LARGEST_FILE_BYTES)
            return refuse(path, cause, EFBIG, diag);
        text = arena_grow(arena, text, length, 2 * capacity, 1);
        capacity *= 2;
    }
    if (ferror(file))
        return refuse(path, cause, errno ? errno : EIO, diag);
    text[length] = '\0';
    *out = text;
    *out_length = length;
    return true;
}

bool text_file_read(const char *path, const char **text, size_t *length, int *cause, struct arena *arena,
                    struct diag *diag)
{
    *cause = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return refuse(path, cause, errno, diag);
    const bool good = read_stream(file, path, text, length, cause, arena, diag);
    fclose(file);
    return good;
}
