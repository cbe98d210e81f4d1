/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdlib.h>

#include "analysis/figure.h"
#include "tests/unit/synthetic_run.h"

static struct synthetic_run run;
static struct plots no_plots = { .folder = "/nonexistent" };

static int set_up(void **state)
{
    synthetic_begin(&run);
    run.sc->replications = 3;
    return synthetic_finish(&run, synthetic_replicate) ? 0 : -1;
}

static int tear_down(void **state)
{
    synthetic_end(&run);
    return 0;
}

/* What a writer writes, as text in the run's arena. */
#define WRITTEN(call) \
    do { \
        FILE *out = open_memstream(&text, &size); \
        assert_non_null(out); \
        call; \
        fclose(out); \
    } while (0)

static const cJSON *at(const cJSON *root, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(root, key);
    if (!value)
        print_error("no key '%s'\n", key);
    assert_non_null(value);
    return value;
}

static void given_results_when_written_as_json_then_every_key_of_the_contract_is_there(void **state)
{
    static const char *const keys[] = { "schema",       "scenario",   "engine",        "timing",
                                        "availability", "latency_ms", "latency_ok_ms", "errors",
                                        "objectives",   "faults",     "capacity",      "utilisation",
                                        "limits",       "cost",       "usage",         "warnings" };
    char *text;
    size_t size;
    WRITTEN(results_json_write(&run.results, out));
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        at(root, keys[i]);
    const cJSON *browse = at(at(root, "availability"), "browse");
    assert_true(at(browse, "mean")->valuedouble < 1);
    assert_int_equal(cJSON_GetArraySize(at(browse, "ci95")), 2);
    at(browse, "attempts");
    at(browse, "bad_minutes");
    at(at(at(at(root, "latency_ms"), "browse"), "ci95"), "p999");
    at(at(at(root, "errors"), "checkout"), "http_504");
    at(at(root, "engine"), "fingerprint");
    assert_true(at(at(at(root, "cost"), "monthly_usd"), "peak")->valuedouble > 100);
    at(at(root, "cost"), "window_usd");
    assert_true(at(at(root, "cost"), "annual_usd")->valuedouble > 1000);
    assert_null(cJSON_GetObjectItem(at(root, "cost"), "risk_annual_usd"));
    assert_null(cJSON_GetObjectItem(at(at(root, "availability"), "static"), "bad_minutes"));
    assert_int_equal(at(root, "valid")->type & 0xff, cJSON_True);
    cJSON_Delete(root);
    free(text);
}

/* The means of two bills are exact in half cents, so the services add up to the month exactly. */
static void given_results_when_written_as_json_then_services_add_up_to_the_month(void **state)
{
    char *text;
    size_t size;
    WRITTEN(results_json_write(&run.results, out));
    cJSON *root = cJSON_Parse(text);
    const cJSON *cost = at(root, "cost"), *service;
    double sum = 0;
    cJSON_ArrayForEach(service, at(cost, "by_service")) sum += service->valuedouble;
    assert_true(fabs(sum - at(at(cost, "months_usd"), "2026-11")->valuedouble) < 1e-6);
    cJSON_Delete(root);
    free(text);
}

static void given_a_hostile_name_when_written_as_html_then_no_markup_of_it_is_left(void **state)
{
    run.sc->name = "<script>alert(1)</script>";
    run.sc->description = "\"><img src=x onerror=alert(1)>";
    run.results.operations[0].name = "<b>browse";
    run.results.warnings[run.results.warning_count++] = "<iframe>";
    char *text;
    size_t size;
    WRITTEN(report_html_write(&run.results, &no_plots, out));
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "<b>browse"));
    assert_null(strstr(text, "<iframe"));
    assert_non_null(strstr(text, "&lt;script&gt;alert(1)"));
    free(text);
}

static void given_results_when_written_as_html_then_it_is_self_contained_and_verdict_first(void **state)
{
    char *text;
    size_t size;
    WRITTEN(report_html_write(&run.results, &no_plots, out));
    assert_null(strstr(text, "http://"));
    assert_null(strstr(text, "https://"));
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "<link"));
    const char *verdict = strstr(text, "All 3 objectives are met"), *costs = strstr(text, "id=\"money\""),
               *latency = strstr(text, "id=\"latency\""), *bill = strstr(text, "id=\"bill\"");
    assert_true(verdict && costs && latency && bill);
    assert_true(verdict < costs && costs < latency && latency < bill);
    free(text);
}

static void given_a_violation_when_written_then_every_form_says_that_it_is_invalid(void **state)
{
    run.results.violation = "a law was broken";
    char *text;
    size_t size;
    WRITTEN(report_html_write(&run.results, &no_plots, out));
    assert_non_null(strstr(text, "a law was broken"));
    free(text);
    WRITTEN(report_md_write(&run.results, &no_plots, out));
    assert_non_null(strstr(text, "a law was broken"));
    free(text);
    WRITTEN(screen_write(&run.results, NULL, false, out));
    assert_non_null(strstr(text, "INVALID"));
    free(text);
    WRITTEN(results_json_write(&run.results, out));
    assert_non_null(strstr(text, "\"valid\":\tfalse"));
    free(text);
}

/* On the screen, in the page, in the Markdown and among the warnings; `absent` may be NULL. */
static void assert_all_say(const char *said, const char *absent)
{
    for (int form = 0; form < 4; form++) {
        char *text;
        size_t size;
        WRITTEN(form == 0   ? screen_write(&run.results, NULL, false, out)
                : form == 1 ? report_html_write(&run.results, &no_plots, out)
                : form == 2 ? report_md_write(&run.results, &no_plots, out)
                            : results_json_write(&run.results, out));
        if (!strstr(text, said) || (absent && strstr(text, absent)))
            fail_msg("form %d does not say '%s', or says '%s'", form, said, absent ? absent : "");
        free(text);
    }
}

static void given_a_missed_precision_when_written_then_every_form_says_so(void **state)
{
    run.sc->precision = 0.005;
    run.sc->max_replications = 10;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_false(run.tally.sufficed);
    assert_all_say("after 10 replications, the most that were allowed, a figure is less precise than 0.5 %", NULL);
}

static void given_a_time_limit_when_written_then_every_form_says_what_repeats(void **state)
{
    run.sc->precision = 0.005;
    run.tasks.out_of_time = true;
    run.tally.sufficed = false;
    assert_true(results_compute(&run.results, &run.tally, &run.tasks, &run.diag, false, &run.arena));
    assert_all_say("`--replications 3` repeats them and their fingerprint, with intervals at the 95 % level",
                   "The same scenario and seed give the same results");
}

static void given_an_interrupted_run_when_written_then_no_form_promises_to_repeat_it(void **state)
{
    assert_true(results_compute(&run.results, &run.tally, &run.tasks, &run.diag, true, &run.arena));
    assert_all_say("interrupted", "The same scenario and seed give the same results");
}

/* One number for one thing: what the page says at its top stands at its foot and on the screen. */
static void given_results_when_written_then_the_amount_of_work_is_the_same_everywhere(void **state)
{
    struct arena *a = &run.arena;
    const struct results *r = &run.results;
    const char *amount = arena_printf(
        a, "%s requests (%s dynamic, %s static) and %s on %d billed days", figure_short((double)r->requests, a),
        figure_short((double)r->dynamic_requests, a), figure_short((double)(r->requests - r->dynamic_requests), a),
        figure_short((double)r->billed_requests, a), r->finished - r->replications);
    char *text;
    size_t size;
    WRITTEN(screen_write(r, NULL, false, out));
    assert_non_null(strstr(text, amount));
    free(text);
    WRITTEN(report_md_write(r, &no_plots, out));
    assert_non_null(strstr(text, amount));
    free(text);
    WRITTEN(report_html_write(r, &no_plots, out));
    const char *top = strstr(text, amount);
    assert_non_null(top);
    assert_non_null(strstr(top + 1, amount));
    free(text);
}

static void given_control_characters_when_printed_then_the_terminal_does_not_get_them(void **state)
{
    run.sc->name = "a\033[2Jb";
    char *text;
    size_t size;
    WRITTEN(screen_write(&run.results, "runs/x/1", false, out));
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "runs/x/1/report.html"));
    free(text);
}

static void given_results_when_printed_then_the_answer_comes_first_and_fits_a_screen(void **state)
{
    char *text;
    size_t size;
    WRITTEN(screen_write(&run.results, "runs/x/1", false, out));
    int lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_in_range(lines, 8, 24);
    assert_non_null(strstr(text, "  met "));
    assert_true(strstr(text, "  met ") < strstr(text, "money"));
    free(text);
}

static void given_a_series_when_written_as_csv_then_each_window_has_its_row_in_local_time(void **state)
{
    char *text;
    size_t size;
    WRITTEN(timeseries_write(&run.results, out));
    int rows = 0;
    for (const char *c = text; *c; c++)
        rows += *c == '\n';
    assert_int_equal(rows, 1441);
    assert_non_null(strstr(text, "\n2026-11-27T20:05:00-05:00,72300,"));
    const char *header_end = strchr(text, '\n'), *row_end = strchr(header_end + 1, '\n');
    int header_cells = 0, row_cells = 0;
    for (const char *c = text; c < header_end; c++)
        header_cells += *c == ',';
    for (const char *c = header_end; c < row_end; c++)
        row_cells += *c == ',';
    assert_int_equal(header_cells, row_cells);
    assert_int_equal(header_cells, 1 + 3 * run.results.series.column_count);
    free(text);
}

static void given_results_when_written_as_markdown_then_tables_and_diagram_are_there(void **state)
{
    char *text;
    size_t size;
    WRITTEN(report_md_write(&run.results, &no_plots, out));
    assert_non_null(strstr(text, "| **met** |"));
    assert_non_null(strstr(text, "Prices as of 20"));
    assert_non_null(strstr(text, "of low confidence"));
    assert_non_null(strstr(text, "```mermaid\nflowchart LR"));
    assert_non_null(strstr(text, "apt install gnuplot-nox"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_results_when_written_as_json_then_every_key_of_the_contract_is_there,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_results_when_written_as_json_then_services_add_up_to_the_month, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_hostile_name_when_written_as_html_then_no_markup_of_it_is_left, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_results_when_written_as_html_then_it_is_self_contained_and_verdict_first,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_violation_when_written_then_every_form_says_that_it_is_invalid, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_missed_precision_when_written_then_every_form_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_time_limit_when_written_then_every_form_says_what_repeats, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_an_interrupted_run_when_written_then_no_form_promises_to_repeat_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_results_when_written_then_the_amount_of_work_is_the_same_everywhere,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_control_characters_when_printed_then_the_terminal_does_not_get_them,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_results_when_printed_then_the_answer_comes_first_and_fits_a_screen,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_series_when_written_as_csv_then_each_window_has_its_row_in_local_time,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_results_when_written_as_markdown_then_tables_and_diagram_are_there,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
