/* SPDX-License-Identifier: GPL-3.0-or-later */
/* synthetic_run -- the synthetic day simulated, billed and reduced: what the writers of analysis/ are given. */
#ifndef HEADROOM_SYNTHETIC_RUN_H
#define HEADROOM_SYNTHETIC_RUN_H

#include "analysis/report.h"
#include "pricing/price_book.h"
#include "tests/unit/synthetic_day.h"

struct synthetic_run {
    struct arena arena;
    struct diag diag;
    struct scenario *sc;
    struct task_list tasks;
    struct tally tally;
    struct results results;
};

static void synthetic_begin(struct synthetic_run *run)
{
    *run = (struct synthetic_run){ 0 };
    arena_init(&run->arena);
    diag_init(&run->diag, &run->arena);
    run->sc = synthetic_scenario(&run->arena);
}

/* Simulates with `replicate` (synthetic_replicate() or a broken one) and reduces. */
static inline bool synthetic_finish_on(struct synthetic_run *run, int threads, replicate_fn *replicate)
{
    static const char *const regions[] = { "us-east-1" };
    atomic_bool stop;
    atomic_init(&stop, false);
    const struct price_book *book = price_book_load("pricing/books", regions, 1, &run->arena, &run->diag);
    tally_fini(&run->tally); /* of an earlier time */
    tally_init(&run->tally, run->sc, book, &run->diag);
    const struct task_sink sink = tally_sink(&run->tally);
    run->tasks = tasks_plan(run->sc, threads, &run->arena);
    tasks_run(&run->tasks, replicate, &sink, &stop);
    if (book && results_compute(&run->results, &run->tally, &run->tasks, &run->diag, false, &run->arena))
        return true;
    diag_print(&run->diag, stderr, false);
    return false;
}

static inline bool synthetic_finish(struct synthetic_run *run, replicate_fn *replicate)
{
    return synthetic_finish_on(run, 2, replicate);
}

static void synthetic_end(struct synthetic_run *run)
{
    tally_fini(&run->tally);
    arena_fini(&run->arena);
}

#endif
