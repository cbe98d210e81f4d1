/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/synthetic_run.h"

static struct synthetic_run run;
static char folder[64];

static int set_up(void **state)
{
    synthetic_begin(&run);
    run.sc->replications = 2;
    strcpy(folder, "/tmp/headroom-plots-XXXXXX");
    return synthetic_finish(&run, synthetic_replicate) && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const extensions[] = { "dat", "gp", "svg", "png" };
    static const char *const files[] = { "capacity", "latency", "errors", "utilisation", "queue", "cost" };
    for (size_t f = 0; f < ARRAY_LEN(files); f++)
        for (size_t e = 0; e < ARRAY_LEN(extensions); e++)
            unlink(arena_printf(&run.arena, "%s/%s.%s", folder, files[f], extensions[e]));
    unlink(arena_printf(&run.arena, "%s/owned", folder));
    rmdir(folder);
    synthetic_end(&run);
    return 0;
}

static const char *read_text(const char *name)
{
    FILE *in = fopen(arena_printf(&run.arena, "%s/%s", folder, name), "r");
    assert_non_null(in);
    char *text = ARENA_ARRAY(&run.arena, char, 1 << 20);
    const size_t size = fread(text, 1, (1 << 20) - 1, in);
    fclose(in);
    assert_true(size > 0);
    return text;
}

static void given_a_day_when_planned_then_panels_follow_the_columns(void **state)
{
    const struct panels capacity = plot_panels(&run.results, PLOT_CAPACITY, &run.arena);
    assert_int_equal(capacity.count, 3);
    assert_string_equal(capacity.panel[0].title, "traffic");
    assert_int_equal(capacity.panel[0].count, 1); /* "all" alone: static objects would hide it */
    assert_string_equal(capacity.panel[1].title, "web-fleet");
    assert_string_equal(capacity.panel[1].labels[1], "in service");

    const struct panels latency = plot_panels(&run.results, PLOT_LATENCY, &run.arena);
    assert_int_equal(latency.count, 2); /* browse, which has an objective, and its close-up of the fault */
    assert_true(latency.panel[0].log_scale && latency.panel[0].limit == 400);
    assert_true(latency.panel[1].to_s < 86400);

    const struct panels errors = plot_panels(&run.results, PLOT_ERRORS, &run.arena);
    assert_int_equal(errors.count, 2);
    assert_true(errors.panel[1].from_s > 0 && errors.panel[1].from_s < SYN_FAULT_S);
    assert_true(errors.panel[1].to_s < 86400);
}

static void given_gnuplot_when_drawn_then_every_plot_has_svg_and_png(void **state)
{
    struct plots plots;
    assert_true(plots_write(&plots, &run.results, folder, &run.arena));
    if (!plots.gnuplot) {
        print_message("gnuplot is not installed: nothing drawn\n");
        skip();
    }
    for (int k = 0; k < PLOT_KINDS; k++)
        assert_true(plots.plot[k].present && plots.plot[k].drawn);
    assert_non_null(strstr(read_text("capacity.svg"), "web-fleet"));
    assert_memory_equal(read_text("latency.png") + 1, "PNG", 3);
}

static void given_no_gnuplot_when_drawn_then_scripts_and_data_are_left_for_later(void **state)
{
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    struct plots plots;
    const bool written = plots_write(&plots, &run.results, folder, &run.arena);
    setenv("PATH", path, 1);
    free(path);
    assert_true(written);
    assert_false(plots.gnuplot);
    assert_true(plots.plot[PLOT_LATENCY].present && !plots.plot[PLOT_LATENCY].drawn);
    assert_non_null(strstr(read_text("latency.gp"), "set logscale y"));
    assert_non_null(strstr(read_text("latency.dat"), "p99"));
}

/* Two names at one place go into two rows, and a line stays level from the beginning of a window to its end. */
static void given_faults_side_by_side_when_drawn_then_names_are_staggered_and_lines_are_steps(void **state)
{
    struct fault_summary faults[3];
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        faults[i] = run.results.faults[0];
        faults[i].name = arena_printf(&run.arena, "fault %zu", i);
    }
    run.results.faults = faults;
    run.results.fault_count = ARRAY_LEN(faults);
    struct plots plots;
    assert_true(plots_write(&plots, &run.results, folder, &run.arena));
    const char *script = read_text("latency.gp");
    static const char *const rows[] = { "graph 0.92", "graph 0.79", "graph 0.66" };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *label = strstr(script, arena_printf(&run.arena, "set label 'fault %zu' at", i));
        assert_non_null(label);
        assert_true(strstr(label, rows[i]) && strstr(label, rows[i]) < strchr(label, '\n'));
    }
    assert_non_null(strstr(script, "shaded: lowest to highest of 2 replications"));

    long long begin, end;
    double at_begin, at_end;
    const char *data = strchr(read_text("latency.dat"), '\n');
    assert_int_equal(sscanf(data, "%lld %lf", &begin, &at_begin), 2);
    assert_int_equal(sscanf(strchr(data + 1, '\n'), "%lld %lf", &end, &at_end), 2);
    assert_int_equal(end - begin, run.results.series.window_ns / SIM_SECOND);
    assert_true(at_begin == at_end);
}

/* The scripts are run with a component that tries to leave its string, its block and its line. */
static void given_a_hostile_name_when_drawn_then_gnuplot_runs_no_command_of_it(void **state)
{
    const char *owned = arena_printf(&run.arena, "%s/owned", folder);
    const char *evil = arena_printf(&run.arena, "x'; system('touch %s') #`touch %s`}\nsystem(\"touch %s\")", owned,
                                    owned, owned);
    struct series_column *columns = ARENA_ARRAY(&run.arena, struct series_column, run.results.series.column_count);
    memcpy(columns, run.results.series.columns, sizeof *columns * (size_t)run.results.series.column_count);
    for (int c = 0; c < run.results.series.column_count; c++) {
        if (strcmp(columns[c].component, "all") != 0)
            columns[c].component = evil;
        if (columns[c].group == SERIES_ERRORS)
            columns[c].name = evil;
    }
    run.results.series.columns = columns;
    run.results.faults[0].name = evil;
    run.results.cost.services[0].name = evil;
    struct plots plots;
    assert_true(plots_write(&plots, &run.results, folder, &run.arena));
    assert_int_not_equal(access(owned, F_OK), 0);
    if (plots.gnuplot)
        for (int k = 0; k < PLOT_KINDS; k++)
            assert_true(!plots.plot[k].present || plots.plot[k].drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_a_day_when_planned_then_panels_follow_the_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_gnuplot_when_drawn_then_every_plot_has_svg_and_png, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_no_gnuplot_when_drawn_then_scripts_and_data_are_left_for_later, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            given_faults_side_by_side_when_drawn_then_names_are_staggered_and_lines_are_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_hostile_name_when_drawn_then_gnuplot_runs_no_command_of_it, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
