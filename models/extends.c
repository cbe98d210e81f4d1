/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/extends.h"

#include <string.h>
#include <sys/stat.h>

#include "sim/base/sha256.h"
#include "sim/base/text.h"

/* What a scenario says of itself and not of what it describes. */
static const char *const OWN_KEYS[] = { "extends", "name", "description" };

const char *extends_folder(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_text_n(arena, path, (size_t)(slash - path) + (slash == path)) : ".";
}

/* `extends` of a tree; NULL: it has none, or no more than an empty one. */
static const struct node *extends_of(const struct node *root)
{
    const struct node *node = root->kind == NODE_MAPPING ? yaml_get(root, "extends") : NULL;
    return node && (node->kind != NODE_SCALAR || node->text[0]) ? node : NULL;
}

static void drop_own_keys(struct node *root)
{
    for (size_t k = 0; root->kind == NODE_MAPPING && k < ARRAY_LEN(OWN_KEYS); k++)
        for (int i = 0; i < root->count; i++)
            if (text_equal(root->keys[i]->text, OWN_KEYS[k])) {
                root->count--;
                memmove(&root->keys[i], &root->keys[i + 1], (size_t)(root->count - i) * sizeof root->keys[0]);
                memmove(&root->items[i], &root->items[i + 1], (size_t)(root->count - i) * sizeof root->items[0]);
                break;
            }
}

static bool same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    return !stat(a, &of_a) && !stat(b, &of_b) && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static const char *digest(const char *text, size_t length, struct arena *arena)
{
    struct sha256 sha;
    char hex[65];
    sha256_init(&sha);
    sha256_add(&sha, text, length);
    sha256_finish(&sha, hex);
    return arena_text(arena, hex);
}

struct reader {
    struct extended *out;
    const char *paths[EXTENDS_MAX + 1]; /* of the files so far: a circle comes back to one of them */
    struct arena *arena;
    struct diag *diag;
};

/* The tree that `node` names, with what that extends beneath it. */
static struct node *base_of(struct reader *r, const struct node *node, const char *folder);

static struct node *lay_on_base(struct reader *r, struct node *root, const char *folder)
{
    const struct node *extends = extends_of(root);
    if (!extends)
        return root;
    struct node *base = base_of(r, extends, folder);
    if (!base)
        return NULL;
    drop_own_keys(base);
    return yaml_overlay(base, root, r->arena, r->diag);
}

static struct node *base_of(struct reader *r, const struct node *node, const char *folder)
{
    if (node->kind != NODE_SCALAR) {
        diag_error(r->diag, node->at, "'extends' names one file");
        diag_hint(r->diag, "write extends: three-zones.yaml");
        return NULL;
    }
    const bool relative = node->text[0] != '/' && strcmp(folder, ".") != 0;
    const char *path = relative ? arena_printf(r->arena, "%s/%s", folder, node->text) : node->text;
    for (int i = 0; i <= r->out->count; i++)
        if (same_file(path, r->paths[i])) {
            diag_error(r->diag, node->at, "'%s' extends itself", node->text);
            return NULL;
        }
    if (r->out->count == EXTENDS_MAX) {
        diag_error(r->diag, node->at, "more than %d files extend each other", EXTENDS_MAX);
        return NULL;
    }
    size_t length;
    struct diag quiet; /* a file that cannot be read is reported where it is named */
    diag_init(&quiet, r->arena);
    const char *text = yaml_file_text(path, &length, r->arena, &quiet, NULL);
    if (!text) {
        diag_error(r->diag, node->at, "'%s': %s", path, quiet.entries[0].message);
        diag_hint(r->diag, "the path is relative to the file that names it");
        return NULL;
    }
    struct node *base = yaml_parse(path, text, length, r->arena, r->diag);
    if (base && base->kind != NODE_MAPPING) {
        diag_error(r->diag, base->at, "a scenario is a mapping");
        return NULL;
    }
    r->out->files[r->out->count].file = node->text;
    r->out->files[r->out->count].sha256 = digest(text, length, r->arena);
    r->paths[++r->out->count] = path;
    return base ? lay_on_base(r, base, extends_folder(path, r->arena)) : NULL;
}

struct node *extends_resolve(struct node *root, const char *name, const char *folder, struct extended *out,
                             struct arena *arena, struct diag *diag)
{
    struct reader r = { .out = out, .paths = { name }, .arena = arena, .diag = diag };
    out->count = 0;
    return lay_on_base(&r, root, folder);
}
