/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces: what is read, what is refused and where, and the real ones in the folder that HEADROOM_TRACES names. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/arrivals.h"
#include "sim/trace.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    char folder[32];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    strcpy(f->folder, "/tmp/headroom-trace-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    remove(arena_printf(&f->arena, "%s/t.csv", f->folder));
    rmdir(f->folder);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static const struct mark HERE = { .file = "shop.yaml", .line = 7, .column = 19, .length = 5 };

static bool load_bytes(struct fixture *f, const char *bytes, size_t length, struct trace *trace)
{
    FILE *file = fopen(arena_printf(&f->arena, "%s/t.csv", f->folder), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    diag_init(&f->diag, &f->arena);
    return trace_load(trace, "t.csv", HERE, f->folder, TRACE_BINS_MAX, &f->arena, &f->diag);
}

static bool load(struct fixture *f, const char *text, struct trace *trace)
{
    return load_bytes(f, text, strlen(text), trace);
}

static void given_bins_when_read_then_they_add_up(void **state)
{
    struct fixture *f = *state;
    struct trace trace;
    assert_true(load(f, "\xEF\xBB\xBFtime_s,requests\n0,10\n1,20\n", &trace)); /* as spreadsheets write it */
    assert_int_equal(trace.total, 30);
    assert_true(load(f, "# a remark\ntime_s, requests\r\n0,10\r\n0.5,\t20\n\n1,0\n1.50,4", &trace));
    assert_int_equal(f->diag.count, 0);
    assert_int_equal(trace.count, 4);
    assert_int_equal(trace.bin_length, SIM_SECOND / 2);
    assert_int_equal(trace.length, 2 * SIM_SECOND);
    assert_int_equal(trace.total, 34);
    assert_true(trace.peak_per_s == 40.0);
    assert_true(trace_requests_until(&trace, 0) == 0.0);
    assert_true(trace_requests_until(&trace, SIM_SECOND / 4) == 5.0);
    assert_true(trace_requests_until(&trace, SIM_SECOND) == 30.0);
    assert_true(trace_requests_until(&trace, 3 * SIM_SECOND / 2) == 30.0);
    assert_true(trace_requests_until(&trace, 9 * SIM_SECOND) == 34.0);
}

static void given_missing_bins_when_read_then_each_gap_is_a_warning_at_its_line(void **state)
{
    struct fixture *f = *state;
    struct trace trace;
    assert_true(load(f, "time_s,requests\n60,6\n120,6\n300,6\n360,6\n", &trace));
    assert_int_equal(f->diag.errors, 0);
    assert_int_equal(f->diag.warnings, 2);
    assert_string_equal(f->diag.entries[0].at.file, arena_printf(&f->arena, "%s/t.csv", f->folder));
    assert_int_equal(f->diag.entries[0].at.line, 2);
    assert_string_equal(f->diag.entries[0].message, "a bin is missing before this line");
    assert_int_equal(f->diag.entries[1].at.line, 4);
    assert_string_equal(f->diag.entries[1].message, "2 bins are missing before this line");
    assert_true(trace_requests_until(&trace, 60 * SIM_SECOND) == 0.0);
    assert_true(trace_requests_until(&trace, 250 * SIM_SECOND) == 12.0);
    assert_true(trace_requests_until(&trace, 330 * SIM_SECOND) == 15.0);
}

static void given_gaps_without_end_when_read_then_a_few_are_shown_and_all_are_counted(void **state)
{
    struct fixture *f = *state;
    char text[8192] = "time_s,requests\n0,1\n1,1\n", *end = text + strlen(text);
    for (int i = 1; i < 200; i++)
        end += sprintf(end, "%d,1\n", 10 * i);
    struct trace trace;
    assert_true(load(f, text, &trace));
    assert_int_equal(f->diag.warnings, 6);
    assert_string_equal(f->diag.entries[5].message, "199 gaps in all, together 29m50s");
}

static const struct {
    const char *text;
    int line, column;
    const char *message;
} REFUSED[] = {
    { "time_s,requests\n0,1\n1,x\n", 3, 3, "'x' is not a number of requests" },
    { "time_s,requests\n0,1\n1,-5\n", 3, 3, "'-5' is not a number of requests" },
    { "time_s,requests\n0,1\n1,nan\n", 3, 3, "'nan' is not a number of requests" },
    { "time_s,requests\n0,1\n1,1.5\n", 3, 3, "'1.5' is not a number of requests" },
    { "time_s,requests\n0,1\n1,\n", 3, 3, "'' is not a number of requests" },
    { "time_s,requests\n0,1\n1, 99999999999999999999\n", 3, 4, "'99999999999999999999' is not a number of requests" },
    { "time_s,requests\n0,1\n1,5000000000\n", 3, 1, "more than 1e9 requests per second" },
    { "time_s,requests\n-1,1\n0,1\n", 2, 1, "'-1' is not a time in seconds" },
    { "time_s,requests\n0,1\nNaN,1\n", 3, 1, "'NaN' is not a time in seconds" },
    { "time_s,requests\n0,1\n1e300,1\n", 3, 1, "'1e300' is not a time in seconds" },
    { "time_s,requests\n0,1\n99999999999999999999999,1\n", 3, 1, "'99999999999999999999999' is not a time in seconds" },
    { "time_s,requests\n0,1\n0.0000000001,1\n", 3, 1, "'0.0000000001' is not a time in seconds" },
    { "time_s,requests\n0,1\n00:05,1\n", 3, 1, "'00:05' is not a time in seconds" },
    { "time_s,requests\n0,1\n60,1\n30,1\n", 4, 1, "time does not go forward" },
    { "time_s,requests\n0,1\n0,1\n", 3, 1, "time does not go forward" },
    { "time_s,requests\n0,1\n60,1\n150,1\n", 4, 1, "this bin does not begin at a multiple of the bins' length, 1m" },
    { "time_s,requests\n0,1\n0.0001,1\n", 3, 1, "a bin is shorter than 1 ms" },
    { "time_s,requests\n0,1\n60\n", 3, 3, "the requests are missing" },
    { "time_s,requests\n0,1\n60,1,1\n", 3, 6, "there is a third column" },
    { "0,1\n60,1\n", 1, 1, "a trace begins with the line time_s,requests" },
    { "time_s;requests\n0;1\n", 1, 1, "a trace begins with the line time_s,requests" },
    { "time_s,requests\n0,1\n60,\xc3\xa9\n", 3, 4, "this is not a line of a trace" },
    { "\x7f"
      "ELF\x02\x01\n",
      1, 1, "this is not a line of a trace" },
    { "", 7, 19, "'t.csv' has fewer than two bins" },
    { "time_s,requests\n0,7\n", 7, 19, "'t.csv' has fewer than two bins" },
};

static void given_a_malformed_line_when_read_then_its_place_is_told(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        struct trace trace;
        assert_false(load(f, REFUSED[i].text, &trace));
        assert_true(f->diag.errors > 0);
        assert_string_equal(f->diag.entries[0].message, REFUSED[i].message);
        assert_int_equal(f->diag.entries[0].at.line, REFUSED[i].line);
        assert_int_equal(f->diag.entries[0].at.column, REFUSED[i].column);
    }
}

static void given_nul_bytes_and_endless_lines_when_read_then_they_are_refused(void **state)
{
    struct fixture *f = *state;
    struct trace trace;
    static const char nul[] = "time_s,requests\n0,1\n60,2\0,3\n120,4\n";
    assert_false(load_bytes(f, nul, sizeof nul - 1, &trace));
    assert_int_equal(f->diag.entries[0].at.line, 3);
    assert_int_equal(f->diag.entries[0].at.column, 5);
    static char digits[1 << 20];
    memset(digits, '7', sizeof digits);
    assert_false(load_bytes(f, digits, sizeof digits, &trace));
    assert_int_equal(f->diag.errors, 1);
}

/* Nothing but newlines and noise: reading ends, with few errors, in little memory. */
static void given_a_binary_file_when_read_then_errors_and_memory_are_bounded(void **state)
{
    struct fixture *f = *state;
    static char noise[1 << 20];
    uint64_t x = 88172645463325252u; /* xorshift: any bytes do */
    for (size_t i = 0; i < sizeof noise; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        noise[i] = (char)(x >> 32);
    }
    static const char header[] = "time_s,requests\n";
    memcpy(noise, header, sizeof header - 1);
    struct trace trace;
    assert_false(load_bytes(f, noise, sizeof noise, &trace));
    assert_int_equal(f->diag.errors, 10);
    assert_true(f->arena.total_bytes < 1 << 20);
}

static void given_what_is_no_plain_file_when_read_then_it_is_refused_at_once(void **state)
{
    struct fixture *f = *state;
    struct trace trace;
    const char *pipe = arena_printf(&f->arena, "%s/t.csv", f->folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const char *const names[] = { pipe, "/dev/zero", f->folder, "no/such.csv" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        diag_init(&f->diag, &f->arena);
        assert_false(trace_load(&trace, names[i], HERE, NULL, TRACE_BINS_MAX, &f->arena, &f->diag));
        assert_int_equal(f->diag.errors, 1);
        assert_int_equal(f->diag.entries[0].at.line, HERE.line);
    }
    remove(pipe);
    assert_false(load(f, "", &trace));
    assert_int_equal(truncate(pipe, TRACE_BYTES_MAX + 1), 0);
    diag_init(&f->diag, &f->arena);
    assert_false(trace_load(&trace, "t.csv", HERE, f->folder, TRACE_BINS_MAX, &f->arena, &f->diag));
    assert_string_equal(f->diag.entries[0].message, "'t.csv' is larger than 32 MiB");
}

static void given_more_bins_than_allowed_when_read_then_they_are_refused(void **state)
{
    struct fixture *f = *state;
    struct trace trace;
    assert_true(load(f, "time_s,requests\n0,1\n1,1\n2,1\n", &trace));
    assert_true(trace_load(&trace, "t.csv", HERE, f->folder, 3, &f->arena, &f->diag));
    assert_false(trace_load(&trace, "t.csv", HERE, f->folder, 2, &f->arena, &f->diag));
    assert_string_equal(f->diag.entries[0].message, "more than 2 bins");
    assert_int_equal(f->diag.entries[0].at.line, 4);
}

/* ---- real ones ---- */

/* Bins of a trace, its requests divided by `divisor`, rounded as a running total. */
static struct arrival_bin *bins_of(const struct trace *trace, double divisor, struct arena *arena)
{
    struct arrival_bin *bins = ARENA_ARRAY(arena, struct arrival_bin, trace->count);
    for (uint32_t i = 0; i < trace->count; i++) {
        const double before = (double)trace->bins[i].before, after = before + (double)trace->bins[i].requests;
        bins[i] = (struct arrival_bin){ .from = trace->bins[i].at,
                                        .until = trace->bins[i].at + trace->bin_length,
                                        .count = (uint64_t)(after / divisor + 0.5) -
                                                 (uint64_t)(before / divisor + 0.5) };
    }
    return bins;
}

static void replay(const struct trace *trace, struct arena *arena)
{
    const double divisor = trace->total > 200000 ? (double)trace->total / 200000.0 : 1.0;
    const struct arrival_bin *bins = bins_of(trace, divisor, arena);
    uint64_t *came = ARENA_ARRAY(arena, uint64_t, trace->count);
    struct arrivals a;
    arrivals_init_exact(&a, bins, trace->count, draw_key_make(5, 0), draw_place("trace"));
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
        came[a.bin]++; /* the bin that the last arrival was of */
    for (uint32_t i = 0; i < trace->count; i++)
        assert_int_equal(came[i], bins[i].count);
    assert_int_equal(a.ordinal, (uint64_t)((double)trace->total / divisor + 0.5));
}

static void given_real_traces_when_replayed_then_every_bin_has_its_number(void **state)
{
    struct fixture *f = *state;
    const char *folder = getenv("HEADROOM_TRACES");
    DIR *directory = folder && folder[0] ? opendir(folder) : NULL;
    if (!directory) {
        print_message("skipped: HEADROOM_TRACES names no folder of traces\n");
        skip();
    }
    int replayed = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".csv") != 0)
            continue;
        struct trace trace;
        diag_init(&f->diag, &f->arena);
        if (!trace_load(&trace, entry->d_name, HERE, folder, TRACE_BINS_MAX, &f->arena, &f->diag))
            diag_print(&f->diag, stderr, false);
        assert_int_equal(f->diag.errors, 0);
        replay(&trace, &f->arena);
        replayed++;
    }
    closedir(directory);
    assert_true(replayed > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_bins_when_read_then_they_add_up),
        TEST(given_missing_bins_when_read_then_each_gap_is_a_warning_at_its_line),
        TEST(given_gaps_without_end_when_read_then_a_few_are_shown_and_all_are_counted),
        TEST(given_a_malformed_line_when_read_then_its_place_is_told),
        TEST(given_nul_bytes_and_endless_lines_when_read_then_they_are_refused),
        TEST(given_a_binary_file_when_read_then_errors_and_memory_are_bounded),
        TEST(given_what_is_no_plain_file_when_read_then_it_is_refused_at_once),
        TEST(given_more_bins_than_allowed_when_read_then_they_are_refused),
        TEST(given_real_traces_when_replayed_then_every_bin_has_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
