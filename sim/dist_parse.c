/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The notation: a duration, or name(arguments) with arguments separated by spaces, each bare or key=value. A table says
 * which arguments each name takes and within which limits; one maker per form turns them into parameters.
 */
#include "sim/dist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text.h"
#include "sim/base/units.h"
#include "sim/dist_file.h"
#include "sim/gamma_table.h"
#include "sim/number.h"

enum { ARGUMENTS_MAX = 2, TOKENS_MAX = 8, WORD_MAX = 63, GAMMA_POINTS = 4097 };

enum argument_kind { ARGUMENT_DURATION, ARGUMENT_NUMBER, ARGUMENT_FILE };

struct argument {
    const char *key; /* NULL: written without a key */
    enum argument_kind kind;
    double min, max;    /* durations in ns */
    const char *limits; /* in words, for the message */
};

struct form {
    const char *name;
    const char *example; /* the hint of every error */
    void (*make)(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena);
    struct argument arguments[ARGUMENTS_MAX];
    int argument_count;
};

/* ---- what each form means */

static void make_exponential(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    *out = (struct dist){ .kind = DIST_EXPONENTIAL, .a = value[0], .mean_ns = value[0], .scv = 1.0 };
}

static void make_uniform(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    const double width = value[1] - value[0], mean = 0.5 * (value[0] + value[1]);
    *out = (struct dist){ .kind = DIST_UNIFORM, .a = value[0], .b = width, .mean_ns = mean };
    out->scv = mean > 0.0 ? width * width / (12.0 * mean * mean) : 0.0;
}

static void make_lognormal(struct dist *out, double mu, double sigma)
{
    const double variance = sigma * sigma;
    *out = (struct dist){ .kind = DIST_LOGNORMAL, .a = mu, .b = sigma };
    out->mean_ns = number_exp(mu + 0.5 * variance);
    out->scv = number_exp(variance) - 1.0;
}

static void make_lognormal_mean_cv(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    const double variance = number_log(1.0 + value[1] * value[1]);
    make_lognormal(out, number_log(value[0]) - 0.5 * variance, sqrt(variance));
    out->mean_ns = value[0];
}

static void make_lognormal_at(struct dist *out, const double value[ARGUMENTS_MAX], double p)
{
    const double mu = number_log(value[0]);
    make_lognormal(out, mu, (number_log(value[1]) - mu) / number_normal_quantile(p));
}

static void make_lognormal_median_p95(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    make_lognormal_at(out, value, 0.95);
}

static void make_lognormal_median_p99(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    make_lognormal_at(out, value, 0.99);
}

static void make_gamma(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    const double scv = value[1] * value[1];
    double *table = ARENA_ARRAY(arena, double, GAMMA_POINTS);
    gamma_table_fill(table, GAMMA_POINTS, DIST_SCORE_MAX, 1.0 / scv, value[0] * scv);
    *out = (struct dist){
        .kind = DIST_GAMMA, .table = table, .table_count = GAMMA_POINTS, .mean_ns = value[0], .scv = scv
    };
}

/* E X^k = scale^k Gamma(1 + k / shape) */
static void make_weibull(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    const double inverse = 1.0 / value[1];
    const double log_first = number_log_gamma(1.0 + inverse), log_second = number_log_gamma(1.0 + 2.0 * inverse);
    *out = (struct dist){ .kind = DIST_WEIBULL, .a = value[0] * number_exp(-log_first), .b = inverse };
    out->mean_ns = value[0];
    out->scv = number_exp(log_second - 2.0 * log_first) - 1.0;
}

static void make_pareto(struct dist *out, const double value[ARGUMENTS_MAX], struct arena *arena)
{
    const double alpha = value[1];
    *out = (struct dist){ .kind = DIST_PARETO, .a = value[0], .b = 1.0 / alpha };
    out->mean_ns = value[0] * alpha / (alpha - 1.0);
    out->scv = alpha > 2.0 ? 1.0 / (alpha * (alpha - 2.0)) : INFINITY;
}

/* A row per form. */
/* clang-format off */
#define POSITIVE(name) { name, ARGUMENT_DURATION, 1.0, DIST_MAX_NS, "from 1ns to 104d" }
#define LENGTH(name)   { name, ARGUMENT_DURATION, 0.0, DIST_MAX_NS, "from 0 to 104d" }

static const struct form FORMS[] = {
    { "exp", "exp(9ms)", make_exponential, { POSITIVE(NULL) }, 1 },
    { "lognormal", "lognormal(mean=9ms cv=1.2)", make_lognormal_mean_cv,
      { POSITIVE("mean"), { "cv", ARGUMENT_NUMBER, 0.0, 20.0, "from 0 to 20" } }, 2 },
    { "lognormal", "lognormal(median=25s p95=60s)", make_lognormal_median_p95,
      { POSITIVE("median"), POSITIVE("p95") }, 2 },
    { "lognormal", "lognormal(median=25s p99=90s)", make_lognormal_median_p99,
      { POSITIVE("median"), POSITIVE("p99") }, 2 },
    { "gamma", "gamma(mean=22ms cv=0.8)", make_gamma,
      { POSITIVE("mean"), { "cv", ARGUMENT_NUMBER, 0.01, 5.0, "from 0.01 to 5" } }, 2 },
    { "weibull", "weibull(mean=1s shape=0.7)", make_weibull,
      { POSITIVE("mean"), { "shape", ARGUMENT_NUMBER, 0.2, 50.0, "from 0.2 to 50" } }, 2 },
    { "pareto", "pareto(min=1ms alpha=2.5)", make_pareto,
      { POSITIVE("min"), { "alpha", ARGUMENT_NUMBER, 1.01, 100.0, "from 1.01 to 100: at 1 the mean is infinite" } },
      2 },
    { "uniform", "uniform(3s 10s)", make_uniform, { LENGTH(NULL), LENGTH(NULL) }, 2 },
    { "empirical", "empirical(file.csv)", NULL, { { NULL, ARGUMENT_FILE, 0.0, 0.0, "" } }, 1 },
};
/* clang-format on */

static const char ALL_EXAMPLES[] =
    "write a duration such as 9ms, or one of exp(9ms), lognormal(mean=9ms cv=1.2), lognormal(median=25s p95=60s), "
    "gamma(mean=22ms cv=0.8), weibull(mean=1s shape=0.7), pareto(min=1ms alpha=2.5), uniform(3s 10s), "
    "empirical(file.csv)";

const char *dist_example(size_t i)
{
    return i < ARRAY_LEN(FORMS) ? FORMS[i].example : NULL;
}

/* ---- reading */

struct token {
    char key[WORD_MAX + 1]; /* "" when there is none */
    char *value;            /* in the arena */
};

struct reader {
    const char *text;
    struct mark at;
    struct arena *arena;
    struct diag *diag;
    const char *base_dir;
    char name[WORD_MAX + 1];
    struct token tokens[TOKENS_MAX];
    int token_count;
};

static bool has_comma(struct reader *r)
{
    if (!strchr(r->text, ','))
        return false;
    diag_error(r->diag, r->at, "a comma in '%s'", r->text);
    diag_hint(r->diag,
              "separate the arguments by spaces, as in lognormal(mean=9ms cv=1.2): a comma would end the value "
              "inside { } and in a list");
    return true;
}

/* Splits "name(a b=c)" into its parts. */
static bool split(struct reader *r)
{
    const char *open = strchr(r->text, '(');
    const size_t length = (size_t)(open - r->text);
    if (length == 0 || length > WORD_MAX) {
        diag_error(r->diag, r->at, "'%s' is not a distribution", r->text);
        return diag_hint(r->diag, "%s", ALL_EXAMPLES);
    }
    memcpy(r->name, r->text, length);
    const char *close = strchr(open, ')');
    if (!close) {
        diag_error(r->diag, r->at, "'%s' has no closing parenthesis", r->text);
        return diag_hint(r->diag, "if a comma followed, write a space instead: lognormal(mean=9ms cv=1.2)");
    }
    if (close[1] != '\0') {
        diag_error(r->diag, r->at, "'%s' after the closing parenthesis of '%s'", close + 1, r->name);
        return diag_hint(r->diag, "%s", ALL_EXAMPLES);
    }
    char *rest = arena_text_n(r->arena, open + 1, (size_t)(close - open - 1));
    for (char *word = strtok_r(rest, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (r->token_count == TOKENS_MAX)
            return diag_error(r->diag, r->at, "too many arguments in '%s'", r->text);
        struct token *token = &r->tokens[r->token_count++];
        char *equals = strchr(word, '=');
        token->value = equals ? equals + 1 : word;
        const size_t key_length = equals ? (size_t)(equals - word) : 0;
        if (key_length > WORD_MAX || (equals && key_length == 0))
            return diag_error(r->diag, r->at, "'%s' in '%s' is not key=value", word, r->text);
        memcpy(token->key, word, key_length);
    }
    return true;
}

static bool argument_has_key(const struct argument *argument, const char *key)
{
    return argument->key ? strcmp(argument->key, key) == 0 : key[0] == '\0';
}

/* How many of the tokens a form can take: the form that takes most is the one that was meant. */
static int tokens_taken(const struct form *form, const struct reader *r)
{
    int taken = 0;
    for (int i = 0; i < form->argument_count; i++)
        for (int k = 0; k < r->token_count; k++)
            if (argument_has_key(&form->arguments[i], r->tokens[k].key)) {
                taken++;
                break;
            }
    return taken;
}

static const struct form *find_form(const struct reader *r)
{
    const struct form *best = NULL;
    int most = -1;
    for (size_t i = 0; i < ARRAY_LEN(FORMS); i++) {
        if (strcmp(FORMS[i].name, r->name) != 0)
            continue;
        const int taken = tokens_taken(&FORMS[i], r);
        if (taken > most) {
            most = taken;
            best = &FORMS[i];
        }
    }
    return best;
}

static bool unknown_name(struct reader *r)
{
    const char *names[ARRAY_LEN(FORMS)];
    for (size_t i = 0; i < ARRAY_LEN(FORMS); i++)
        names[i] = FORMS[i].name;
    const char *nearest = text_nearest(r->name, names, ARRAY_LEN(FORMS));
    if (nearest)
        diag_error(r->diag, r->at, "unknown distribution '%s'; did you mean '%s'?", r->name, nearest);
    else
        diag_error(r->diag, r->at, "unknown distribution '%s'", r->name);
    return diag_hint(r->diag, "%s", ALL_EXAMPLES);
}

/* Of the tokens without a key the n-th belongs to the n-th argument without one. */
static const struct token *find_token(const struct reader *r, const struct form *form, int argument)
{
    const char *key = form->arguments[argument].key;
    int skip = 0;
    for (int i = 0; !key && i < argument; i++)
        skip += !form->arguments[i].key;
    for (int k = 0; k < r->token_count; k++)
        if (argument_has_key(&form->arguments[argument], r->tokens[k].key) && skip-- == 0)
            return &r->tokens[k];
    return NULL;
}

static bool check_tokens(struct reader *r, const struct form *form)
{
    for (int k = 0; k < r->token_count; k++) {
        const char *key = r->tokens[k].key;
        bool known = false;
        for (int i = 0; i < form->argument_count; i++)
            known |= argument_has_key(&form->arguments[i], key);
        if (!known && key[0] != '\0')
            diag_error(r->diag, r->at, "unknown argument '%s' in '%s'", key, r->text);
        else if (!known)
            diag_error(r->diag, r->at, "'%s' in '%s' has no name", r->tokens[k].value, r->text);
        for (int j = 0; known && j < k && key[0] != '\0'; j++)
            if (strcmp(r->tokens[j].key, key) == 0) {
                diag_error(r->diag, r->at, "'%s' is given twice in '%s'", key, r->text);
                known = false;
            }
        if (!known)
            return diag_hint(r->diag, "%s", form->example);
    }
    if (r->token_count > form->argument_count) {
        diag_error(r->diag, r->at, "too many arguments in '%s'", r->text);
        return diag_hint(r->diag, "%s", form->example);
    }
    return true;
}

static bool read_value(struct reader *r, const struct form *form, int i, double *value)
{
    const struct argument *argument = &form->arguments[i];
    const struct token *token = find_token(r, form, i);
    if (!token) {
        diag_error(r->diag, r->at, "'%s' lacks %s%s", r->text, argument->key ? argument->key : "an argument",
                   argument->key ? "=" : "");
        return diag_hint(r->diag, "%s", form->example);
    }
    int64_t ns = 0;
    const bool is_duration = argument->kind == ARGUMENT_DURATION;
    if (is_duration ? !duration_from_text(token->value, &ns) : !number_from_text(token->value, value)) {
        diag_error(r->diag, r->at, "'%s' in '%s' is not a %s", token->value, r->text,
                   is_duration ? "duration" : "number");
        return diag_hint(r->diag, "%s", form->example);
    }
    if (is_duration)
        *value = (double)ns;
    if (*value >= argument->min && *value <= argument->max)
        return true;
    return diag_error(r->diag, r->at, "'%s' in '%s' is out of range: %s", token->value, r->text, argument->limits);
}

/* uniform's ends and lognormal's quantiles must be in order. */
static bool check_order(struct reader *r, const struct form *form, const double value[ARGUMENTS_MAX])
{
    const bool both = form->argument_count == 2 && form->arguments[1].kind == ARGUMENT_DURATION;
    if (!both || value[0] <= value[1])
        return true;
    return diag_error(r->diag, r->at, "in '%s' the second duration is less than the first", r->text);
}

static bool parse_form(struct reader *r, const struct form *form, struct dist *out)
{
    if (!check_tokens(r, form))
        return false;
    if (form->arguments[0].kind == ARGUMENT_FILE) {
        if (r->token_count == 1)
            return dist_load_values(out, r->tokens[0].value, r->at, r->base_dir, r->arena, r->diag);
        diag_error(r->diag, r->at, "'%s' lacks a file name", r->text);
        return diag_hint(r->diag, "%s", form->example);
    }
    double value[ARGUMENTS_MAX] = { 0.0 };
    for (int i = 0; i < form->argument_count; i++)
        if (!read_value(r, form, i, &value[i]))
            return false;
    if (!check_order(r, form, value))
        return false;
    form->make(out, value, r->arena);
    return true;
}

static bool parse_constant(struct reader *r, struct dist *out)
{
    int64_t ns;
    if (!duration_from_text(r->text, &ns)) {
        diag_error(r->diag, r->at, "'%s' is not a duration or a distribution", r->text);
        return diag_hint(r->diag, "%s", ALL_EXAMPLES);
    }
    if (ns < 0 || (double)ns > DIST_MAX_NS)
        return diag_error(r->diag, r->at, "'%s' is out of range: from 0 to 104d", r->text);
    *out = dist_constant(ns);
    return true;
}

bool dist_parse(struct dist *out, const char *text, struct mark at, const char *base_dir, struct arena *arena,
                struct diag *diag)
{
    struct reader r = { .text = text, .at = at, .arena = arena, .diag = diag, .base_dir = base_dir };
    struct dist parsed;
    if (has_comma(&r))
        return false;
    if (!strchr(text, '(')) {
        if (!parse_constant(&r, &parsed))
            return false;
    } else {
        if (!split(&r))
            return false;
        const struct form *form = find_form(&r);
        if (!form)
            return unknown_name(&r);
        if (!parse_form(&r, form, &parsed))
            return false;
    }
    *out = parsed;
    out->text = arena_text(arena, text);
    return true;
}
