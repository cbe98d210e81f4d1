/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * yaml -- a document tree that keeps its marks: every node knows file, line and column (counted from 1).
 *
 * Built from libyaml's events: anchors, aliases and merge keys (<<) work, expansion is limited (100,000 nodes, depth
 * 100, file 16 MiB), a duplicate key is an error here, and only one document is read. An alias is a copy of what it
 * names, so a reader may mark the keys of one place without touching the other.
 */
#ifndef HEADROOM_YAML_H
#define HEADROOM_YAML_H

#include "sim/base/arena.h"
#include "sim/base/diag.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node {
    enum node_kind kind;
    struct mark at;
    const char *text;    /* scalar; NULL text never occurs, an empty plain scalar (null) is "" with plain = true */
    bool plain;          /* scalar without quotes */
    int count;           /* children */
    struct node **items; /* sequence: values; mapping: values */
    struct node **keys;  /* mapping: scalar keys */
    bool *used;          /* mapping: set by the reader of the key; what is not set at the end is an unknown key */
};

/*
 * NULL when the file is not readable YAML (reported). `name` is what messages call the file. The text must outlive the
 * diag: messages quote its lines. A file that cannot be opened or read sets *unreadable (may be NULL).
 */
struct node *yaml_load(const char *path, struct arena *arena, struct diag *diag, bool *unreadable);
struct node *yaml_parse(const char *name, const char *text, size_t length, struct arena *arena, struct diag *diag);

/* The bytes of a file, NUL-terminated, or NULL (reported): not readable, or larger than 16 MiB. */
char *yaml_file_text(const char *path, size_t *length, struct arena *arena, struct diag *diag, bool *unreadable);

/* The value of `key`, marking it used; NULL when absent. */
struct node *yaml_get(const struct node *mapping, const char *key);

/* A tree of its own for another reader: what one marks as used, the other does not see. */
struct node *yaml_copy(const struct node *from, struct arena *arena);

/*
 * `over` laid on `base`: mappings key by key, in the order of `base` and then what is new; lists and values are
 * replaced, and so is a mapping of another `kind`; an empty value takes the key away. Both trees belong to the result.
 * NULL when reported: a mapping of more than 2,000 keys.
 */
struct node *yaml_overlay(struct node *base, struct node *over, struct arena *arena, struct diag *diag);

/*
 * `--set a.b.c=VALUE`: replaces or adds the value at the path. List items by index: faults.0.at. An intermediate key
 * that is not there is created, unless a key with nearly the same name is: then it is an error that names that key.
 * A key that contains dots cannot be addressed. `assignment` must outlive the diag.
 */
bool yaml_set(struct node *root, const char *assignment, struct arena *arena, struct diag *diag);

#endif
