/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The polynomials interpolate at Chebyshev nodes, computed with 60 digits; beside each stands its error bound.
 * ln 2 is split in two, the high part with 32 bits, so that its product with an exponent is exact.
 */
#include "sim/number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const double LN2_HIGH = 0x1.62e42fee00000p-1;
static const double LN2_LOW = 0x1.a39ef35793c76p-33;
enum { MANTISSA_BITS = 52 };

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/*
 * x = 2^k m with m in [sqrt(1/2), sqrt(2)), f = m - 1, s = f / (2 + f): ln m = 2 atanh(s) = 2 s + s z Q(z), z = s^2.
 * 2 s is written as f - f^2/2 + s f^2/2, because f is exact and s is not.
 */
static inline double log_of_normal(uint64_t bits, int64_t k)
{
    /* Q to 9.2e-18 on z in [0, 0.0295] */
    static const double q0 = 0x1.5555555555558p-1, q1 = 0x1.9999999995273p-2, q2 = 0x1.2492492dfd86cp-2,
                        q3 = 0x1.c71c62d5e53e0p-3, q4 = 0x1.7462b91b8df65p-3, q5 = 0x1.39fdcceb4bb45p-3,
                        q6 = 0x1.2b5f68a50d903p-3;
    static const uint64_t SQRT_HALF = UINT64_C(0x3fe6a09e667f3bcd);

    const int64_t shift = (int64_t)(bits - SQRT_HALF) >> MANTISSA_BITS;
    const double f = from_bits(bits - ((uint64_t)shift << MANTISSA_BITS)) - 1.0;
    const double exponent = (double)(k + shift);

    const double s = f / (2.0 + f);
    const double z = s * s;
    const double z2 = z * z;
    const double z4 = z2 * z2;
    const double q = (q0 + z * q1) + z2 * (q2 + z * q3) + z4 * ((q4 + z * q5) + z2 * q6);
    const double half_square = 0.5 * f * f;
    const double low = s * (half_square + z * q) + exponent * LN2_LOW;
    return exponent * LN2_HIGH - ((half_square - low) - f);
}

double number_log(double x)
{
    const uint64_t bits = bits_of(x);
    if (bits < (UINT64_C(1) << MANTISSA_BITS)) /* subnormal */
        return log_of_normal(bits_of(x * 0x1p54), -54);
    return log_of_normal(bits, 0);
}

/* No branch and no call: independent logarithms run side by side in the processor. */
void number_log_row(double *x, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        x[i] = log_of_normal(bits_of(x[i]), 0);
}

/* x = n ln2 / 32 + r: e^x = 2^(n/32) e^r, the power from a table of 32 and a shift. */
double number_exp(double x)
{
    /* 2^(j/32), correctly rounded */
    static const double power[32] = {
        0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0, 0x1.172b83c7d517bp+0,
        0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0, 0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0,
        0x1.3dea64c123422p+0, 0x1.44e086061892dp+0, 0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0,
        0x1.6247eb03a5585p+0, 0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
        0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255dp+0, 0x1.ae89f995ad3adp+0,
        0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0, 0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0,
        0x1.ea4afa2a490dap+0, 0x1.f50765b6e4540p+0,
    };
    /* (e^r - 1 - r) / r^2 to 2.2e-19 / r^2 on |r| <= ln2 / 64 */
    static const double c2 = 0.5, c3 = 0x1.555555554dccap-3, c4 = 0x1.5555555551910p-5, c5 = 0x1.11114faa79fd2p-7,
                        c6 = 0x1.6c1700057e56ap-10;
    /* adding it rounds to the nearest integer, which then stands in the low bits */
    static const double TO_INTEGER = 0x1.8p52;

    if (!(x > -745.2))
        return 0.0;
    if (x > 709.79)
        return HUGE_VAL;
    const double shifted = x * 0x1.71547652b82fep+5 + TO_INTEGER;
    const int32_t n = (int32_t)(uint32_t)bits_of(shifted);
    const double whole = shifted - TO_INTEGER;
    const double r = (x - whole * (LN2_HIGH / 32.0)) - whole * (LN2_LOW / 32.0);
    const double r2 = r * r;
    const double p = r + r2 * ((c2 + r * c3) + r2 * ((c4 + r * c5) + r2 * c6));

    const double base = power[n & 31];
    const double value = base + base * p;
    const int32_t exponent = n >> 5;
    if (exponent >= -1021 && exponent <= 1022)
        return from_bits(bits_of(value) + ((uint64_t)(int64_t)exponent << 52));
    const int32_t half = exponent / 2; /* in two steps: the result is subnormal or next to overflow */
    return value * from_bits((uint64_t)(1023 + half) << 52) * from_bits((uint64_t)(1023 + exponent - half) << 52);
}

double number_pow(double x, double y)
{
    return number_exp(y * number_log(x));
}

/* Stirling's series at x + n >= 12, its next term being below 1e-18, and the recurrence back to x. */
double number_log_gamma(double x)
{
    static const double HALF_LN_2PI = 0x1.d67f1c864beb5p-1;
    double product = 1.0;
    while (x < 12.0) {
        product *= x;
        x += 1.0;
    }
    const double y = 1.0 / x;
    const double y2 = y * y;
    const double series =
        y * (1.0 / 12 -
             y2 * (1.0 / 360 - y2 * (1.0 / 1260 - y2 * (1.0 / 1680 - y2 * (1.0 / 1188 - y2 * (691.0 / 360360))))));
    return (x - 0.5) * number_log(x) - x + HALF_LN_2PI + series - number_log(product);
}

static double polynomial7(const double c[8], double x)
{
    const double x2 = x * x;
    const double x4 = x2 * x2;
    return ((c[0] + x * c[1]) + x2 * (c[2] + x * c[3])) + x4 * ((c[4] + x * c[5]) + x2 * (c[6] + x * c[7]));
}

/* [WIC-88], algorithm PPND16; the coefficients are the published ones. */
double number_normal_quantile(double p)
{
    static const double central_top[8] = { 3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                           1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                           3.3430575583588128105e+4, 2.5090809287301226727e+3 };
    static const double central_bottom[8] = { 1.0,
                                              4.2313330701600911252e+1,
                                              6.8718700749205790830e+2,
                                              5.3941960214247511077e+3,
                                              2.1213794301586595867e+4,
                                              3.9307895800092710610e+4,
                                              2.8729085735721942674e+4,
                                              5.2264952788528545610e+3 };
    static const double near_top[8] = { 1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                        3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                        2.27238449892691845833e-2, 7.74545014278341407640e-4 };
    static const double near_bottom[8] = { 1.0,
                                           2.05319162663775882187e0,
                                           1.67638483018380384940e0,
                                           6.89767334985100004550e-1,
                                           1.48103976427480074590e-1,
                                           1.51986665636164571966e-2,
                                           5.47593808499534494600e-4,
                                           1.05075007164441684324e-9 };
    static const double far_top[8] = { 6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                       2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                       2.71155556874348757815e-5, 2.01033439929228813265e-7 };
    static const double far_bottom[8] = { 1.0,
                                          5.99832206555887937690e-1,
                                          1.36929880922735805310e-1,
                                          1.48753612908506148525e-2,
                                          7.86869131145613259100e-4,
                                          1.84631831751005468180e-5,
                                          1.42151175831644588870e-7,
                                          2.04426310338993978564e-15 };
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial7(central_top, r) / polynomial7(central_bottom, r);
    }
    const double r = sqrt(-number_log(q < 0.0 ? p : 1.0 - p));
    const double z = r <= 5.0 ? polynomial7(near_top, r - 1.6) / polynomial7(near_bottom, r - 1.6)
                              : polynomial7(far_top, r - 5.0) / polynomial7(far_bottom, r - 5.0);
    return q < 0.0 ? -z : z;
}
