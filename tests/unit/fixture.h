/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fixture -- an arena and diagnostics for the tests of a reader; fresh for each test. Include after cmocka.h. */
#ifndef HEADROOM_TEST_FIXTURE_H
#define HEADROOM_TEST_FIXTURE_H

#include <stdlib.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"

struct fixture {
    struct arena arena;
    struct diag diag;
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

#endif
