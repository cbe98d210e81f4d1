/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/count_law.h"

#include "sim/draw.h"
#include "sim/number.h"

bool count_law_is_sane(const struct count_law *law)
{
    if (law->kind == COUNT_GEOMETRIC)
        return law->mean >= 1.0;
    return law->least >= 1 && law->least <= law->most;
}

uint64_t count_draw(const struct count_law *law, uint64_t bits)
{
    switch (law->kind) {
    case COUNT_GEOMETRIC:
        if (law->mean <= 1.0)
            return 1;
        return 1 + (uint64_t)(number_log(draw_unit(bits)) / number_log(1.0 - 1.0 / law->mean));
    case COUNT_FIXED: return law->least;
    case COUNT_UNIFORM: return law->least + (uint64_t)draw_below(bits, law->most - law->least + 1);
    }
    return 1;
}

double count_mean(const struct count_law *law)
{
    switch (law->kind) {
    case COUNT_GEOMETRIC: return law->mean;
    case COUNT_FIXED: return law->least;
    case COUNT_UNIFORM: return 0.5 * ((double)law->least + (double)law->most);
    }
    return 1.0;
}

double count_variance(const struct count_law *law)
{
    const double span = (double)law->most - (double)law->least + 1.0;
    switch (law->kind) {
    case COUNT_GEOMETRIC: return law->mean * (law->mean - 1.0);
    case COUNT_FIXED: return 0.0;
    case COUNT_UNIFORM: return (span * span - 1.0) / 12.0;
    }
    return 0.0;
}

double count_exceeds(const struct count_law *law, uint32_t n)
{
    if (law->kind == COUNT_GEOMETRIC)
        return n == 0 ? 1.0 : law->mean <= 1.0 ? 0.0 : number_exp((double)n * number_log(1.0 - 1.0 / law->mean));
    if (n < law->least)
        return 1.0;
    return n >= law->most ? 0.0 : (double)(law->most - n) / ((double)law->most - (double)law->least + 1.0);
}
