/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_SUCH_PROGRAM = 127, ARGUMENTS_MAX = 8 };

static const int64_t BYTES_PER_KIB = 1024;

/* As much as there is, at most `size`. */
static size_t read_all(int from, void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t got = read(from, (char *)bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

static bool write_all(int to, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t put = write(to, (const char *)bytes + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

static int exit_status(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool child_run(bool (*work)(void *context, void *result), void *context, void *result, size_t size)
{
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    fflush(NULL); /* or the child would print it again */
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        const bool done = work(context, result) && write_all(ends[1], result, size);
        fflush(NULL);
        _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[1]);
    const size_t got = child > 0 ? read_all(ends[0], result, size) : 0;
    close(ends[0]);
    return child > 0 && exit_status(child) == EXIT_SUCCESS && got == size;
}

/* In the child: standard output is the pipe, standard error nowhere. Does not return. */
static void become(const char *const *argv, int output)
{
    char *words[ARGUMENTS_MAX + 1] = { NULL }; /* execvp() wants them writable, and does not write */
    size_t count = 0;
    while (argv[count] && count < ARGUMENTS_MAX)
        count++;
    memcpy(words, argv, count * sizeof *words);
    const int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0 &&
        dup2(nowhere, STDIN_FILENO) >= 0)
        execvp(argv[0], words);
    _exit(NO_SUCH_PROGRAM);
}

int child_output(const char *const *argv, char *output, size_t size)
{
    int ends[2];
    output[0] = '\0';
    if (pipe(ends) != 0)
        return -1;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become(argv, ends[1]);
    }
    close(ends[1]);
    if (child > 0)
        output[read_all(ends[0], output, size - 1)] = '\0';
    close(ends[0]);
    return child > 0 ? exit_status(child) : -1;
}

int64_t child_peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * BYTES_PER_KIB;
}
