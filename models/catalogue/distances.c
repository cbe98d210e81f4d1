/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/catalogue/distances.h"

#include "sim/base/text.h"

enum { REGIONS = 21 };

static const char *const regions[REGIONS] = {
    "af-south-1",     "ap-east-1",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-southeast-1", "ap-southeast-2", "ca-central-1",   "eu-central-1",   "eu-north-1",     "eu-south-1",
    "eu-west-1",      "eu-west-2",      "eu-west-3",      "me-south-1",     "sa-east-1",      "us-east-1",
    "us-east-2",      "us-west-1",      "us-west-2",
};

/* ms; below the diagonal, the mean of both directions. */
/* clang-format off */
static const float rtt_ms[REGIONS][REGIONS] = {
    [0] = { 0 },
    [1] = { 240.5F },
    [2] = { 355.5F, 46 },
    [3] = { 383, 37.5F, 33.5F },
    [4] = { 362, 39, 10, 24 },
    [5] = { 158.5F, 89, 124.5F, 125, 131 },
    [6] = { 203, 37.5F, 68.5F, 69.5F, 75, 56 },
    [7] = { 411.5F, 127, 106.5F, 141.5F, 118.5F, 145.5F, 93 },
    [8] = { 224.5F, 186, 143.5F, 172, 149.5F, 186.5F, 209.5F, 197.5F },
    [9] = { 160.5F, 189, 223, 223, 230.5F, 110, 157.5F, 249, 92 },
    [10] = { 177.5F, 210.5F, 243, 241.5F, 248.5F, 130.5F, 177.5F, 294.5F, 107.5F, 22 },
    [11] = { 169.5F, 179.5F, 213.5F, 213, 220, 101.5F, 149, 238, 100, 11.5F, 31 },
    [12] = { 158, 211.5F, 201, 229.5F, 207, 120, 181.5F, 256, 70, 26.5F, 41.5F, 34.5F },
    [13] = { 147, 203, 210.5F, 238, 216.5F, 111, 171, 264.5F, 78, 17, 32.5F, 25, 13 },
    [14] = { 150.5F, 197, 215.5F, 245, 221, 104, 166.5F, 279, 83.5F, 12, 30, 20, 18, 9.5F },
    [15] = { 145, 121.5F, 161.5F, 157.5F, 167, 35, 86, 177.5F, 162.5F, 86, 105, 77.5F, 95.5F, 87, 79.5F },
    [16] = { 342.5F, 299, 256.5F, 285, 262.5F, 297.5F, 322, 311.5F, 125, 204, 215, 213, 176.5F, 186, 194.5F, 272 },
    [17] = { 231.5F, 188, 146, 174, 150.5F, 185.5F, 212, 198.5F, 14.5F, 91.5F, 111.5F, 101.5F, 69.5F, 76, 82.5F, 160, 113.5F },
    [18] = { 241.5F, 175.5F, 134, 161.5F, 138, 195.5F, 200, 187, 24.5F, 102, 121, 110.5F, 79, 86, 92.5F, 170, 124, 12.5F },
    [19] = { 291, 145.5F, 108, 128, 110, 227.5F, 171.5F, 138.5F, 79, 151, 174, 160, 128, 147, 142.5F, 220, 172, 62, 51.5F },
    [20] = { 273.5F, 136, 97.5F, 119, 99, 217.5F, 161.5F, 140, 60, 140.5F, 157.5F, 150.5F, 119, 128, 134, 211.5F, 174, 63.5F, 51.5F, 22 },
};
/* clang-format on */

static int index_of(const char *region)
{
    for (int i = 0; i < REGIONS; i++)
        if (text_equal(regions[i], region))
            return i;
    return -1;
}

double distances_rtt_ms(const char *a, const char *b)
{
    const int i = index_of(a), j = index_of(b);
    if (i < 0 || j < 0)
        return -1.0;
    return i > j ? (double)rtt_ms[i][j] : (double)rtt_ms[j][i];
}

/* Where the viewers of a price geography are, as shares of the region nearest to them. Of the United States: by time
 * zone (Eastern, Central, Mountain, Pacific), assumed. */
static const struct distances_anchor anchors[] = {
    { "US", "us-east-1", 0.48 },     { "US", "us-east-2", 0.29 },     { "US", "us-west-2", 0.07 },
    { "US", "us-west-1", 0.16 },     { "EU", "eu-central-1", 0.5 },   { "EU", "eu-west-1", 0.25 },
    { "EU", "eu-west-3", 0.25 },     { "JP", "ap-northeast-1", 1.0 }, { "IN", "ap-south-1", 1.0 },
    { "AP", "ap-southeast-1", 1.0 }, { "AU", "ap-southeast-2", 1.0 }, { "SA", "sa-east-1", 1.0 },
    { "ME", "me-south-1", 1.0 },     { "ZA", "af-south-1", 1.0 },     { .geography = NULL },
};

const struct distances_anchor *distances_anchors(void)
{
    return anchors;
}
