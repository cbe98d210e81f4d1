/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/plots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct plot catalogue[PLOT_KINDS] = {
    [PLOT_CAPACITY] = { .file = "capacity",
                        .title = "Traffic and capacity",
                        .caption = "Requests per second above, instances below: desired, in service and healthy." },
    [PLOT_LATENCY] = { .file = "latency",
                       .title = "Latency over the day",
                       .caption =
                           "Each window's percentiles on a logarithmic scale, failures included; a step is a window." },
    [PLOT_ERRORS] = { .file = "errors",
                      .title = "Errors by code",
                      .caption =
                          "Failed requests per second, the whole day and around the first fault; a step is a window." },
    [PLOT_UTILISATION] = { .file = "utilisation",
                           .title = "Utilisation of each tier",
                           .caption = "Share of the capacity that was busy, per window." },
    [PLOT_QUEUE] = { .file = "queue",
                     .title = "Queue backlog and age",
                     .caption = "Messages waiting, and how long the oldest has waited." },
    [PLOT_COST] = { .file = "cost",
                    .title = "Cost by service",
                    .caption = "The month that contains the day, mean of its bills." },
};

/* The child becomes gnuplot inside `folder`; nothing goes through a shell. -1 when there is no process. */
static pid_t start_gnuplot(const char *folder, const char *script)
{
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    const int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
        dup2(nowhere, STDIN_FILENO);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    if (chdir(folder) == 0)
        execlp("gnuplot", "gnuplot", "--default-settings", script, (char *)NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool has_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size > 0;
}

bool plots_draw(struct plot *plots, int count, const char *folder, struct arena *arena)
{
    pid_t *pids = ARENA_ARRAY(arena, pid_t, count);
    bool found = false;
    for (int k = 0; k < count; k++)
        pids[k] = plots[k].present ? start_gnuplot(folder, arena_printf(arena, "%s.gp", plots[k].file)) : -1;
    for (int k = 0; k < count; k++) {
        struct plot *plot = &plots[k];
        const int status = pids[k] > 0 ? wait_for(pids[k]) : -1;
        found |= status == 0;
        plot->drawn = status == 0 && has_bytes(arena_printf(arena, "%s/%s.svg", folder, plot->file)) &&
                      has_bytes(arena_printf(arena, "%s/%s.png", folder, plot->file));
    }
    return found;
}

static bool has_priced_service(const struct cost *cost)
{
    for (int i = 0; i < cost->service_count; i++)
        if (cost->services[i].priced)
            return true;
    return false;
}

bool plots_write(struct plots *out, const struct results *r, const char *folder, struct arena *arena)
{
    *out = (struct plots){ .folder = folder };
    for (int k = 0; k < PLOT_KINDS; k++) {
        struct plot *plot = &out->plot[k];
        *plot = catalogue[k];
        const struct panels panels = plot_panels(r, (enum plot_kind)k, arena);
        plot->present = k == PLOT_COST ? has_priced_service(&r->cost) : panels.count > 0;
        if (!plot->present)
            continue;
        const char *data = arena_printf(arena, "%s/%s.dat", folder, plot->file);
        const char *script = arena_printf(arena, "%s/%s.gp", folder, plot->file);
        if (!plot_data_write(r, (enum plot_kind)k, &panels, data, arena) ||
            !plot_script_write(r, (enum plot_kind)k, plot, &panels, script, arena))
            return false;
    }
    out->gnuplot = plots_draw(out->plot, PLOT_KINDS, folder, arena);
    return true;
}
