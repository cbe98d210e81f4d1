/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/lean.h"

#include <math.h>

#include "sim/fingerprint.h"

/* Where the tail begins and the area of each layer, for 256 layers.    [MT-00] */
static const double TAIL_AT = 7.69711747013104972, LAYER_AREA = 3.949659822581572e-3;
static const double PLACES = 0x1p53;

void lean_init(struct lean *lean, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        lean->s[i] = fingerprint_mix(seed += UINT64_C(0x9e3779b97f4a7c15));
    double above = TAIL_AT; /* right end of the layer below */
    const double base = LAYER_AREA / exp(-TAIL_AT);
    lean->inside[0] = (uint64_t)(TAIL_AT / base * PLACES);
    lean->width[0] = base / PLACES;
    lean->height[0] = 1.0;
    for (int i = LEAN_LAYERS - 1; i > 0; i--) {
        const double x = above;
        above = i > 1 ? -log(LAYER_AREA / x + exp(-x)) : 0.0;
        lean->width[i] = x / PLACES;
        lean->height[i] = exp(-x);
        lean->inside[i] = (uint64_t)(above / x * PLACES);
    }
}

double lean_exponential_again(struct lean *lean, uint64_t bits)
{
    for (;; bits = lean_bits(lean)) {
        const uint64_t place = bits >> 11, layer = bits & (LEAN_LAYERS - 1);
        const double x = (double)(int64_t)place * lean->width[layer];
        if (place < lean->inside[layer])
            return x;
        if (layer == 0)
            return TAIL_AT - log(lean_unit(lean));
        const double low = lean->height[layer], high = lean->height[layer - 1];
        if (low + lean_unit(lean) * (high - low) < exp(-x))
            return x;
    }
}
