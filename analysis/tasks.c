/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tasks.h"

#include <omp.h>
#include <stdlib.h>

#include "analysis/checks.h"
#include "analysis/keep.h"

/* Day types give the mean of the first population; the others keep their proportion to it. */
static double expected_per_s(const struct scenario *sc, int day_type)
{
    double sum = 0;
    for (int i = 0; i < sc->population_count; i++)
        sum += sc->populations[i].rate.mean;
    if (day_type < 0 || sc->population_count == 0 || sc->populations[0].rate.mean <= 0)
        return sum;
    return sum * sc->day_types[day_type].mean / sc->populations[0].rate.mean;
}

static void plan_task(struct task_list *list, int day_type, uint32_t number)
{
    const struct scenario *sc = list->sc;
    const sim_time window = day_type < 0 ? sc->clock.length : SIM_DAY;
    struct task *task = &list->tasks[list->count++];
    task->day_type = day_type;
    task->number = number;
    task->expected_requests = expected_per_s(sc, day_type) * (double)window / (double)SIM_SECOND;
    task->length_ns = window + sc->clock.warm_up;
    atomic_init(&task->progress_ns, 0);
}

struct task_list tasks_plan(const struct scenario *sc, struct arena *arena)
{
    const int64_t most = sc->replications + (int64_t)sc->day_type_count * BILL_REPLICATIONS;
    struct task_list list = { .sc = sc, .tasks = ARENA_ARRAY(arena, struct task, most) };
    for (uint32_t r = 0; r < sc->replications; r++)
        plan_task(&list, -1, r);
    list.headline_count = list.count;
    for (int d = 0; d < sc->day_type_count; d++)
        for (uint32_t r = 0; r < BILL_REPLICATIONS; r++)
            plan_task(&list, d, r);
    return list;
}

static void run_task(const struct task_list *list, struct task *task, replicate_fn *replicate, const atomic_bool *stop)
{
    if (atomic_load_explicit(stop, memory_order_relaxed))
        return;
    struct arena arena;
    arena_init(&arena);
    const struct replication *rep = replicate(list->sc, task->day_type, task->number, &arena, &task->progress_ns, stop);
    if (rep) {
        arena_init(&task->kept);
        const char *violation = check_replication(rep, &arena);
        task->violation = violation ? arena_text(&task->kept, violation) : NULL;
        task->record = replication_keep(rep, task->day_type >= 0, &task->kept);
        atomic_store_explicit(&task->progress_ns, task->length_ns, memory_order_relaxed);
    }
    arena_fini(&arena);
}

struct order {
    double expected_requests;
    int task;
};

static int compare_order(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->expected_requests != y->expected_requests)
        return x->expected_requests < y->expected_requests ? 1 : -1;
    return x->task - y->task;
}

int tasks_run(struct task_list *list, replicate_fn *replicate, int threads, const atomic_bool *stop)
{
    int team = threads > 0 ? threads : omp_get_max_threads();
    if (team > list->count)
        team = list->count > 0 ? list->count : 1;
    struct arena scratch;
    arena_init(&scratch);
    struct order *order = ARENA_ARRAY(&scratch, struct order, list->count + 1);
    for (int i = 0; i < list->count; i++)
        order[i] = (struct order){ .expected_requests = list->tasks[i].expected_requests, .task = i };
    qsort(order, (size_t)list->count, sizeof *order, compare_order);
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
    for (int i = 0; i < list->count; i++)
        run_task(list, &list->tasks[order[i].task], replicate, stop);
    arena_fini(&scratch);
    return team;
}

double tasks_progress(const struct task_list *list, double *requests_done)
{
    double done = 0, all = 0;
    for (int i = 0; i < list->count; i++) {
        struct task *task = &list->tasks[i];
        const int64_t at = atomic_load_explicit(&task->progress_ns, memory_order_relaxed);
        done += task->expected_requests * (double)at / (double)task->length_ns;
        all += task->expected_requests;
    }
    if (requests_done)
        *requests_done = done;
    return all > 0 ? done / all : 1;
}

int tasks_finished(const struct task_list *list, int day_type)
{
    int finished = 0;
    for (int i = 0; i < list->count; i++)
        finished += list->tasks[i].day_type == day_type && list->tasks[i].record;
    return finished;
}

const struct replication *tasks_record(const struct task_list *list, int day_type, uint32_t number)
{
    for (int i = 0; i < list->count; i++)
        if (list->tasks[i].day_type == day_type && list->tasks[i].number == number)
            return list->tasks[i].record;
    return NULL;
}

void tasks_fini(struct task_list *list)
{
    for (int i = 0; i < list->count; i++)
        arena_fini(&list->tasks[i].kept);
    list->count = 0;
}
