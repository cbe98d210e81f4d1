/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static const char *const NAMES[MACHINE_LINES] = { "processor", "caches", "compiled", "system", "load" };

/* The first line of a file without its end; false when there is none. */
static bool first_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "r");
    const bool found = file && fgets(line, (int)size, file);
    if (file)
        fclose(file);
    if (found)
        line[strcspn(line, "\n")] = '\0';
    return found;
}

static void model_name(char *name, size_t size)
{
    snprintf(name, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(name, size, "%s", strchr(line, ':') + 2);
            break;
        }
    if (file)
        fclose(file);
}

static void look_at_processor(char *out, size_t size)
{
    char name[128], governor[64] = "unknown";
    model_name(name, sizeof name);
    first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof governor);
    snprintf(out, size, "%s, %ld cores online, frequency governor %s", name, sysconf(_SC_NPROCESSORS_ONLN), governor);
}

static void look_at_caches(char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < 8 && used < size; i++) {
        char path[96], level[16], type[32], bytes[32];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (!first_line(path, level, sizeof level))
            break;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
        const bool has_type = first_line(path, type, sizeof type);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (has_type && first_line(path, bytes, sizeof bytes))
            used += (size_t)snprintf(out + used, size - used, "%sL%s %s %s", used ? ", " : "", level, type, bytes);
    }
    if (used == 0)
        snprintf(out, size, "unknown");
}

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

static void look_at_compiler(char *out, size_t size)
{
    snprintf(out, size, "%s, %s", COMPILER, HEADROOM_FLAGS);
}

static void look_at_system(char *out, size_t size)
{
    struct utsname name = { .sysname = "unknown" };
    char date[32] = "";
    uname(&name);
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(date, sizeof date, "%Y-%m-%d", &utc);
    snprintf(out, size, "%s %s %s, headroom %s, %s", name.sysname, name.release, name.machine, HEADROOM_VERSION, date);
}

static void look_at_load(char *out, size_t size)
{
    char line[128];
    float of_1_min, of_5_min, of_15_min;
    if (first_line("/proc/loadavg", line, sizeof line) &&
        sscanf(line, "%f %f %f", &of_1_min, &of_5_min, &of_15_min) == 3)
        snprintf(out, size, "%.2f, %.2f, %.2f processes ready in the last 1, 5, 15 minutes", of_1_min, of_5_min,
                 of_15_min);
    else
        snprintf(out, size, "unknown");
}

void machine_look(struct machine *machine)
{
    static void (*const look[MACHINE_LINES])(char *, size_t) = { look_at_processor, look_at_caches, look_at_compiler,
                                                                 look_at_system, look_at_load };
    machine->names = NAMES;
    for (int i = 0; i < MACHINE_LINES; i++) {
        look[i](machine->values[i], MACHINE_LINE_MAX);
        for (char *c = machine->values[i]; *c; c++)
            if (*c == '"' || *c == '\\' || *c == '|' || (unsigned char)*c < ' ')
                *c = ' ';
    }
}
