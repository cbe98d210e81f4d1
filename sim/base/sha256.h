/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sha256 -- which file was it? SHA-256 names a scenario file in results.        [FIPS-180-4] sec. 6.2
 */
#ifndef HEADROOM_SHA256_H
#define HEADROOM_SHA256_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;    /* so far */
    uint8_t block[64]; /* the last bytes % 64 of them wait here */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t bytes);

/* 64 lower-case hexadecimal digits and a NUL. `sha` is used up. */
void sha256_finish(struct sha256 *sha, char hex[65]);

/* Of a file that is open for reading, from its begin to its end. An error of reading is ferror()'s to tell. */
void sha256_of_file(FILE *file, char hex[65]);

#endif
