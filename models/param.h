/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * param -- one table per component is everything that is known about its parameters.
 *
 * A row: name, kind, where the value goes, default, range, one line of documentation, source ("assumed" when it is
 * ours). From it come: parsing and validation with file, line and column, defaults, --set, and the reference manual.
 * Adding a parameter is adding a row and a struct member. After loading, configuration is const for ever.
 */
#ifndef HEADROOM_PARAM_H
#define HEADROOM_PARAM_H

#include <stddef.h>
#include <stdint.h>

#include "models/yaml.h"
#include "sim/dist.h"

/* What the struct member is. Elements of a MAP begin with `const char *name; struct mark at;`. */
enum param_kind {
    PARAM_DURATION, /* sim_time, ns */
    PARAM_RATE,     /* double, per second */
    PARAM_BYTES,    /* int64_t */
    PARAM_MONEY,    /* int64_t, 1e-10 USD */
    PARAM_SHARE,    /* double, 0..1, written as a percentage or a share */
    PARAM_COUNT,    /* int64_t */
    PARAM_NUMBER,   /* double */
    PARAM_FACTOR,   /* double, written x3, 3x or 3 */
    PARAM_VCPUS,    /* double, written 0.5 or 500m */
    PARAM_BOOL,     /* bool: true/false/yes/no/on/off */
    PARAM_TEXT,     /* const char *; a default of "" means none */
    PARAM_DIST,     /* struct dist */
    PARAM_CHOICE,   /* int, an index into choices */
    PARAM_REF,      /* struct ref: another thing of the scenario, resolved after everything is read */
    PARAM_INSTANT,  /* struct instant: "20:05", "20:05:30", "+2h" */
    PARAM_BLOCK,    /* a struct whose first member is `bool present`, described by sub */
    PARAM_LIST,     /* pointer to an array of structs described by sub; a single value is a list of one */
    PARAM_MAP,      /* pointer to an array of structs described by sub, one for each key */
    PARAM_TAGGED,   /* pointer to an array of struct tagged: [{cpu: 9ms}, {read: {...}}]; a single {..} is a list of
                       one, a bare value is that of the first variant */
    PARAM_NODE,     /* const struct node *: kept as it stands for a reader of its own */
};

struct ref {
    const char *name; /* NULL when absent */
    struct mark at;
    void *target; /* what it resolved to: struct component *, struct service_config *, ... by `refs` of the row */
};

struct instant {
    bool set;
    bool offset; /* written +2h: since the clock's start; otherwise a local time of day */
    int64_t ns;
};

struct tagged {
    int variant; /* index into the row's variants */
    const char *key;
    struct mark at;
    bool shorthand; /* a bare scalar: the first variant was meant */
    void *config;   /* of variants[variant].size bytes, read by variants[variant].sub */
};

struct param_variant {
    const char *key;
    const char *doc;
    const struct param *sub;
    size_t size;
};

struct param {
    const char *name; /* "" in a sub table of one row: the value itself, for maps and variants of scalars */
    enum param_kind kind;
    size_t offset;
    const char *def;                      /* as the user would write it; NULL = required; "" = absent (zeros) */
    const char *min, *max;                /* as written; NULL = unbounded; both inclusive */
    const char *doc;                      /* one line, no full stop */
    const char *source;                   /* "[ALB-UG] Target groups", "assumed", ... */
    const char *const *choices;           /* CHOICE: NULL-terminated names */
    const char *refs;                     /* REF: what it may name, "elasticache", "asg", "service", "operation";
                                              alternatives by '|' */
    const struct param *sub;              /* BLOCK, LIST, MAP */
    size_t sub_size;                      /* LIST, MAP: bytes of an element */
    size_t count_offset;                  /* LIST, MAP, TAGGED: where the int count goes */
    const struct param_variant *variants; /* TAGGED: ends with a NULL key */
    bool shorthand;                       /* the row that is meant when the whole thing is written as one value:
                                              `rate: 300/s` for `rate: {mean: 300/s}` */
    size_t set_offset;                    /* where a bool says that the user wrote it; 0 = nowhere */
    const char *noun;                     /* MAP: what an element is called in messages, "service" */
    size_t mark_offset;                   /* LIST: where in an element its struct mark goes; 0 = nowhere */
    size_t key_offset;                    /* where the struct mark of the key goes that the user wrote, of the value
                                             when it stands for all keys; 0 = nowhere. Not written: no line */
    size_t wrong_offset;                  /* BLOCK: where a bool says that not all of it was understood; 0 = nowhere */
};

#define PARAM_END \
    { \
        .name = NULL \
    }

/* offset of a member and the end of the row, to keep tables readable */
#define AT(type, member) offsetof(struct type, member)

/* A reference that waits until everything is read. `ref` points into the configuration: it must not move. */
struct param_pending {
    struct ref *ref;
    const char *refs; /* what it may name, from the row */
    const char *what; /* "'from' of get of operation 'browse'", for messages */
    const void *from; /* who names it: the reader's `from` at that time */
};

/* State of one load. */
struct param_reader {
    struct arena *arena;           /* borrowed: everything that is read lives there */
    struct diag *diag;             /* borrowed */
    const char *file;              /* the scenario's; what another file says is looked for beside that one */
    const char *base_dir;          /* where empirical(file.csv) is looked for */
    struct param_pending *pending; /* output */
    int pending_count, pending_capacity;
    const void *from;          /* what is being read, for references: the region of a component; may be NULL */
    struct param_dists *dists; /* distributions read so far by their texts: a table is built once */
};

/* `what` of the outermost table: messages do not say "of the scenario". */
#define PARAM_TOP "the scenario"

void param_reader_init(struct param_reader *reader, struct arena *arena, struct diag *diag, const char *file,
                       const char *base_dir);

/* The folder in which a file is looked for that is named at this place. */
const char *param_folder(const struct param_reader *reader, struct mark at);

/*
 * Reads `node` (NULL = absent: defaults) into `out` by the table. Reports all errors, returns false if any. Defaults
 * are applied by parsing their texts, so a bad default fails a test. `what` names the thing in messages: "alb 'alb'".
 *
 * `out` is zeroed storage at its final address (references point into it). What is absent without a default is zeros;
 * an absent PARAM_TEXT is "". An absent PARAM_BLOCK has present = false and still the defaults of its rows; the
 * default "{}" makes it present. Lists and maps hold at most 1,000 elements, names of a map are letters, digits, '-'
 * and '_'. The range of a distribution is that of its mean.
 */
bool param_read(struct param_reader *reader, const struct param *table, const struct node *node, const char *what,
                void *out);

/* The distributions that were read so far, one by one, each text once: begin with *i = 0; NULL after the last. */
const struct dist *param_next_dist(const struct param_reader *reader, int *i);

/* A name: up to 64 letters, digits, '-' and '_', beginning with a letter or a digit. param_not_a_name() reports. */
bool param_is_name(const char *text);
bool param_not_a_name(struct param_reader *reader, const struct node *key);

/* "a, b, c" */
const char *param_join(struct arena *arena, const char *const *words, size_t count);

/* What a kind is called in messages and manuals: "a duration", and an example: "45s". */
const char *param_kind_name(enum param_kind kind);
const char *param_kind_example(enum param_kind kind);

/* The reference manual of a table: aligned columns (name, kind and unit, default, range, doc, source), nested blocks
 * indented. */
void param_reference(const struct param *table, FILE *out);

#endif
