/* SPDX-License-Identifier: GPL-3.0-or-later */
/* aws_region -- a table. Prefixes as they appear in usage types of the price list and of bills. */
#include "pricing/aws_region.h"

#include <strings.h>

#include "sim/base/compiler.h"
#include "sim/base/text.h"

static const struct aws_region regions[] = {
    { "us-east-1", "", "US East (N. Virginia)" },
    { "us-east-2", "USE2-", "US East (Ohio)" },
    { "us-west-1", "USW1-", "US West (N. California)" },
    { "us-west-2", "USW2-", "US West (Oregon)" },
    { "ca-central-1", "CAN1-", "Canada (Central)" },
    { "sa-east-1", "SAE1-", "South America (Sao Paulo)" },
    { "eu-west-1", "EU-", "EU (Ireland)" },
    { "eu-west-2", "EUW2-", "EU (London)" },
    { "eu-west-3", "EUW3-", "EU (Paris)" },
    { "eu-central-1", "EUC1-", "EU (Frankfurt)" },
    { "eu-north-1", "EUN1-", "EU (Stockholm)" },
    { "ap-south-1", "APS3-", "Asia Pacific (Mumbai)" },
    { "ap-southeast-1", "APS1-", "Asia Pacific (Singapore)" },
    { "ap-southeast-2", "APS2-", "Asia Pacific (Sydney)" },
    { "ap-northeast-1", "APN1-", "Asia Pacific (Tokyo)" },
    { "ap-northeast-2", "APN2-", "Asia Pacific (Seoul)" },
};

const struct aws_region *aws_region_find(const char *code)
{
    for (size_t i = 0; i < ARRAY_LEN(regions); i++)
        if (text_equal(regions[i].code, code))
            return &regions[i];
    return NULL;
}

const struct aws_region *aws_region_named(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(regions); i++)
        if (strcasecmp(regions[i].code, text) == 0 || strcasecmp(regions[i].name, text) == 0)
            return &regions[i];
    return NULL;
}

bool aws_region_is_global(const char *code)
{
    return code[0] == '\0' || text_equal(code, "Global") || text_equal(code, "Any");
}

const char *aws_region_nearest(const char *code)
{
    const char *codes[ARRAY_LEN(regions)];
    for (size_t i = 0; i < ARRAY_LEN(regions); i++)
        codes[i] = regions[i].code;
    return text_nearest(code, codes, ARRAY_LEN(regions));
}
