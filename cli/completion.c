/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * completion -- scripts for bash, zsh and fish, printed from the tables of verbs and flags.
 *
 * What stands for an argument or a flag's value in the tables says what completes it: "a|b" these words, SCENARIO a
 * .yaml file, NAME.csv a .csv file, PATH and FILE any file, TOPIC, VERB and PATH=VALUE what they name. Else nothing.
 */
#include <string.h>

#include "cli/cli.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"

/* ---- what completes ---- */

enum source { SOURCE_NONE, SOURCE_WORDS, SOURCE_YAML, SOURCE_CSV, SOURCE_FILES };

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static enum source source_of(const char *what)
{
    what += what[0] == '[';
    if (strchr(what, '|') || strchr(what, '=') || begins(what, "TOPIC") || begins(what, "VERB"))
        return SOURCE_WORDS;
    if (begins(what, "SCENARIO"))
        return SOURCE_YAML;
    if (strstr(what, ".csv"))
        return SOURCE_CSV;
    return begins(what, "PATH") || begins(what, "FILE") || begins(what, "DIR") ? SOURCE_FILES : SOURCE_NONE;
}

/* Paths for --set that need no name of the scenario: "clock.length=". */
static void print_keys(const struct param *table, const char *prefix, FILE *out)
{
    for (const struct param *row = table; row->name; row++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] ? "." : "", row->name);
        if (row->kind == PARAM_BLOCK)
            print_keys(row->sub, path, out);
        else if (!row->sub && !row->variants && row->kind != PARAM_NODE)
            fprintf(out, "%s= ", path);
    }
}

static void print_topics(FILE *out)
{
    for (const struct reference_topic *t = reference_topics; t->name; t++)
        fprintf(out, "%s ", t->name);
    for (int k = 0; k < KIND_COUNT; k++)
        fprintf(out, "%s ", component_types[k]->kind);
}

static void print_verb_names(FILE *out)
{
    for (const struct verb *v = cli_verbs; v->name; v++)
        fprintf(out, "%s ", v->name);
}

/* The words of SOURCE_WORDS, a space behind each. */
static void print_words(const char *what, FILE *out)
{
    if (strchr(what, '|'))
        for (; *what; what++)
            fputc(*what == '|' || *what == '[' || *what == ']' ? ' ' : *what, out);
    else if (strchr(what, '='))
        print_keys(scenario_params, "", out);
    else if (strstr(what, "TOPIC"))
        print_topics(out);
    else
        print_verb_names(out);
}

static const char *nothing_if_null(const char *text)
{
    return text ? text : "";
}

/* ---- bash ---- */

static void bash_reply(const char *what, FILE *out)
{
    switch (source_of(what)) {
    case SOURCE_NONE: fputs("COMPREPLY=()", out); break;
    case SOURCE_YAML: fputs("_headroom_files yaml", out); break;
    case SOURCE_CSV: fputs("_headroom_files csv", out); break;
    case SOURCE_FILES: fputs("_headroom_files", out); break;
    case SOURCE_WORDS:
        fputs("_headroom_words '", out);
        print_words(what, out);
        fputc('\'', out);
    }
}

static void bash_flag_names(const struct flag *flag, const char *separator, FILE *out)
{
    if (flag->letter)
        fprintf(out, "-%c%s", flag->letter, separator);
    fprintf(out, "--%s", flag->name);
}

static void bash_flags_of(const struct verb *verb, FILE *out)
{
    fprintf(out, "        %s) _headroom_words '", verb->name);
    for (const struct flag *f = cli_flags; f->name; f++) {
        if (!cli_listens(verb->name, f))
            continue;
        bash_flag_names(f, " ", out);
        fputc(' ', out);
    }
    fputs("' ;;\n", out);
}

/* The patterns of all flags that take a value: "-o|--output|--set". */
static void bash_value_flags(FILE *out)
{
    bool first = true;
    for (const struct flag *f = cli_flags; f->name; f++) {
        if (!f->value)
            continue;
        fputs(first ? "" : "|", out);
        bash_flag_names(f, "|", out);
        first = false;
    }
}

static void print_bash(FILE *out)
{
    fputs("# bash completion of headroom, written by: headroom completion bash\n\n"
          "_headroom_words()\n{\n    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
          "    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null\n}\n\n"
          "# Files, with an ending when one is given, and folders on the way to them.\n"
          "_headroom_files()\n{\n    compopt -o filenames 2>/dev/null\n"
          "    if [ $# -gt 0 ]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -f -X \"!*.$1\" -- \"$cur\"; compgen -d -- \"$cur\")\n"
          "    else\n        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    fi\n}\n\n"
          "_headroom()\n{\n    local cur=${COMP_WORDS[COMP_CWORD]} flag=${COMP_WORDS[COMP_CWORD - 1]} verb='' i\n"
          "    COMPREPLY=()\n"
          "    if [ \"$cur\" = = ]; then # --color=\n        cur=''\n"
          "    elif [ \"$flag\" = = ] && [ \"$COMP_CWORD\" -ge 2 ]; then # --color=al\n"
          "        flag=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n            ",
          out);
    bash_value_flags(out);
    fputs(")\n                [ \"${COMP_WORDS[i + 1]-}\" != = ] || i=$((i + 1))\n                i=$((i + 1)) ;;\n"
          "            -*) ;;\n            *)\n                verb=${COMP_WORDS[i]}\n                break ;;\n"
          "        esac\n    done\n    case $flag in\n",
          out);
    for (const struct flag *f = cli_flags; f->name; f++) {
        if (!f->value)
            continue;
        fputs("        ", out);
        bash_flag_names(f, " | ", out);
        fputs(") ", out);
        bash_reply(f->value, out);
        fputs("; return ;;\n", out);
    }
    fputs("    esac\n    if [[ $cur == -* ]]; then\n        case $verb in\n", out);
    for (const struct verb *v = cli_verbs; v->name; v++)
        bash_flags_of(v, out);
    fputs("        *) _headroom_words '--help --version' ;;\n        esac\n        return\n    fi\n    case $verb in\n"
          "        '') _headroom_words '",
          out);
    print_verb_names(out);
    fputs("' ;;\n", out);
    for (const struct verb *v = cli_verbs; v->name; v++) {
        fprintf(out, "        %s) ", v->name);
        bash_reply(v->arguments, out);
        fputs(" ;;\n", out);
    }
    fputs("    esac\n}\ncomplete -F _headroom headroom\n", out);
}

/* ---- zsh ---- */

/* Within single quotes; what _arguments reads as its own punctuation is escaped. */
static void zsh_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", out);
        else if (strchr("[]:\\", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void zsh_action(const char *what, FILE *out)
{
    switch (source_of(what)) {
    case SOURCE_NONE: fputc(' ', out); break;
    case SOURCE_YAML: fputs("_files -g \"*.yaml\"", out); break;
    case SOURCE_CSV: fputs("_files -g \"*.csv\"", out); break;
    case SOURCE_FILES: fputs("_files", out); break;
    case SOURCE_WORDS:
        fputc('(', out);
        print_words(what, out);
        fputc(')', out);
    }
}

static void zsh_flag(const struct flag *flag, FILE *out)
{
    fputs(" \\\n            ", out);
    if (flag->letter)
        fprintf(out, "'(-%c --%s)'{-%c,--%s}'", flag->letter, flag->name, flag->letter, flag->name);
    else
        fprintf(out, "'%s--%s", !strcmp(flag->name, "set") ? "*" : "", flag->name);
    fputc('[', out);
    zsh_text(flag->doc, out);
    fputc(']', out);
    if (flag->value) {
        fputc(':', out);
        zsh_text(flag->value, out);
        fputc(':', out);
        zsh_action(flag->value, out);
    }
    fputc('\'', out);
}

static void print_zsh(FILE *out)
{
    fputs(
        "#compdef headroom\n# written by: headroom completion zsh\n\n_headroom()\n{\n    local -a verbs\n    verbs=(\n",
        out);
    for (const struct verb *v = cli_verbs; v->name; v++) {
        fprintf(out, "        '%s:", v->name);
        zsh_text(v->line, out);
        fputs("'\n", out);
    }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe verb verbs\n        return\n    fi\n"
          "    local verb=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $verb in\n",
          out);
    for (const struct verb *v = cli_verbs; v->name; v++) {
        fprintf(out, "        %s)\n            _arguments -s", v->name);
        for (const struct flag *f = cli_flags; f->name; f++)
            if (cli_listens(v->name, f))
                zsh_flag(f, out);
        if (v->arguments[0]) {
            fputs(" \\\n            '*:", out);
            zsh_text(v->arguments, out);
            fputc(':', out);
            zsh_action(v->arguments, out);
            fputc('\'', out);
        }
        fputs(" ;;\n", out);
    }
    fputs("    esac\n}\n\n_headroom \"$@\"\n", out);
}

/* ---- fish ---- */

static void fish_text(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* What offers the candidates: -F files, -a words. */
static void fish_candidates(const char *what, FILE *out)
{
    switch (source_of(what)) {
    case SOURCE_NONE: break;
    case SOURCE_YAML: fputs(" -k -a '(__fish_complete_suffix .yaml)'", out); break;
    case SOURCE_CSV: fputs(" -k -a '(__fish_complete_suffix .csv)'", out); break;
    case SOURCE_FILES: fputs(" -F", out); break;
    case SOURCE_WORDS:
        fputs(" -a '", out);
        print_words(what, out);
        fputc('\'', out);
    }
}

static void fish_flag(const struct flag *flag, FILE *out)
{
    fputs("complete -c headroom", out);
    if (flag->verbs)
        fprintf(out, " -n '__fish_seen_subcommand_from %s'", flag->verbs);
    if (flag->letter)
        fprintf(out, " -s %c", flag->letter);
    fprintf(out, " -l %s%s", flag->name, flag->value ? " -r" : "");
    fish_candidates(nothing_if_null(flag->value), out);
    fputs(" -d '", out);
    fish_text(flag->doc, out);
    fputs("'\n", out);
}

static void print_fish(FILE *out)
{
    fputs("# fish completion of headroom, written by: headroom completion fish\n\ncomplete -c headroom -f\n", out);
    for (const struct verb *v = cli_verbs; v->name; v++) {
        fprintf(out, "complete -c headroom -n __fish_use_subcommand -a %s -d '", v->name);
        fish_text(v->line, out);
        fputs("'\n", out);
        if (source_of(v->arguments) == SOURCE_NONE)
            continue;
        fprintf(out, "complete -c headroom -n '__fish_seen_subcommand_from %s'", v->name);
        fish_candidates(v->arguments, out);
        fputc('\n', out);
    }
    for (const struct flag *f = cli_flags; f->name; f++)
        fish_flag(f, out);
}

int verb_completion(const struct options *options)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };
    if (options->argument_count != 1)
        return cli_usage_error(options, "completion needs a shell: bash, zsh or fish");
    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        if (strcmp(shells[i].shell, options->arguments[0]) != 0)
            continue;
        shells[i].print(stdout);
        return STATUS_DONE;
    }
    return cli_usage_error(options, "no completion for '%s'; there is one for bash, zsh and fish",
                           options->arguments[0]);
}
