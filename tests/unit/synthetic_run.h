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
    struct results results;
};

static void synthetic_begin(struct synthetic_run *run)
{
    arena_init(&run->arena);
    diag_init(&run->diag, &run->arena);
    run->sc = synthetic_scenario(&run->arena);
}

/* Simulates with `replicate` (synthetic_replicate() or a broken one) and reduces. */
static bool synthetic_finish(struct synthetic_run *run, replicate_fn *replicate)
{
    static const char *const regions[] = { "us-east-1" };
    atomic_bool stop;
    atomic_init(&stop, false);
    const struct price_book *book = price_book_load("pricing/books", regions, 1, &run->arena, &run->diag);
    run->tasks = tasks_plan(run->sc, &run->arena);
    tasks_run(&run->tasks, replicate, 2, &stop);
    if (book && results_compute(&run->results, &run->tasks, book, &run->diag, false, &run->arena, &run->diag))
        return true;
    diag_print(&run->diag, stderr, false);
    return false;
}

static void synthetic_end(struct synthetic_run *run)
{
    tasks_fini(&run->tasks);
    arena_fini(&run->arena);
}

#endif
