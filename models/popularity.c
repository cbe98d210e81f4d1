/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/popularity.h"

#include "sim/number.h"

/* Behind the class that begins at `rank`. */
static int64_t class_end(int64_t rank, int64_t things)
{
    const int64_t end = rank + 1 + rank / 8;
    return end < things + 1 ? end : things + 1;
}

void popularity_init(struct popularity *p, struct arena *arena, int64_t things, double exponent)
{
    *p = (struct popularity){ 0 };
    for (int64_t rank = 1; rank <= things; rank = class_end(rank, things))
        p->count++;
    p->classes = ARENA_ARRAY(arena, struct popularity_class, p->count);
    double total = 0.0;
    int64_t rank = 1;
    for (int c = 0; c < p->count; c++) {
        const int64_t end = class_end(rank, things);
        double weight = 0.0;
        p->classes[c].things = (double)(end - rank);
        for (; rank < end; rank++)
            weight += number_pow((double)rank, -exponent);
        p->classes[c].share = weight / p->classes[c].things;
        total += weight;
    }
    for (int c = 0; c < p->count; c++)
        p->classes[c].share /= total;
}
