/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage_file -- a plain CSV of what was used, for a bill without a simulation. docs/usage-file.md is its manual.
 *
 *     start,hours,service,region,resource,usage_type,quantity,unit,attributes
 *     2026-06-01,720,AWSELB,us-east-1,shop,ALB:NewConnections,1,connections/s,
 *
 * The header names the columns, in any order; `zone` and `tier` may stand there too. Records are billed in the month
 * in which they start.
 */
#ifndef HEADROOM_USAGE_FILE_H
#define HEADROOM_USAGE_FILE_H

#include "pricing/bill.h"
#include "pricing/metering.h"

struct usage_month {
    int year, month; /* of the period; a record without a start is billed in the first month of the file */
    const struct usage_record *records;
    size_t count;
};

struct usage_file {
    struct usage_month *months; /* ordered */
    size_t month_count;
    const char **regions; /* that records name, but for Global */
    size_t region_count;
};

/*
 * Parses `text` (NUL-terminated, borrowed until the diagnostics are printed). `without_start` is the month of a file
 * in which no record says when ("2026-10-01"). `hours_per_month` as in struct bill_options. All errors of the file are
 * reported, with line and column.
 */
bool usage_file_parse(struct usage_file *out, const char *file, const char *text, size_t length,
                      const char *without_start, int hours_per_month, struct arena *arena, struct diag *diag);

/* Reads the file first. *unreadable tells that from a file that is wrong. */
bool usage_file_load(struct usage_file *out, const char *path, const char *without_start, int hours_per_month,
                     bool *unreadable, struct arena *arena, struct diag *diag);

/*
 * A fixed monthly quantity, as a scenario or a caller has it: the texts mean what the cells of a file mean. False when
 * the region is not one of ours or the quantity is no quantity, reported at `at`. Bill it with bill_compute_all().
 */
struct monthly_quantity {
    const char *service, *region, *resource, *usage_type, *quantity, *unit, *attributes;
};

bool usage_record_monthly(struct usage_record *out, const struct monthly_quantity *from, struct arena *arena,
                          struct mark at, struct diag *diag);

/* Converts units, spreads what is rounded by the hour over its hours, and meters it. Part of bill_compute_all(). */
bool usage_records_meter(struct metering_work *work, const struct usage_record *records, size_t count,
                         int hours_of_month, struct arena *arena, struct diag *diag);

#endif
