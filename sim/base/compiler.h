/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compiler -- the only place where compiler extensions appear, behind names of ours.
 */
#ifndef HEADROOM_COMPILER_H
#define HEADROOM_COMPILER_H

#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#define LIKELY(x)         __builtin_expect(!!(x), 1)
#define UNLIKELY(x)       __builtin_expect(!!(x), 0)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN          __attribute__((noreturn))
#define COLD              __attribute__((cold)) /* rarely called: what leads there is unlikely, and small */
#define CACHE_ALIGNED     __attribute__((aligned(64)))

/* Functions for processors with AVX2, to be called where cpu_has_avx2() says so. HEADROOM_VECTORS=0: never. */
#ifndef HEADROOM_VECTORS
#define HEADROOM_VECTORS 1
#endif
#if HEADROOM_VECTORS && defined(__x86_64__)
#define HAVE_AVX2_FUNCTIONS 1
#define AVX2_FUNCTION       __attribute__((target("avx2")))
#define cpu_has_avx2()      (__builtin_cpu_supports("avx2") != 0)
#else
#define HAVE_AVX2_FUNCTIONS 0
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline int count_leading_zeros_u64(uint64_t x) /* x != 0 */
{
    return __builtin_clzll(x);
}
static inline int count_trailing_zeros_u64(uint64_t x) /* x != 0 */
{
    return __builtin_ctzll(x);
}

#endif
