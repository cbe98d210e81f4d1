/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/output_dir.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/escape.h"

static const char MARKER[] = ".headroom";
static const struct mark NOWHERE = { 0 };

const char *output_dir_default(const char *above, const struct scenario *sc, struct arena *arena)
{
    const char *slash = strrchr(sc->path, '/');
    char *base = arena_text(arena, slash ? slash + 1 : sc->path);
    char *dot = strrchr(base, '.');
    if (dot && dot != base)
        *dot = '\0';
    return arena_printf(arena, "%s/%s/%" PRId64, above, escape_file_name(base, arena), sc->seed);
}

/* ---- whose files are these ---- */

static bool is_ours(const char *name, bool in_plots)
{
    static const char *const names[] = { "report.html",  "report.md",  "results.json", "bill.csv",    "timeseries.csv",
                                         "compare.html", "compare.md", "compare.json", "compare.csv", "risk.html",
                                         "risk.md",      "risk.json",  "risk.csv",     "plots",       MARKER };
    static const char *const extensions[] = { ".svg", ".png", ".gp", ".dat" };
    if (!in_plots) {
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (strcmp(name, names[i]) == 0)
                return true;
        return false;
    }
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < ARRAY_LEN(extensions); i++)
        if (strcmp(dot, extensions[i]) == 0)
            return true;
    return false;
}

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* The first file that headroom did not make, NULL when there is none (or the folder cannot be read). A folder with a
 * marker of its own, a variant's, is looked into likewise. */
static const char *strangers_file(const char *folder, bool in_plots, struct arena *arena)
{
    DIR *dir = opendir(folder);
    const char *found = NULL;
    for (const struct dirent *entry; dir && !found && (entry = readdir(dir));) {
        if (is_dot(entry->d_name) || is_ours(entry->d_name, in_plots))
            continue;
        const char *inner = arena_printf(arena, "%s/%s", folder, entry->d_name);
        const bool variant = !in_plots && exists(arena_printf(arena, "%s/%s", inner, MARKER));
        found = variant ? strangers_file(inner, false, arena) : arena_text(arena, entry->d_name);
        if (variant && !found)
            found = strangers_file(arena_printf(arena, "%s/plots", inner), true, arena);
    }
    if (dir)
        closedir(dir);
    return found;
}

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return false;
    bool empty = true;
    for (const struct dirent *entry; empty && (entry = readdir(dir));)
        empty = is_dot(entry->d_name);
    closedir(dir);
    return empty;
}

static bool may_replace(const struct output_dir *out, struct diag *diag)
{
    if (is_empty(out->path))
        return true;
    if (!exists(arena_printf(out->arena, "%s/%s", out->path, MARKER))) {
        diag_error(diag, NOWHERE, "'%s' exists and was not made by headroom, so it is not replaced", out->path);
        return diag_hint(diag, "choose another directory with -o, or move this one away");
    }
    const char *stranger = strangers_file(out->path, false, out->arena);
    if (!stranger)
        stranger = strangers_file(arena_printf(out->arena, "%s/plots", out->path), true, out->arena);
    if (!stranger)
        return true;
    diag_error(diag, NOWHERE, "'%s' also contains '%s', which headroom did not make, so it is not replaced", out->path,
               stranger);
    return diag_hint(diag, "move that file away, or choose another directory with -o");
}

/* ---- preparing ---- */

static bool make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool make_parents(const char *path, struct arena *arena)
{
    char *partial = arena_text(arena, path);
    for (char *c = partial + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        if (!make_folder(partial))
            return false;
        *c = '/';
    }
    return true;
}

/* Tried out, because permissions alone do not tell: root may write to everything but a read-only file system. */
static bool can_make_folder_beside(const char *path, struct arena *arena)
{
    char *name = arena_printf(arena, "%s.tmp-XXXXXX", path);
    return mkdtemp(name) && rmdir(name) == 0;
}

static bool cannot(struct diag *diag, const char *verb, const char *path)
{
    return diag_error(diag, NOWHERE, "cannot %s '%s': %s", verb, path, strerror(errno));
}

static const char *without_slashes(const char *path, struct arena *arena)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return arena_text_n(arena, path, length);
}

/* "." and ".." cannot be renamed. */
static bool has_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return name[0] != '\0' && !is_dot(name);
}

bool output_dir_prepare(struct output_dir *out, const char *path, struct arena *arena, struct diag *diag)
{
    *out = (struct output_dir){ .path = without_slashes(path, arena), .arena = arena };
    if (!has_name(out->path))
        return diag_error(diag, NOWHERE, "'%s' does not name a directory that could be made or replaced", path);
    if (!make_parents(out->path, arena))
        return cannot(diag, "make the folders of", out->path);
    if (!can_make_folder_beside(out->path, arena))
        return cannot(diag, "write beside", out->path);
    struct stat st;
    if (lstat(out->path, &st) != 0)
        return errno == ENOENT ? true : cannot(diag, "look at", out->path);
    if (S_ISLNK(st.st_mode))
        return diag_error(diag, NOWHERE, "'%s' is a symbolic link; give the directory itself", out->path);
    if (!S_ISDIR(st.st_mode))
        return diag_error(diag, NOWHERE, "'%s' exists and is not a directory", out->path);
    return may_replace(out, diag);
}

/* ---- writing ---- */

static void remove_folder(const char *folder, struct arena *arena)
{
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (is_dot(entry->d_name))
            continue;
        const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (unlink(path) != 0 && (errno == EISDIR || errno == EPERM))
            remove_folder(path, arena);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

/* What every folder of ours has; it is abandoned when it cannot. */
static bool furnish(struct output_dir *out, struct diag *diag)
{
    if (!make_folder(arena_printf(out->arena, "%s/plots", out->temporary))) {
        cannot(diag, "make", "plots");
        output_dir_abandon(out);
        return false;
    }
    FILE *marker = output_dir_open(out, MARKER, diag);
    if (!marker)
        return false;
    fputs("This directory was made by headroom, which may replace it.\n", marker);
    return output_dir_close(out, marker, MARKER, diag);
}

bool output_dir_begin(struct output_dir *out, struct diag *diag)
{
    char *name = arena_printf(out->arena, "%s.tmp-XXXXXX", out->path);
    if (!mkdtemp(name))
        return cannot(diag, "make a directory beside", out->path);
    out->temporary = name;
    /* mkdtemp() makes it private; the result is as public as the user's umask wants other directories. */
    const mode_t mask = umask(0);
    umask(mask);
    chmod(name, 0777 & ~mask);
    return furnish(out, diag);
}

bool output_dir_inner(struct output_dir *inner, const struct output_dir *out, const char *name, struct diag *diag)
{
    *inner = (struct output_dir){ .path = arena_printf(out->arena, "%s/%s", out->path, name),
                                  .temporary = arena_printf(out->arena, "%s/%s", out->temporary, name),
                                  .arena = out->arena };
    return make_folder(inner->temporary) ? furnish(inner, diag) : cannot(diag, "make", inner->path);
}

FILE *output_dir_open(struct output_dir *out, const char *name, struct diag *diag)
{
    FILE *file = fopen(arena_printf(out->arena, "%s/%s", out->temporary, name), "w");
    if (!file)
        cannot(diag, "write", name);
    return file;
}

bool output_dir_close(struct output_dir *out, FILE *file, const char *name, struct diag *diag)
{
    const bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return cannot(diag, "write", arena_printf(out->arena, "%s/%s", out->path, name));
    return true;
}

bool output_dir_commit(struct output_dir *out, struct diag *diag)
{
    const char *old = NULL;
    struct stat st;
    if (lstat(out->path, &st) == 0) {
        old = arena_printf(out->arena, "%s.old-%ld", out->path, (long)getpid());
        if (!may_replace(out, diag)) {
            output_dir_abandon(out);
            return false;
        }
        if (rename(out->path, old) != 0) {
            cannot(diag, "replace", out->path);
            output_dir_abandon(out);
            return false;
        }
    }
    if (rename(out->temporary, out->path) != 0) {
        cannot(diag, "write", out->path);
        if (old)
            rename(old, out->path);
        output_dir_abandon(out);
        return false;
    }
    out->temporary = NULL;
    if (old)
        remove_folder(old, out->arena);
    return true;
}

void output_dir_abandon(struct output_dir *out)
{
    if (out->temporary)
        remove_folder(out->temporary, out->arena);
    out->temporary = NULL;
}
