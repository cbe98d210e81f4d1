/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * experiment -- how the engine is held against mathematics.
 *
 * An experiment is a system whose law is known, simulated on the engine's own primitives. Its oracles are the figures
 * that are compared: the t interval of the mean over independent replications, at level 0.999, has to contain the
 * theory's value, and has to be narrow enough to be able to miss it. That it is able to, the mutant shows: the same
 * customers with one rate 2 % low, whose interval has to miss.
 *
 * A correct engine fails one choice of seeds in a thousand per oracle. The seeds are fixed, and the simulation gives
 * the same bits everywhere, so a row holds always or never.
 */
#ifndef HEADROOM_EXPERIMENT_H
#define HEADROOM_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/ci.h"

#define ORACLE_LEVEL       0.999
#define ORACLE_MUTANT_RATE 0.98

enum { ORACLE_FIGURES_MAX = 6, ORACLE_REPLICATIONS_MAX = 400 };

struct experiment;

struct oracle {
    int figure; /* of the model's kind */
    double at;  /* what the figure is about: seconds or a station's number, see the kind; 0 when nothing */
    double (*theory)(const struct experiment *e, double at); /* NULL ends a list of oracles */
    const char *law;                                         /* the formula, for people */
    const char *source;                                      /* keys of docs/references.md */
    double precision; /* the half width is at most this share of the theory's value */
    double allowance; /* share by which the theory itself may be wrong: a limit law; 0 when it is exact */
};

/* A way to simulate. `values` receives one figure per oracle of the experiment; `rate` is 1, or the mutant's. */
struct model_kind {
    const char *const (*figures)[2]; /* name of each figure, before and behind its `at`; behind is NULL without one */
    void (*simulate)(const struct experiment *e, double rate, uint32_t replication, double *values);
};

struct experiment {
    const char *system; /* unique; the seed is its hash */
    const struct model_kind *kind;
    const void *model; /* of the kind's type */
    uint32_t replications;
    struct oracle oracles[ORACLE_FIGURES_MAX + 1];
};

/* Ends at system NULL. */
struct chapter {
    const char *title;
    const struct experiment *experiments;
};

extern const struct chapter oracle_chapters[]; /* ends at title NULL */

uint64_t experiment_seed(const struct experiment *e);
int experiment_oracles(const struct experiment *e);

struct oracle_result {
    double theory;
    struct ci ci;
    bool covers;  /* the interval, widened by the allowance, contains the theory's value */
    bool precise; /* it is as narrow as the oracle demands */
};

/* Simulates all replications; one result per oracle, the same for any number of threads. threads: 0 for all cores. */
void experiment_run(const struct experiment *e, double rate, int threads, struct oracle_result *results);

/* "mean time in the system, s"; the text is in `buffer`. */
const char *oracle_figure(const struct experiment *e, const struct oracle *o, char *buffer, size_t size);

/* One line for a terminal, the first of an experiment below its name; and the headings above all. */
void oracle_print_headings(FILE *out);
void oracle_print(const struct experiment *e, const struct oracle *o, const struct oracle_result *r, FILE *out);

/* docs/validation.md: what stands above the rows, the head of a chapter's table, a row of it. */
void oracle_page_begin(FILE *out);
void oracle_page_chapter(const struct chapter *chapter, FILE *out);
void oracle_page_row(const struct experiment *e, const struct oracle *o, const struct oracle_result *r,
                     const struct oracle_result *mutant, FILE *out);

#endif
