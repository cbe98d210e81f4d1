/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tasks.h"

#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/checks.h"
#include "analysis/keep.h"
#include "analysis/stopping.h"
#include "sim/base/check.h"

/* Two lines of 64 bytes: processors fetch the neighbour of a line along with it. */
enum { APART_BYTES = 128 };

/* How many records may wait for their turn, for each thread; and how many headline days may be handed over before all
 * days of the calendar are, because their usage has no price yet and has to be held. */
enum { WAITING_PER_THREAD = 2, UNPRICED_MOST = 32 };

enum { IDLE, HEADLINE }; /* worker.at; above: 1 + index of a calendar task + HEADLINE; below: -1 - number of a twin */

struct worker {
    _Alignas(APART_BYTES) _Atomic int64_t progress_ns; /* written by the simulation, read by the progress line */
    atomic_int at;
    double cpu_s;
};

/* A finished replication of the headline day whose turn has not come. */
struct waiting {
    struct arena arena;
    struct replication *record; /* NULL: the place is free */
    const char *violation;
};

/* What the threads share: all lists that they work on. */
struct crew {
    struct schedule *schedules;
    int count;
    replicate_fn *replicate;
    const atomic_bool *stop;
    double started_s;
    pthread_mutex_t lock; /* OpenMP's locks cannot wait for a condition */
    pthread_cond_t changed;
    bool ended; /* a list was interrupted or refused, which ends all */
};

/* One list's way through its tasks. */
struct schedule {
    struct crew *crew;
    struct task_list *list;
    const struct task_sink *sink;
    int headline_next, calendar_next, twin_next; /* to start */
    int turn;                                    /* number of the replication that is handed over next */
    int look;
    bool decided;            /* headline_wanted is final */
    bool handing;            /* somebody is with the sink */
    bool refused;            /* the sink wants no more */
    struct waiting *waiting; /* [number % places] */
    int places;
};

/* ---- the plan ---- */

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

static sim_time window_of(const struct scenario *sc, int day_type)
{
    return day_type < 0 ? sc->clock.length : SIM_DAY;
}

double task_expected_requests(const struct scenario *sc, int day_type)
{
    return expected_per_s(sc, day_type) * (double)window_of(sc, day_type) / (double)SIM_SECOND;
}

static void plan_calendar(struct task_list *list, struct arena *arena)
{
    const struct scenario *sc = list->sc;
    list->calendar = ARENA_ARRAY(arena, struct task, sc->day_type_count * BILL_REPLICATIONS + 1);
    for (int d = 0; d < sc->day_type_count; d++) {
        int place = list->calendar_count;
        for (; place > 0 &&
               task_expected_requests(sc, list->calendar[place - 1].day_type) < task_expected_requests(sc, d);
             place -= BILL_REPLICATIONS)
            for (int r = 0; r < BILL_REPLICATIONS; r++)
                list->calendar[place + r] = list->calendar[place + r - BILL_REPLICATIONS];
        for (uint32_t r = 0; r < BILL_REPLICATIONS; r++)
            list->calendar[place + (int)r] = (struct task){ .day_type = d, .number = r };
        list->calendar_count += BILL_REPLICATIONS;
    }
}

static void plan_workers(struct task_list *list, int threads, struct arena *arena)
{
    list->threads = threads > 0 ? threads : omp_get_max_threads();
    if (list->threads > list->headline_most + list->calendar_count)
        list->threads = list->headline_most + list->calendar_count;
    char *room = arena_alloc(arena, (size_t)list->threads + 1, sizeof(struct worker));
    room += (APART_BYTES - (uintptr_t)room % APART_BYTES) % APART_BYTES;
    list->workers = (struct worker *)(void *)room;
}

struct task_list tasks_plan(const struct scenario *sc, int threads, struct arena *arena)
{
    struct task_list list = { .sc = sc, .looks = sc->precision > 0, .max_time_s = INFINITY };
    list.headline_most = (int)(list.looks ? sc->max_replications : sc->replications);
    plan_calendar(&list, arena);
    const int wanted = list.looks ? stopping_checkpoint(0, list.headline_most) : list.headline_most;
    atomic_init(&list.headline_wanted, wanted);
    plan_workers(&list, threads, arena);
    return list;
}

struct task_list tasks_given(const struct scenario *sc, int threads, struct task *tasks, int count, struct arena *arena)
{
    struct task_list list = { .sc = sc, .max_time_s = INFINITY, .calendar = tasks, .calendar_count = count };
    atomic_init(&list.headline_wanted, 0);
    plan_workers(&list, threads, arena);
    return list;
}

/* Some fault of the scenario happens, or may: the others lie outside the clock. */
static bool something_may_fail(const struct scenario *sc)
{
    for (int f = 0; f < sc->fault_count; f++)
        if (sc->faults[f].random || sc->faults[f].starts < sc->clock.length)
            return true;
    return false;
}

void tasks_add_twin(struct task_list *list)
{
    if (something_may_fail(list->sc))
        list->twin_count = list->headline_most < TWIN_REPLICATIONS ? list->headline_most : TWIN_REPLICATIONS;
}

static struct task task_at(const struct task_list *list, int at, int number)
{
    if (at < IDLE)
        return (struct task){ .day_type = -1, .number = (uint32_t)(-1 - at), .plan = &fault_free };
    return at == HEADLINE ? (struct task){ .day_type = -1, .number = (uint32_t)number }
                          : list->calendar[at - HEADLINE - 1];
}

/* ---- what starts next ---- */

static double clock_s(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int wanted(const struct schedule *s)
{
    return atomic_load_explicit(&s->list->headline_wanted, memory_order_relaxed);
}

static void close_headline(struct schedule *s, int replications)
{
    s->decided = true;
    atomic_store_explicit(&s->list->headline_wanted, replications, memory_order_relaxed);
}

static bool headline_may_start(struct schedule *s)
{
    if (s->headline_next >= wanted(s) || s->headline_next >= s->turn + s->places)
        return false;
    const int unpriced_most = s->places > UNPRICED_MOST ? s->places : UNPRICED_MOST;
    return s->headline_next < unpriced_most || s->list->calendar_taken == s->list->calendar_count;
}

static bool time_is_up(const struct schedule *s)
{
    return s->headline_next > 0 && clock_s(CLOCK_MONOTONIC) - s->crew->started_s > s->list->max_time_s;
}

/* worker.at of the longest task that may start, or IDLE. */
static int choose(struct schedule *s)
{
    const struct task_list *list = s->list;
    if (s->twin_next < list->twin_count) /* the headline's records wait for them */
        return -1 - s->twin_next;
    if (s->headline_next < wanted(s) && time_is_up(s)) {
        s->list->out_of_time = true;
        close_headline(s, s->headline_next);
    }
    const bool calendar = s->calendar_next < list->calendar_count;
    if (headline_may_start(s) &&
        (!calendar || task_expected_requests(list->sc, list->calendar[s->calendar_next].day_type) <=
                          task_expected_requests(list->sc, -1)))
        return HEADLINE;
    return calendar ? HEADLINE + 1 + s->calendar_next : IDLE;
}

/* The longest task; of equals that of the list that is least far, so that an interruption leaves all equally far. */
static bool goes_first(const struct schedule *a, int a_at, const struct schedule *b, int b_at)
{
    const double a_requests = task_expected_requests(a->list->sc, task_at(a->list, a_at, 0).day_type);
    const double b_requests = task_expected_requests(b->list->sc, task_at(b->list, b_at, 0).day_type);
    if (a_requests != b_requests)
        return a_requests > b_requests;
    return a->headline_next + a->calendar_next < b->headline_next + b->calendar_next;
}

/* The list whose task a thread starts, and which; NULL when nothing may start. *more: something may come. */
static struct schedule *choose_list(struct crew *crew, int thread, int *at, bool *more)
{
    struct schedule *chosen = NULL;
    *more = false;
    for (int i = 0; i < crew->count; i++) {
        struct schedule *s = &crew->schedules[i];
        if (thread >= s->list->threads)
            continue;
        const int its = choose(s);
        if (its != IDLE && (!chosen || goes_first(s, its, chosen, *at))) {
            chosen = s;
            *at = its;
        }
        *more = *more || !s->decided || s->headline_next < wanted(s);
    }
    return chosen;
}

/* The lock is held. Waits while nothing may start but something may come. */
static struct schedule *next_task(struct crew *crew, int thread, struct task *task)
{
    for (;;) {
        int at;
        bool more;
        if (crew->ended || atomic_load_explicit(crew->stop, memory_order_relaxed))
            return NULL;
        struct schedule *s = choose_list(crew, thread, &at, &more);
        if (s) {
            struct worker *worker = &s->list->workers[thread];
            *task = task_at(s->list, at, s->headline_next);
            *(at == HEADLINE ? &s->headline_next : at < IDLE ? &s->twin_next : &s->calendar_next) += 1;
            atomic_store_explicit(&worker->progress_ns, 0, memory_order_relaxed);
            atomic_store_explicit(&worker->at, at, memory_order_relaxed);
            return s;
        }
        if (!more)
            return NULL;
        pthread_cond_wait(&crew->changed, &crew->lock);
    }
}

/* ---- handing over ---- */

/* Its turn counts; tasks with a plan of their own come in any order, as days of the calendar do. */
static bool of_headline(const struct replication *rep)
{
    return rep->day_type < 0 && !rep->plan;
}

static int *taken_of(struct task_list *list, const struct replication *rep)
{
    if (of_headline(rep))
        return &list->headline_taken;
    return list->twins_taken < list->twin_count && rep->day_type < 0 ? &list->twins_taken : &list->calendar_taken;
}

/* The headline's records are judged beside their twins. */
static bool twins_are_in(const struct schedule *s)
{
    return s->list->twins_taken == s->list->twin_count;
}

/* The lock is held and is let go meanwhile; nobody else is with the sink. */
static void hand_over(struct schedule *s, const struct replication *rep, const char *violation)
{
    s->handing = true;
    pthread_mutex_unlock(&s->crew->lock);
    const bool go_on = s->sink->take(s->sink->self, rep, violation);
    pthread_mutex_lock(&s->crew->lock);
    s->handing = false;
    s->refused |= !go_on;
    s->crew->ended |= s->refused;
    *taken_of(s->list, rep) += 1;
}

/* The lock is held; all replications that were wanted are taken, and no other one has started. */
static void look(struct schedule *s)
{
    const int reached = wanted(s);
    s->handing = true;
    pthread_mutex_unlock(&s->crew->lock);
    const bool enough = s->sink->enough(s->sink->self);
    pthread_mutex_lock(&s->crew->lock);
    s->handing = false;
    if (enough || reached >= s->list->headline_most)
        s->decided = true;
    else
        atomic_store_explicit(&s->list->headline_wanted, stopping_checkpoint(++s->look, s->list->headline_most),
                              memory_order_relaxed);
}

static void take_turn(struct schedule *s, const struct replication *rep, const char *violation)
{
    hand_over(s, rep, violation);
    s->turn++;
    if (!s->decided && !s->crew->ended && s->turn == wanted(s))
        look(s);
}

/* Those whose turn has come. Whoever is with the sink does it for the others. */
static void hand_over_waiting(struct schedule *s)
{
    struct waiting *w;
    while (!s->crew->ended && twins_are_in(s) && (w = &s->waiting[s->turn % s->places])->record) {
        take_turn(s, w->record, w->violation);
        w->record = NULL;
        arena_reset(&w->arena);
    }
}

static void keep_waiting(struct schedule *s, const struct replication *rep, const char *violation)
{
    struct waiting *w = &s->waiting[rep->number % (uint32_t)s->places];
    pthread_mutex_unlock(&s->crew->lock); /* the place is this number's alone until its turn */
    struct replication *copy = replication_keep(rep, KEEP_ALL, &w->arena);
    w->violation = violation ? arena_text(&w->arena, violation) : NULL;
    pthread_mutex_lock(&s->crew->lock);
    w->record = copy;
}

/* The lock is held. */
static void finish(struct schedule *s, const struct replication *rep, const char *violation)
{
    while (!of_headline(rep) && s->handing)
        pthread_cond_wait(&s->crew->changed, &s->crew->lock);
    if (s->refused)
        return;
    if (!of_headline(rep))
        hand_over(s, rep, violation);
    else if (!s->handing && twins_are_in(s) && (int)rep->number == s->turn)
        take_turn(s, rep, violation);
    else
        keep_waiting(s, rep, violation);
    if (!s->handing)
        hand_over_waiting(s);
    atomic_fetch_add_explicit(&s->list->finished, 1, memory_order_relaxed);
    const double requests = atomic_load_explicit(&s->list->finished_requests, memory_order_relaxed);
    atomic_store_explicit(&s->list->finished_requests, requests + task_expected_requests(s->list->sc, rep->day_type),
                          memory_order_relaxed);
}

static void work(struct crew *crew, int thread, struct arena *arena)
{
    struct task task;
    double before_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
    pthread_mutex_lock(&crew->lock);
    for (struct schedule *s; (s = next_task(crew, thread, &task));) {
        struct worker *worker = &s->list->workers[thread];
        pthread_mutex_unlock(&crew->lock);
        arena_reset(arena);
        struct replication *rep = crew->replicate(s->list->sc, task.day_type, task.number, task.plan, arena,
                                                  &worker->progress_ns, crew->stop);
        if (rep)
            rep->plan = task.plan;
        const char *violation = rep ? check_replication(rep, arena) : NULL;
        pthread_mutex_lock(&crew->lock);
        if (rep)
            finish(s, rep, violation);
        else
            crew->ended = true;
        const double after_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
        worker->cpu_s += after_s - before_s;
        before_s = after_s;
        atomic_store_explicit(&worker->at, IDLE, memory_order_relaxed);
        pthread_cond_broadcast(&crew->changed);
    }
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
}

/* After an interruption some numbers are missing before those that wait. */
static void hand_over_the_rest(struct schedule *s)
{
    pthread_mutex_lock(&s->crew->lock);
    for (; s->turn < s->headline_next && !s->refused; s->turn++) {
        struct waiting *w = &s->waiting[s->turn % s->places];
        if (w->record && w->record->number == (uint32_t)s->turn)
            hand_over(s, w->record, w->violation);
    }
    pthread_mutex_unlock(&s->crew->lock);
}

static void begin_list(struct crew *crew, int index, struct task_list *list, const struct task_sink *sink, int team,
                       struct arena *arena)
{
    struct schedule *s = &crew->schedules[index];
    *s = (struct schedule){ .crew = crew, .list = list, .sink = sink, .decided = !list->looks };
    s->places = WAITING_PER_THREAD * team;
    s->waiting = ARENA_ARRAY(arena, struct waiting, s->places);
}

static void end_list(struct schedule *s)
{
    hand_over_the_rest(s);
    for (int i = 0; i < s->places; i++)
        arena_fini(&s->waiting[i].arena);
}

void tasks_run_all(struct task_list *const *lists, const struct task_sink *sinks, int count, replicate_fn *replicate,
                   const atomic_bool *stop)
{
    struct crew crew = { .count = count, .replicate = replicate, .stop = stop };
    struct arena arena;
    int team = 1;
    arena_init(&arena);
    crew.started_s = clock_s(CLOCK_MONOTONIC);
    pthread_mutex_init(&crew.lock, NULL);
    pthread_cond_init(&crew.changed, NULL);
    for (int i = 0; i < count; i++)
        team = lists[i]->threads > team ? lists[i]->threads : team;
    crew.schedules = ARENA_ARRAY(&arena, struct schedule, count);
    for (int i = 0; i < count; i++)
        begin_list(&crew, i, lists[i], &sinks[i], team, &arena);
#pragma omp parallel num_threads(team)
    {
        struct arena tasks; /* of one task after the other */
        arena_init(&tasks);
        work(&crew, omp_get_thread_num(), &tasks);
        arena_fini(&tasks);
    }
    for (int i = 0; i < count; i++)
        end_list(&crew.schedules[i]);
    arena_fini(&arena);
    pthread_cond_destroy(&crew.changed);
    pthread_mutex_destroy(&crew.lock);
}

void tasks_run(struct task_list *list, replicate_fn *replicate, const struct task_sink *sink, const atomic_bool *stop)
{
    tasks_run_all(&list, sink, 1, replicate, stop);
}

/* ---- what others ask ---- */

double tasks_cpu_s(const struct task_list *list, int index)
{
    return list->workers[index].cpu_s;
}

struct task_progress tasks_progress(const struct task_list *list)
{
    const int headline = atomic_load_explicit(&list->headline_wanted, memory_order_relaxed);
    struct task_progress p = { .days = headline + list->calendar_count + list->twin_count,
                               .days_finished = atomic_load_explicit(&list->finished, memory_order_relaxed),
                               .requests = (headline + list->twin_count) * task_expected_requests(list->sc, -1) };
    for (int i = 0; i < list->calendar_count; i++)
        p.requests += task_expected_requests(list->sc, list->calendar[i].day_type);
    p.requests_done = atomic_load_explicit(&list->finished_requests, memory_order_relaxed);
    for (int i = 0; i < list->threads; i++) {
        const int at = atomic_load_explicit(&list->workers[i].at, memory_order_relaxed);
        if (at == IDLE)
            continue;
        const int day_type = task_at(list, at, 0).day_type;
        const double all = task_expected_requests(list->sc, day_type);
        const double length_ns = (double)(window_of(list->sc, day_type) + list->sc->clock.warm_up);
        const int64_t progress_ns = atomic_load_explicit(&list->workers[i].progress_ns, memory_order_relaxed);
        const double done = all * fmin((double)progress_ns / length_ns, 1);
        p.requests_done += done;
        p.longest_left = fmax(p.longest_left, all - done);
        p.days_running++;
    }
    return p;
}
