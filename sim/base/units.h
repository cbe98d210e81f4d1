/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * units -- numbers with units, as people write them in a scenario, and back.
 *
 * A number: digits with an optional point and exponent ("0.5", "1e6"), no thousands separators, then its unit
 * without or with one space. Bare numbers are accepted only where a reader below says so. Every reader takes
 * the whole text or refuses it, writes nothing on failure, and refuses NaN, infinity, and what overflows.
 */
#ifndef HEADROOM_UNITS_H
#define HEADROOM_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/compiler.h"

/* ns us ms s m(in) h d -> nanoseconds, rounded half away from zero. "0" needs no unit. "1h30m" is accepted. */
bool duration_from_text(const char *text, int64_t *ns);

/* B kB MB GB TB (powers of ten), KiB MiB GiB TiB (powers of two) -> bytes. "0" needs no unit. */
bool bytes_from_text(const char *text, int64_t *bytes);

/* "300/s", "18000/min", "1.2k/s", "26M/day" (/s /min /h /day /week /month /year; k, M, G before the slash) -> per second. */
bool rate_from_text(const char *text, double *per_s);

/* "50%" or a bare share "0.5" -> 0..1 (not clamped: the range check belongs to the parameter). */
bool share_from_text(const char *text, double *share);

/* "120", "120k", "40M", "2G" (powers of ten; M is 10^6 of a count) -> integer; fractions are refused unless whole. */
bool count_from_text(const char *text, int64_t *count);

/* A plain number. */
bool number_from_text(const char *text, double *number);

/* "0.5", or as Kubernetes writes it "500m": vCPUs. */
bool vcpus_from_text(const char *text, double *vcpus);

/* "$62", "$62.50", "62.5 USD", "$1.2M" -> integer 1e-10 USD, exact decimal arithmetic. */
bool money_from_text(const char *text, int64_t *usd_e10);

/* "x3" or "3x" or "3" -> 3.0 */
bool factor_from_text(const char *text, double *factor);

/* The shortest text that reads back to the same value in the largest fitting unit: "1h30m", "45s", "2.5ms". */
const char *duration_to_text(int64_t ns, char *buffer, size_t size);
const char *bytes_to_text(int64_t bytes, char *buffer, size_t size);

#endif
