/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * branch -- several things at the same time within one operation: a frame for each, a counter in the parent.
 *
 *   parent --parallel--> branch 1 --> its steps --> end --.
 *                        branch 2 --> its steps --> end ---+--> the parent goes on when the counter is zero
 *
 * Branches run on the parent's instance and hold no worker: the parent's is held for all of them. A branch that fails
 * fails the parent at once, at the join, or never. When the parent is gone the others work on for nobody.
 */
#include "models/world.h"
#include "sim/base/check.h"

enum { PLACE_BRANCH = 1 };

static struct kinship *kin_of(struct world *w, const struct frame *f)
{
    return &w->kin[frame_slot(w, f)];
}

static uint32_t branch_new(struct world *w, const struct frame *parent, const struct step *step, int number)
{
    const uint32_t slot = frame_new(w);
    if (slot == SLOT_NONE)
        return slot;
    struct frame *f = frame_at(w, slot);
    f->kind = FRAME_BRANCH;
    f->begun = f->entered = w->now;
    f->deadline = parent->deadline;
    f->ordinal = fingerprint_mix(parent->ordinal ^ fingerprint_mix((uint64_t)step->place << 32 | (uint64_t)number));
    f->attempt = parent->attempt;
    f->instance = parent->instance;
    f->step = step->branches[number];
    w->kin[slot] = (struct kinship){ .parent = frame_slot(w, parent), .child = SLOT_NONE, .sibling = SLOT_NONE };
    return slot;
}

void branches_begin(struct world *w, struct frame *f, const struct step *step)
{
    uint32_t slots[BRANCHES_MAX];
    struct kinship *mine = kin_of(w, f);
    mine->child = SLOT_NONE;
    mine->open = step->branch_count;
    mine->failed = false;
    f->state = AT_JOIN;
    for (int b = step->branch_count - 1; b >= 0; b--) {
        slots[b] = branch_new(w, f, step, b);
        if (slots[b] == SLOT_NONE) { /* the bound on requests in flight: none of them begins */
            while (mine->child != SLOT_NONE) {
                const uint32_t made = mine->child;
                mine->child = w->kin[made].sibling;
                frame_free(w, made);
            }
            request_failed(w, f);
            return;
        }
        w->kin[slots[b]].sibling = mine->child;
        mine->child = slots[b];
    }
    const int count = step->branch_count;
    for (int b = 0; b < count; b++) /* even when an earlier one has already failed the parent */
        request_run(w, frame_at(w, slots[b]));
}

static void forget(struct world *w, struct kinship *parent, uint32_t slot)
{
    uint32_t *at = &parent->child;
    while (*at != slot)
        at = &w->kin[*at].sibling;
    *at = w->kin[slot].sibling;
}

void branch_ended(struct world *w, struct frame *branch, bool ok)
{
    const uint32_t slot = frame_slot(w, branch), parent = w->kin[slot].parent;
    if (parent == SLOT_NONE) {
        frame_free(w, slot);
        return;
    }
    struct frame *f = frame_at(w, parent);
    struct kinship *mine = &w->kin[parent];
    const struct step *step = &w->code->steps[f->step];
    CHECK(f->state == AT_JOIN && mine->open > 0, "a branch ends whose parent does not wait for it");
    forget(w, mine, slot);
    frame_free(w, slot);
    mine->open--;
    mine->failed |= !ok && step->failure != BRANCH_IS_IGNORED;
    if (mine->failed && (mine->open == 0 || step->failure == BRANCH_FAILS_AT_ONCE)) {
        branches_abandon(w, f);
        request_failed(w, f);
    } else if (mine->open == 0) {
        f->step = step->jump;
        request_run(w, f);
    }
}

void branches_abandon(struct world *w, struct frame *f)
{
    struct kinship *mine = kin_of(w, f);
    while (mine->child != SLOT_NONE) {
        const uint32_t slot = mine->child;
        mine->child = w->kin[slot].sibling;
        w->kin[slot].parent = w->kin[slot].sibling = SLOT_NONE;
        frame_at(w, slot)->flags |= FLAG_ABANDONED;
    }
    mine->open = 0;
}

/* Its instance died, and its parent with it. */
void branch_killed(struct world *w, struct frame *branch)
{
    const uint32_t slot = frame_slot(w, branch), parent = w->kin[slot].parent;
    if (parent != SLOT_NONE)
        forget(w, &w->kin[parent], slot);
    frame_free(w, slot);
}
