/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodes -- what a Kubernetes node inherits from its instance type: addresses for pods, and a price to be chosen by. */
#include <string.h>

#include "models/catalogue/catalogue.h"

/* clang-format off */

/* [EC2-UG] "IP addresses per network interface per instance type". On the families of the catalogue it goes by the size,
 * but for t3 and t4g. Not read again for this file; the pods that follow (m5.large 29, xlarge 58, 4xlarge 234, 16xlarge
 * 737, t3.medium 17) are the known ones. */
static const struct interfaces {
    const char *size;
    uint32_t interfaces, addresses;
} SIZES[] = {
    { "medium", 2, 4 }, { "large", 3, 10 }, { "xlarge", 4, 15 }, { "2xlarge", 4, 15 }, { "4xlarge", 8, 30 },
    { "8xlarge", 8, 30 }, { "9xlarge", 8, 30 }, { "12xlarge", 8, 30 }, { "16xlarge", 15, 50 }, { "18xlarge", 15, 50 },
    { "24xlarge", 15, 50 }, { "32xlarge", 15, 50 }, { "48xlarge", 15, 50 }, { NULL, 0, 0 },
}, BURSTABLE[] = {
    { "nano", 2, 2 }, { "micro", 2, 2 }, { "small", 3, 4 }, { "medium", 3, 6 }, { "large", 3, 12 }, { "xlarge", 4, 15 },
    { "2xlarge", 4, 15 }, { NULL, 0, 0 },
};

/* On demand, Linux, us-east-1, AWS's price list of 2025-09: within a family the price goes by the vCPUs, of t3 and t4g
 * by the memory. tests/unit/test_catalogue_nodes.c holds it against the price book. */
static const struct {
    const char *family;
    double usd_per_vcpu_hour, usd_per_gib_hour;
} PRICES[] = {
    { "m5", 0.048, 0 }, { "m6i", 0.048, 0 }, { "m6g", 0.0385, 0 }, { "m7i", 0.0504, 0 }, { "m7g", 0.0408, 0 },
    { "m8g", 0.04488, 0 }, { "c5", 0.0425, 0 }, { "c6i", 0.0425, 0 }, { "c6g", 0.034, 0 }, { "c7i", 0.044625, 0 },
    { "c7g", 0.03625, 0 }, { "c8g", 0.03988, 0 }, { "r5", 0.063, 0 }, { "r6g", 0.0504, 0 }, { "r7g", 0.05355, 0 },
    { "t3", 0, 0.0104 }, { "t4g", 0, 0.0084 },
};

/* clang-format on */

static size_t family_length(const char *name)
{
    return strcspn(name, ".");
}

static bool is_family(const char *name, const char *family)
{
    return strlen(family) == family_length(name) && !memcmp(name, family, family_length(name));
}

bool catalogue_interfaces(const char *name, uint32_t *interfaces, uint32_t *addresses)
{
    if (!catalogue_instance(name))
        return false;
    const bool burstable = is_family(name, "t3") || is_family(name, "t4g");
    for (const struct interfaces *row = burstable ? BURSTABLE : SIZES; row->size; row++) {
        if (strcmp(row->size, name + family_length(name) + 1) != 0)
            continue;
        *interfaces = row->interfaces;
        *addresses = row->addresses;
        return true;
    }
    return false;
}

double catalogue_price_order(const char *name)
{
    const struct shape *shape = catalogue_instance(name);
    for (size_t i = 0; shape && i < ARRAY_LEN(PRICES); i++)
        if (is_family(name, PRICES[i].family))
            return PRICES[i].usd_per_vcpu_hour * shape->vcpus +
                   PRICES[i].usd_per_gib_hour * ((double)shape->memory_bytes / 1073741824.0);
    return 0;
}
