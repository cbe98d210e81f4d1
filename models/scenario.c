/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario.h"

#include <string.h>

#include "models/extends.h"
#include "models/scenario_read.h"
#include "sim/base/sha256.h"
#include "sim/base/text.h"

/* ---- the clock ---- */

/* Exactly `digits` decimal digits and then `after` (0: anything). */
static bool take_digits(const char **text, int digits, char after, int *out)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        value = 10 * value + (**text - '0');
    }
    *out = value;
    if (after && *(*text)++ != after)
        return false;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar from 1970 on. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t days = day - 1;
    for (int y = 1970; y < year; y++)
        days += days_in_month(y, 2) == 29 ? 366 : 365;
    for (int m = 1; m < month; m++)
        days += days_in_month(year, m);
    return days;
}

/* "Z" or "+hh:mm" or "-hh:mm" */
static bool take_offset(const char **text, int *offset_s)
{
    const char sign = *(*text)++;
    *offset_s = 0;
    if (sign == 'Z')
        return true;
    int hours, minutes;
    if ((sign != '+' && sign != '-') || !take_digits(text, 2, ':', &hours) || !take_digits(text, 2, 0, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    *offset_s = (sign == '-' ? -60 : 60) * (60 * hours + minutes);
    return true;
}

/* 2026-11-27T00:00-05:00, seconds optional. [ISO-8601] */
static bool start_from_text(struct scenario *sc, const char *text)
{
    int year, month, day, hour, minute, second = 0, offset_s;
    if (!take_digits(&text, 4, '-', &year) || !take_digits(&text, 2, '-', &month) || !take_digits(&text, 2, 0, &day))
        return false;
    if (*text != 'T' && *text != ' ')
        return false;
    text++;
    if (!take_digits(&text, 2, ':', &hour) || !take_digits(&text, 2, 0, &minute))
        return false;
    if (*text == ':' && (text++, !take_digits(&text, 2, 0, &second)))
        return false;
    if (!take_offset(&text, &offset_s) || *text)
        return false;
    if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    const int second_of_day = 3600 * hour + 60 * minute + second;
    sc->clock.year = year;
    sc->clock.month = month;
    sc->clock.day = day;
    sc->clock.utc_offset_s = offset_s;
    sc->clock.start_utc_s = days_since_epoch(year, month, day) * 86400 + second_of_day - offset_s;
    sc->clock.start_ns_of_day = second_of_day * SIM_SECOND;
    return true;
}

static bool read_start(struct scenario *sc, const struct node *root, struct diag *diag)
{
    const struct node *clock = root->kind == NODE_MAPPING ? yaml_get(root, "clock") : NULL;
    const struct node *start = clock && clock->kind == NODE_MAPPING ? yaml_get(clock, "start") : NULL;
    if (!sc->clock.start || start_from_text(sc, sc->clock.start))
        return true;
    diag_error(diag, start ? start->at : (struct mark){ .file = sc->path }, "'%s' is not an instant", sc->clock.start);
    return diag_hint(diag, "write date, time and offset from UTC: \"2026-11-27T00:00-05:00\"");
}

/* Usage is metered by the hour, so a window lies within one. */
static bool check_window(const struct scenario *sc, const struct node *root, struct diag *diag)
{
    if (sc->window > 0 && SIM_HOUR % sc->window == 0)
        return true;
    const struct node *window = root->kind == NODE_MAPPING ? yaml_get(root, "window") : NULL;
    diag_error(diag, window ? window->at : (struct mark){ .file = sc->path },
               "windows of the series must divide the hour");
    return diag_hint(diag, "such as 10s, 1m, 5m or 1h");
}

sim_time scenario_instant(const struct scenario *sc, struct instant instant)
{
    if (instant.offset)
        return instant.ns;
    return (instant.ns - sc->clock.start_ns_of_day % SIM_DAY + SIM_DAY) % SIM_DAY;
}

/* ---- loading ---- */

/* The checks are right only for what could be read: an error in a table may hide what a reference names, and both are
 * reported all the same, because people repair a file in one go. */
static bool load(struct scenario *sc, const struct node *root, struct param_reader *reader)
{
    const bool read = scenario_read(sc, root, reader);
    const bool start = read_start(sc, root, reader->diag);
    const bool window = check_window(sc, root, reader->diag);
    return scenario_resolve(sc, reader) && read && start && window;
}

static const char *file_name(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    return arena_text_n(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* ---- what it was made of ---- */

static void add_input(struct scenario *sc, const char *file, const char *sha256)
{
    int at = 0;
    while (at < sc->input_count && strcmp(sc->inputs[at].file, file) < 0)
        at++;
    if (at < sc->input_count && !strcmp(sc->inputs[at].file, file))
        return;
    memmove(&sc->inputs[at + 1], &sc->inputs[at], (size_t)(sc->input_count - at) * sizeof sc->inputs[0]);
    sc->inputs[at] = (struct scenario_input){ .file = file, .sha256 = sha256 };
    sc->input_count++;
}

static void list_inputs(struct scenario *sc, const struct param_reader *reader, const struct extended *extended)
{
    int most = sc->population_count + extended->count, i = 0;
    for (const struct dist *dist; (dist = param_next_dist(reader, &i));)
        most += dist->file != NULL;
    sc->inputs = ARENA_ARRAY(reader->arena, struct scenario_input, most + 1);
    for (int f = 0; f < extended->count; f++)
        add_input(sc, extended->files[f].file, extended->files[f].sha256);
    for (int p = 0; p < sc->population_count; p++)
        if (sc->populations[p].rate.trace)
            add_input(sc, sc->populations[p].rate.trace->name, sc->populations[p].rate.trace->sha256);
    i = 0;
    for (const struct dist *dist; (dist = param_next_dist(reader, &i));)
        if (dist->file)
            add_input(sc, dist->file, dist->sha256);
}

struct scenario *scenario_parse(const char *name, const char *text, size_t length, const char *base_dir,
                                const char *const *sets, int set_count, struct arena *arena, struct diag *diag)
{
    struct scenario *sc = ARENA_NEW(arena, struct scenario);
    sc->path = name;
    struct sha256 sha;
    sha256_init(&sha);
    sha256_add(&sha, text, length);
    struct node *root = yaml_parse(name, text, length, arena, diag);
    struct extended extended;
    if (root)
        root = extends_resolve(root, name, base_dir, &extended, arena, diag);
    bool sets_ok = true;
    for (int i = 0; i < set_count; i++) {
        sha256_add(&sha, sets[i], strlen(sets[i]));
        sets_ok = root && yaml_set(root, sets[i], arena, diag) && sets_ok;
    }
    if (!root)
        return NULL;
    sc->root = root;
    struct param_reader reader;
    param_reader_init(&reader, arena, diag, name, base_dir);
    if (!load(sc, root, &reader) || !sets_ok || diag->errors > 0)
        return NULL;
    list_inputs(sc, &reader, &extended);
    for (int i = 0; i < sc->input_count; i++)
        sha256_add(&sha, sc->inputs[i].sha256, strlen(sc->inputs[i].sha256));
    sha256_finish(&sha, sc->sha256);
    if (!sc->name[0])
        sc->name = file_name(name, arena);
    return sc;
}

struct scenario *scenario_open(const char *path, const char *const *sets, int set_count, struct arena *arena,
                               struct diag *diag, bool *unreadable)
{
    size_t length;
    const char *text = yaml_file_text(path, &length, arena, diag, unreadable);
    return text ? scenario_parse(path, text, length, extends_folder(path, arena), sets, set_count, arena, diag) : NULL;
}

struct scenario *scenario_load(const char *path, const char *const *sets, int set_count, struct arena *arena,
                               struct diag *diag)
{
    return scenario_open(path, sets, set_count, arena, diag, NULL);
}

/* ---- access ---- */

int scenario_operation_count(const struct scenario *sc)
{
    return sc->traffic_operation_count;
}

const struct operation_config *scenario_operation(const struct scenario *sc, int index)
{
    return sc->traffic_operations[index];
}

int scenario_operation_index(const struct scenario *sc, const struct operation_config *operation)
{
    for (int i = 0; i < sc->traffic_operation_count; i++)
        if (sc->traffic_operations[i] == operation)
            return i;
    return -1;
}

int scenario_fleet_count(const struct scenario *sc)
{
    return sc->by_kind_count[KIND_ASG] + sc->by_kind_count[KIND_DEPLOYMENT];
}

const struct component *scenario_fleet(const struct scenario *sc, int index)
{
    const int groups = sc->by_kind_count[KIND_ASG];
    return index < groups ? sc->by_kind[KIND_ASG][index] : sc->by_kind[KIND_DEPLOYMENT][index - groups];
}

const struct component *scenario_component(const struct scenario *sc, const char *name)
{
    for (int i = 0; i < sc->component_count; i++)
        if (text_equal(sc->components[i].name, name))
            return &sc->components[i];
    for (int i = 0; name && i < sc->component_count; i++) {
        const struct component *c = &sc->components[i];
        const size_t length = c->region ? strlen(c->region->name) : 0;
        if (length && !strncmp(name, c->region->name, length) && name[length] == '.' &&
            !strcmp(name + length + 1, c->local))
            return c;
    }
    return NULL;
}
