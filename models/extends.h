/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extends -- `extends: other.yaml`: a scenario that says only what differs from another one.
 *
 * The other file, itself perhaps an extension, is read first; this one is laid on it by yaml_overlay(): mappings key by
 * key, lists and values replaced, `key:` without a value takes the key away. A scenario's name and description are its
 * own and are not taken over. A path is relative to the file that names it.
 */
#ifndef HEADROOM_EXTENDS_H
#define HEADROOM_EXTENDS_H

#include "models/yaml.h"

/* Files that extend each other, the first included. */
enum { EXTENDS_MAX = 8 };

struct extended {
    int count;
    struct {
        const char *file;   /* as written */
        const char *sha256; /* of its bytes, hexadecimal */
    } files[EXTENDS_MAX];   /* nearest first */
};

/*
 * `root` is the tree of the file `name`, whose `extends` is relative to `folder`. Returns the tree of all, or NULL when
 * reported: not readable, not a scenario, a circle, or more than EXTENDS_MAX files.
 */
struct node *extends_resolve(struct node *root, const char *name, const char *folder, struct extended *out,
                             struct arena *arena, struct diag *diag);

/* The folder of a file's path; "." when it has none. In the arena, or static. */
const char *extends_folder(const char *path, struct arena *arena);

#endif
