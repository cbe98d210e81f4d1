/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/attribute_words.h"

#include <strings.h>

#include "pricing/billing_rules.h"
#include "pricing/price_book.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

enum { MOST_WORDS = 7 };

static const struct {
    const char *service, *usage_type; /* of the record; '*' as in the billing rules */
    const char *attribute;
    const char *words[MOST_WORDS];
} rows[] = {
    { "AWSELB", "ALB:*", "target", { "ec2", "instance", "ip", "container", "lambda" } },
    { "AWSELB", "ALB:*", "mtls", { "no", "yes" } },
    { "AmazonECS", "Fargate-Task", "arch", { "x86", "x86_64", "arm64" } },
    { "AmazonECS", "Fargate-Task", "spot", { "no", "yes" } },
    { "AmazonEKS", "Cluster", "support", { "standard", "extended" } },
    { "AWSLambda", "*", "arch", { "x86", "x86_64", "arm64" } },
    { "AmazonDynamoDB", "*", "table_class", { "Standard", "IA" } },
    { "AmazonRDS", "RDS:*", "striped", { "no", "yes" } },
    { "AmazonRDS", "RDS:IOPS.gp3", "deployment", { "Single-AZ", "Multi-AZ" } },
    { "AmazonRDS", "RDS:Throughput.gp3", "deployment", { "Single-AZ", "Multi-AZ" } },
    { "AmazonS3", "LifecycleTransition", "to", { "SIA", "ZIA", "INT", "GIR", "GLACIER", "GDA" } },
    { "AmazonS3", "Replication-Bytes", "rtc", { "no", "yes" } },
    { "AWSDataTransfer", "InterZone-Bytes", "ends", { "one", "both" } },
    { "AWSQueueService", "Request", "queue", { "Standard", "FIFO" } },
};

static bool is_one_of(const char *text, const char *const *words)
{
    for (int i = 0; i < MOST_WORDS && words[i]; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool refuse(size_t row, const char *usage_type, const char *value, struct arena *arena, struct mark at,
                   struct diag *diag)
{
    const char *list = "";
    for (int i = 0; i < MOST_WORDS && rows[row].words[i]; i++)
        list = arena_printf(arena, "%s%s%s", list, i > 0 ? ", " : "", rows[row].words[i]);
    diag_error(diag, at, "the attribute '%s' of '%s' cannot be '%.40s'", rows[row].attribute, usage_type, value);
    return diag_hint(diag, "write one of %s", list);
}

bool attribute_words_check(const struct usage_key *key, struct arena *arena, struct mark at, struct diag *diag)
{
    for (size_t i = 0; i < ARRAY_LEN(rows) && key->operation[0]; i++) {
        if (!text_equal(rows[i].service, key->service) || !usage_type_matches(rows[i].usage_type, key->usage_type))
            continue;
        const char *const value = price_attribute(key->operation, rows[i].attribute, arena);
        if (value && !is_one_of(value, rows[i].words))
            return refuse(i, key->usage_type, value, arena, at, diag);
    }
    return true;
}
