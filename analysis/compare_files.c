/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All files of a comparison: written beside their place, then put there at once. */
#include "analysis/compare_report.h"
#include "analysis/report.h"

struct writing {
    const struct comparison *c;
    const struct compare_plots *plots;
};

static void html(const struct writing *w, FILE *out)
{
    compare_html_write(w->c, w->plots, out);
}

static void markdown(const struct writing *w, FILE *out)
{
    compare_md_write(w->c, w->plots, out);
}

static void json(const struct writing *w, FILE *out)
{
    compare_json_write(w->c, out);
}

static void csv(const struct writing *w, FILE *out)
{
    compare_csv_write(w->c, out);
}

static const struct {
    const char *name;
    void (*write)(const struct writing *w, FILE *out);
} files[] = { { "compare.json", json }, { "compare.csv", csv }, { "compare.html", html }, { "compare.md", markdown } };

static bool write_files(const struct writing *w, struct output_dir *dir, struct diag *diag)
{
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        FILE *out = output_dir_open(dir, files[i].name, diag);
        if (!out)
            return false;
        files[i].write(w, out);
        if (!output_dir_close(dir, out, files[i].name, diag))
            return false;
    }
    return true;
}

static bool write_variants(const struct comparison *c, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    for (int i = 0; i < c->count; i++) {
        struct output_dir inner;
        if (!output_dir_inner(&inner, dir, c->variants[i].folder, diag) ||
            !report_files_fill(c->variants[i].results, &inner, arena, diag))
            return false;
    }
    return true;
}

static bool fill(const struct comparison *c, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    struct compare_plots plots;
    if (!compare_plots_write(&plots, c, arena_printf(arena, "%s/plots", dir->temporary), arena))
        return diag_error(diag, (struct mark){ 0 }, "cannot write the plots' scripts into '%s'", dir->path);
    const struct writing w = { .c = c, .plots = &plots };
    return write_files(&w, dir, diag) && write_variants(c, dir, arena, diag);
}

bool compare_files_write(const struct comparison *c, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    if (!output_dir_begin(dir, diag))
        return false;
    if (!fill(c, dir, arena, diag)) {
        output_dir_abandon(dir);
        return false;
    }
    return output_dir_commit(dir, diag);
}
