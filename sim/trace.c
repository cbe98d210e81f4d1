/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/sha256.h"
#include "sim/base/units.h"

enum { LINE_BYTES = 128, ERRORS_MAX = 10, GAPS_SHOWN = 5 };

static const sim_time BIN_SHORTEST = SIM_MILLISECOND;
/* Beyond any clock; far from overflow when bins are added. */
static const int64_t SECONDS_MAX = 1000000000;

struct reader {
    FILE *file;
    const char *name, *path; /* as written, and as people find it from here: for marks */
    struct diag *diag;
    struct arena *arena;
    struct trace_bin *bins;
    int *lines; /* of each bin, for messages */
    uint32_t count, capacity, most;
    int line, errors;
};

/* ---- lines and fields ---- */

static FILE *open_plain_file(const char *path, const char *name, struct mark at, struct diag *diag)
{
    struct stat status;
    if (stat(path, &status) != 0) { /* before opening: a pipe would wait for its writer */
        diag_error(diag, at, "cannot read '%s': %s", name, strerror(errno));
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        diag_error(diag, at, "'%s' is not a plain file", name);
        return NULL;
    }
    if (status.st_size > TRACE_BYTES_MAX) {
        diag_error(diag, at, "'%s' is larger than %d MiB", name, TRACE_BYTES_MAX / (1024 * 1024));
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    if (!file)
        diag_error(diag, at, "cannot read '%s': %s", name, strerror(errno));
    return file;
}

static bool bad(struct reader *r, int column, int length, const char *message, const char *hint)
{
    const struct mark at = { .file = r->path, .line = r->line, .column = column, .length = length > 0 ? length : 1 };
    r->errors++;
    diag_error(r->diag, at, "%s", message);
    return hint ? diag_hint(r->diag, "%s", hint) : false;
}

enum line_state { LINE_READ, LINE_REFUSED, LINE_NONE };

/* The next line without its end. What is no text is refused as a whole, and skipped. */
static enum line_state next_line(struct reader *r, char *line)
{
    int length = 0, refused_at = 0, c;
    while ((c = getc(r->file)) != EOF && c != '\n') {
        if (!refused_at && (length == LINE_BYTES - 1 || (c < ' ' && c != '\t' && c != '\r') || c > '~'))
            refused_at = length + 1;
        if (!refused_at)
            line[length++] = (char)c;
    }
    if (c == EOF && length == 0 && !refused_at)
        return LINE_NONE;
    r->line++;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    if (!refused_at || line[0] == '#')
        return LINE_READ;
    bad(r, refused_at, 1, "this is not a line of a trace", "a line is text such as 300,398");
    return LINE_REFUSED;
}

struct field {
    const char *text;
    int column, length;
};

/* The next field, without blanks around it; *rest moves behind the comma, or to NULL after the last. */
static struct field take_field(const char *line, const char **rest)
{
    const char *begin = *rest, *comma = strchr(begin, ',');
    const char *end = comma ? comma : begin + strlen(begin);
    *rest = comma ? comma + 1 : NULL;
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct field){ .text = begin, .column = (int)(begin - line) + 1, .length = (int)(end - begin) };
}

static bool field_is(struct field f, const char *text)
{
    return f.length == (int)strlen(text) && !strncmp(f.text, text, (size_t)f.length);
}

/* Digits only, up to `most`. */
static bool take_digits(const char **text, const char *end, int64_t most, int64_t *value)
{
    const char *p = *text;
    *value = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        const int digit = *p - '0';
        if (*value > (most - digit) / 10)
            return false;
        *value = 10 * *value + digit;
    }
    const bool any = p > *text;
    *text = p;
    return any;
}

/* "300", "0.25": decimal, so that a step of 0.1 s is the same number of nanoseconds every time. */
static bool time_from_field(struct field f, sim_time *at)
{
    const char *p = f.text, *end = f.text + f.length;
    int64_t seconds, fraction = 0;
    if (!take_digits(&p, end, SECONDS_MAX, &seconds))
        return false;
    if (p < end && *p == '.') {
        const char *first = ++p;
        if (!take_digits(&p, end, SIM_SECOND - 1, &fraction) || p - first > 9)
            return false;
        for (int64_t digits = p - first; digits < 9; digits++)
            fraction *= 10;
    }
    *at = seconds * SIM_SECOND + fraction;
    return p == end;
}

static bool count_from_field(struct field f, int64_t *count)
{
    const char *p = f.text, *end = f.text + f.length;
    return take_digits(&p, end, TRACE_RATE_MAX_PER_S * SECONDS_MAX, count) && p == end;
}

/* ---- bins ---- */

static void add_bin(struct reader *r, struct trace_bin bin)
{
    if (r->count == r->capacity) {
        const uint32_t bigger = r->capacity ? 2 * r->capacity : 1024;
        r->bins = arena_grow(r->arena, r->bins, r->count, bigger, sizeof *r->bins);
        r->lines = arena_grow(r->arena, r->lines, r->count, bigger, sizeof *r->lines);
        r->capacity = bigger;
    }
    r->lines[r->count] = r->line;
    r->bins[r->count++] = bin;
}

static bool read_bin(struct reader *r, const char *line)
{
    const char *rest = line;
    const struct field time = take_field(line, &rest);
    struct trace_bin bin = { 0 };
    if (!time_from_field(time, &bin.at))
        return bad(r, time.column, time.length,
                   arena_printf(r->arena, "'%.*s' is not a time in seconds", time.length, time.text),
                   "write the seconds from the start of the trace: 300");
    if (!rest)
        return bad(r, (int)strlen(line) + 1, 1, "the requests are missing", "a line is time_s,requests");
    const struct field requests = take_field(line, &rest);
    if (!count_from_field(requests, &bin.requests))
        return bad(r, requests.column, requests.length,
                   arena_printf(r->arena, "'%.*s' is not a number of requests", requests.length, requests.text),
                   "write a whole number, 0 or more");
    if (rest)
        return bad(r, (int)(rest - line) + 1, 1, "there is a third column", "a line is time_s,requests");
    if (r->count > 0 && bin.at <= r->bins[r->count - 1].at)
        return bad(r, time.column, time.length, "time does not go forward",
                   arena_printf(r->arena, "line %d begins at the same time or later", r->lines[r->count - 1]));
    if (r->count > 0 && bin.at - r->bins[r->count - 1].at < BIN_SHORTEST)
        return bad(r, time.column, time.length, "a bin is shorter than 1 ms", NULL);
    if (r->count == r->most)
        return bad(r, 1, 1, arena_printf(r->arena, "more than %u bins", r->most), "make the bins longer");
    add_bin(r, bin);
    return true;
}

static bool read_header(struct reader *r, const char *line)
{
    const char *rest = line;
    if (field_is(take_field(line, &rest), "time_s") && rest && field_is(take_field(line, &rest), "requests") && !rest)
        return true;
    return bad(r, 1, (int)strlen(line), "a trace begins with the line time_s,requests", NULL);
}

/* Spreadsheets like to put a byte order mark in front. */
static void skip_mark(FILE *file)
{
    static const char mark[] = "\xEF\xBB\xBF";
    char begin[sizeof mark - 1];
    if (fread(begin, 1, sizeof begin, file) != sizeof begin || memcmp(begin, mark, sizeof begin) != 0)
        rewind(file);
}

static bool read_bins(struct reader *r)
{
    char line[LINE_BYTES];
    bool header = false;
    skip_mark(r->file);
    for (enum line_state state; r->errors < ERRORS_MAX && (state = next_line(r, line)) != LINE_NONE;) {
        if (state == LINE_READ && (line[0] == '#' || line[strspn(line, " \t")] == '\0'))
            continue;
        if (!header) {
            header = true;
            if (state == LINE_REFUSED || !read_header(r, line))
                return false; /* some other kind of file: its lines would all be wrong */
        } else if (state == LINE_READ && !read_bin(r, line) && r->count == r->most) {
            return false;
        }
    }
    return r->errors == 0;
}

/* ---- the whole ---- */

static sim_time shortest_step(const struct reader *r)
{
    sim_time shortest = SIM_NEVER;
    for (uint32_t i = 1; i < r->count; i++)
        if (r->bins[i].at - r->bins[i - 1].at < shortest)
            shortest = r->bins[i].at - r->bins[i - 1].at;
    return shortest;
}

static bool check_bins(struct reader *r, sim_time bin_length)
{
    char text[32];
    const double most = (double)TRACE_RATE_MAX_PER_S * (double)bin_length / 1e9;
    for (uint32_t i = 0; i < r->count && r->errors < ERRORS_MAX; i++) {
        r->line = r->lines[i];
        if (r->bins[i].at % bin_length != 0)
            bad(r, 1, 1,
                arena_printf(r->arena, "this bin does not begin at a multiple of the bins' length, %s",
                             duration_to_text(bin_length, text, sizeof text)),
                "the length is the smallest step between two lines");
        if ((double)r->bins[i].requests > most)
            bad(r, 1, 1, "more than 1e9 requests per second", NULL);
    }
    return r->errors == 0;
}

/* A gap is legal, but seldom meant: a monitoring system leaves lines out when it was down, or when nothing came. */
static void warn_of_gaps(struct reader *r, sim_time bin_length)
{
    int gaps = 0;
    sim_time silent = 0, expected = 0;
    for (uint32_t i = 0; i < r->count; expected = r->bins[i++].at + bin_length) {
        const sim_time missing = r->bins[i].at - expected;
        if (missing == 0)
            continue;
        silent += missing;
        const struct mark at = { .file = r->path, .line = r->lines[i], .column = 1, .length = 1 };
        char text[32];
        if (gaps++ >= GAPS_SHOWN)
            continue;
        if (missing == bin_length)
            diag_warning(r->diag, at, "a bin is missing before this line");
        else
            diag_warning(r->diag, at, "%lld bins are missing before this line", (long long)(missing / bin_length));
        diag_hint(r->diag, "nothing arrives for %s; write lines with 0 if that is meant",
                  duration_to_text(missing, text, sizeof text));
    }
    char text[32];
    if (gaps > GAPS_SHOWN)
        diag_warning(r->diag, (struct mark){ .file = r->path }, "%d gaps in all, together %s", gaps,
                     duration_to_text(silent, text, sizeof text));
}

static bool finish(struct reader *r, struct trace *out, struct mark at)
{
    if (r->count < 2)
        return diag_error(r->diag, at, "'%s' has fewer than two bins", r->name) ||
               diag_hint(r->diag, "the length of a bin is the step between two lines");
    const sim_time bin_length = shortest_step(r);
    if (!check_bins(r, bin_length))
        return false;
    warn_of_gaps(r, bin_length);
    int64_t total = 0, most = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        most = r->bins[i].requests > most ? r->bins[i].requests : most;
        r->bins[i].before = total;
        total += r->bins[i].requests; /* at most 1e9/s for 1e9 s: no overflow */
    }
    *out = (struct trace){ .name = r->name,
                           .bins = r->bins,
                           .count = r->count,
                           .bin_length = bin_length,
                           .length = r->bins[r->count - 1].at + bin_length,
                           .total = total,
                           .peak_per_s = (double)most / ((double)bin_length / (double)SIM_SECOND) };
    return true;
}

bool trace_load(struct trace *out, const char *name, struct mark at, const char *base_dir, uint32_t bins_max,
                struct arena *arena, struct diag *diag)
{
    const bool relative = base_dir && base_dir[0] != '\0' && strcmp(base_dir, ".") != 0 && name[0] != '/';
    const char *path = relative ? arena_printf(arena, "%s/%s", base_dir, name) : arena_text(arena, name);
    struct reader r = { .name = arena_text(arena, name), .path = path, .diag = diag, .arena = arena, .most = bins_max };
    r.file = open_plain_file(path, name, at, diag);
    if (!r.file)
        return false;
    bool read = read_bins(&r);
    if (ferror(r.file))
        read = diag_error(diag, at, "cannot read '%s': %s", name, strerror(errno));
    read = read && finish(&r, out, at);
    if (read)
        sha256_of_file(r.file, out->sha256);
    fclose(r.file);
    return read;
}

double trace_requests_until(const struct trace *trace, sim_time t)
{
    uint32_t low = 0, high = trace->count; /* bins[0..low) begin before t */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (trace->bins[middle].at < t)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0.0;
    const struct trace_bin *bin = &trace->bins[low - 1];
    const sim_time since = t - bin->at;
    if (since >= trace->bin_length)
        return (double)(bin->before + bin->requests);
    return (double)bin->before + (double)bin->requests * ((double)since / (double)trace->bin_length);
}
