/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * distances -- how far regions are from each other, and from viewers.
 *
 * Round trips over AWS's backbone: long-run medians of cloudping.co's measurements, 21 regions, the mean of both
 * directions; an independent set (fantoch, 2020-06-05) agrees within 10 %. Read 2026-11.
 */
#ifndef HEADROOM_DISTANCES_H
#define HEADROOM_DISTANCES_H

/* The median round trip between two regions, 0 within one; -1: one of them is not in the table. */
double distances_rtt_ms(const char *a, const char *b);

/* A price geography's viewers, by the region that is nearest to them. */
struct distances_anchor {
    const char *geography; /* "US" */
    const char *region;
    double share; /* 0..1, of the geography's viewers; assumed */
};

/* Ends with a NULL geography; those of a geography stand together. */
const struct distances_anchor *distances_anchors(void);

#endif
