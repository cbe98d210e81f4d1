/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each 64-bit lane holds one of a block's four words in its lower half. The multiplication reads only the lower halves,
 * so what it leaves in the upper ones is carried along as rubbish and cut off at the end.
 */
#include "sim/draw_row.h"

#include "sim/base/compiler.h"

#if HAVE_AVX2_FUNCTIONS
#include <immintrin.h>

struct lanes {
    __m256i c0, c1, c2, c3;
};

AVX2_FUNCTION static inline __m256i crossed(__m256i product, __m256i word, uint32_t key)
{
    return _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product, 32), word), _mm256_set1_epi64x((int64_t)key));
}

AVX2_FUNCTION static inline struct lanes round_of(struct lanes c, uint32_t k0, uint32_t k1)
{
    const __m256i p0 = _mm256_mul_epu32(c.c0, _mm256_set1_epi64x(DRAW_MULTIPLIER_0));
    const __m256i p1 = _mm256_mul_epu32(c.c2, _mm256_set1_epi64x(DRAW_MULTIPLIER_1));
    return (struct lanes){ .c0 = crossed(p1, c.c1, k0), .c1 = p1, .c2 = crossed(p0, c.c3, k1), .c3 = p0 };
}

AVX2_FUNCTION static inline struct lanes first_lanes(uint64_t subject, uint32_t place, uint32_t attempt)
{
    const __m256i s = _mm256_add_epi64(_mm256_set1_epi64x((int64_t)subject), _mm256_set_epi64x(3, 2, 1, 0));
    return (struct lanes){
        .c0 = s, .c1 = _mm256_srli_epi64(s, 32), .c2 = _mm256_set1_epi64x(place), .c3 = _mm256_set1_epi64x(attempt)
    };
}

AVX2_FUNCTION static inline void store_lanes(struct draw_block out[4], struct lanes c)
{
    const __m256i lower = _mm256_set1_epi64x(0xffffffff);
    const __m256i a = _mm256_or_si256(_mm256_and_si256(c.c0, lower), _mm256_slli_epi64(c.c1, 32));
    const __m256i b = _mm256_or_si256(_mm256_and_si256(c.c2, lower), _mm256_slli_epi64(c.c3, 32));
    const __m256i even = _mm256_unpacklo_epi64(a, b), odd = _mm256_unpackhi_epi64(a, b);
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(out + 2), _mm256_permute2x128_si256(even, odd, 0x31));
}

/* Two times four blocks: while one product is under way the other begins. */
AVX2_FUNCTION static void row_avx2(struct draw_key key, uint64_t first, uint32_t place, uint32_t attempt,
                                   struct draw_block out[DRAW_ROW])
{
    for (uint32_t i = 0; i < DRAW_ROW; i += 8) {
        struct lanes x = first_lanes(first + i, place, attempt), y = first_lanes(first + i + 4, place, attempt);
        for (uint32_t round = 0; round < DRAW_ROUNDS; round++) {
            const uint32_t k0 = key.k0 + round * DRAW_WEYL_0, k1 = key.k1 + round * DRAW_WEYL_1;
            x = round_of(x, k0, k1);
            y = round_of(y, k0, k1);
        }
        store_lanes(out + i, x);
        store_lanes(out + i + 4, y);
    }
}
#endif

void draw_row(struct draw_key key, uint64_t first, uint32_t place, uint32_t attempt, struct draw_block out[DRAW_ROW])
{
#if HAVE_AVX2_FUNCTIONS
    if (cpu_has_avx2()) {
        row_avx2(key, first, place, attempt, out);
        return;
    }
#endif
    for (uint32_t i = 0; i < DRAW_ROW; i++)
        out[i] = draw_at(key, first + i, place, attempt);
}
