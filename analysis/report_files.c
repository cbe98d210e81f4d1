/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All files of a run: written beside their place, then put there at once. */
#include "analysis/report.h"

struct writing {
    const struct results *r;
    const struct plots *plots;
};

static void html(const struct writing *w, FILE *out)
{
    report_html_write(w->r, w->plots, out);
}
static void markdown(const struct writing *w, FILE *out)
{
    report_md_write(w->r, w->plots, out);
}
static void json(const struct writing *w, FILE *out)
{
    results_json_write(w->r, out);
}
static void timeseries(const struct writing *w, FILE *out)
{
    timeseries_write(w->r, out);
}

/* A failure shows in ferror(), which closing the file looks at. */
static void bill(const struct writing *w, FILE *out)
{
    (void)bill_write_focus(&w->r->cost.bill, out);
}

static const struct {
    const char *name;
    void (*write)(const struct writing *w, FILE *out);
} files[] = {
    { "results.json", json },         { "report.html", html }, { "report.md", markdown },
    { "timeseries.csv", timeseries }, { "bill.csv", bill },
};

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

bool report_files_fill(const struct results *r, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    struct plots plots;
    if (!plots_write(&plots, r, arena_printf(arena, "%s/plots", dir->temporary), arena))
        return diag_error(diag, (struct mark){ 0 }, "cannot write the plots' scripts into '%s'", dir->path);
    const struct writing w = { .r = r, .plots = &plots };
    return write_files(&w, dir, diag);
}

bool report_files_write(const struct results *r, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    if (!output_dir_begin(dir, diag))
        return false;
    if (!report_files_fill(r, dir, arena, diag)) {
        output_dir_abandon(dir);
        return false;
    }
    return output_dir_commit(dir, diag);
}
