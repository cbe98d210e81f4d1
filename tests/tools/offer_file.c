/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * offer_file -- a file in the format of AWS's price list, of any size, for measuring and testing the import.
 *
 *     offer_file json|csv|plans MEGABYTES [REGION] >index.json
 *
 * Instances of EC2 as AWS lists them: every type under each operating system, software, tenancy and state of capacity,
 * with an on-demand term and, where it can be reserved, twelve reserved ones, indented as AWS does it. The names are
 * AWS's, the prices are a formula: no price of AWS's is in here.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "sim/base/compiler.h"

static const char *const families[] = {
    "c5",   "c5a",  "c5d",  "c5n",  "c6a", "c6g",  "c6gd", "c6gn", "c6i", "c6id", "c6in", "c7a", "c7g",
    "c7gd", "c7gn", "c7i",  "c8g",  "m5",  "m5a",  "m5d",  "m5n",  "m6a", "m6g",  "m6gd", "m6i", "m6id",
    "m6in", "m7a",  "m7g",  "m7gd", "m7i", "m8g",  "r5",   "r5a",  "r5b", "r5d",  "r5n",  "r6a", "r6g",
    "r6gd", "r6i",  "r6id", "r6in", "r7a", "r7g",  "r7gd", "r7i",  "r8g", "t3",   "t3a",  "t4g", "i3",
    "i3en", "i4g",  "i4i",  "i7ie", "d3",  "d3en", "g4dn", "g5",   "g6",  "p4d",  "x2gd", "z1d",
};
static const char *const sizes[] = { "medium",  "large",    "xlarge",   "2xlarge",  "4xlarge",
                                     "8xlarge", "12xlarge", "16xlarge", "24xlarge", "metal" };
static const struct {
    const char *system, *software, *operation;
} systems[] = {
    { "Linux", "NA", "RunInstances" },
    { "Windows", "NA", "RunInstances:0002" },
    { "RHEL", "NA", "RunInstances:0010" },
    { "SUSE", "NA", "RunInstances:000g" },
    { "Linux", "SQL Web", "RunInstances:0200" },
    { "Linux", "SQL Std", "RunInstances:0004" },
    { "Linux", "SQL Ent", "RunInstances:0100" },
    { "Windows", "SQL Web", "RunInstances:0202" },
    { "Windows", "SQL Std", "RunInstances:0006" },
    { "Windows", "SQL Ent", "RunInstances:0102" },
    { "Ubuntu Pro", "NA", "RunInstances:0g00" },
    { "Red Hat Enterprise Linux with HA", "NA", "RunInstances:1010" },
};
static const struct {
    const char *tenancy, *capacity, *usage;
} places[] = {
    { "Shared", "Used", "BoxUsage" },
    { "Shared", "UnusedCapacityReservation", "UnusedBox" },
    { "Shared", "AllocatedCapacityReservation", "Reservation" },
    { "Dedicated", "Used", "DedicatedUsage" },
    { "Dedicated", "UnusedCapacityReservation", "UnusedDed" },
    { "Dedicated", "AllocatedCapacityReservation", "DedicatedRes" },
};
static const struct {
    const char *code, *lease, *class, *option;
    int percent; /* of the on-demand price, for all of it */
} offers[] = {
    { "4NA7Y494T4", "1yr", "standard", "No Upfront", 63 },
    { "HU7G6KETJZ", "1yr", "standard", "Partial Upfront", 60 },
    { "6QCMYABX3D", "1yr", "standard", "All Upfront", 59 },
    { "BPH4J8HBKS", "3yr", "standard", "No Upfront", 43 },
    { "38NPMPTW36", "3yr", "standard", "Partial Upfront", 40 },
    { "NQ3QZPMQV9", "3yr", "standard", "All Upfront", 38 },
    { "7NE97W5U4E", "1yr", "convertible", "No Upfront", 73 },
    { "CUZHX8X6JH", "1yr", "convertible", "Partial Upfront", 70 },
    { "VJWZNREJX2", "1yr", "convertible", "All Upfront", 68 },
    { "Z2E3P23VKM", "3yr", "convertible", "No Upfront", 51 },
    { "R5XV2EPZQZ", "3yr", "convertible", "Partial Upfront", 48 },
    { "MZU6U2429S", "3yr", "convertible", "All Upfront", 46 },
};

struct instance {
    char type[32], usage_type[64], sku[17];
    size_t system, place;
    int64_t price_e4; /* on demand, 1e-4 USD an hour */
};

static const struct aws_region *region;
static uint64_t written;

static void PRINTF_LIKE(1, 2) out(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vprintf(format, arguments);
    va_end(arguments);
    if (length < 0)
        exit(4);
    written += (uint64_t)length;
}

/* Sixteen letters and digits, different for each number: a bijection of 64 bits. */
static void name_sku(uint64_t number, char *sku)
{
    uint64_t z = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    for (int i = 0; i < 16; i++)
        sku[i] = "0123456789ABCDEF"[z >> (4 * i) & 15];
    sku[16] = '\0';
}

/* The combinations in the order of their numbers; when they run out the same again, as further versions of a type. */
static struct instance instance_of(uint64_t number)
{
    struct instance out_instance;
    uint64_t left = number;
    const size_t size = (size_t)(left % ARRAY_LEN(sizes));
    left /= ARRAY_LEN(sizes);
    const size_t family = (size_t)(left % ARRAY_LEN(families));
    left /= ARRAY_LEN(families);
    out_instance.place = (size_t)(left % ARRAY_LEN(places));
    left /= ARRAY_LEN(places);
    out_instance.system = (size_t)(left % ARRAY_LEN(systems));
    left /= ARRAY_LEN(systems);
    if (left == 0)
        snprintf(out_instance.type, sizeof out_instance.type, "%s.%s", families[family], sizes[size]);
    else
        snprintf(out_instance.type, sizeof out_instance.type, "%sv%u.%s", families[family], (unsigned)left,
                 sizes[size]);
    snprintf(out_instance.usage_type, sizeof out_instance.usage_type, "%s%s:%s", region->prefix,
             places[out_instance.place].usage, out_instance.type);
    out_instance.price_e4 = ((int64_t)400 + (int64_t)family * 3 + (int64_t)out_instance.system * 50) << size;
    name_sku(number, out_instance.sku);
    return out_instance;
}

/* What a reservation costs up front and by the hour, for `percent` of the on-demand price over all its time. */
static void split(const struct instance *i, size_t offer, int64_t *upfront_usd, int64_t *hourly_e4)
{
    const int64_t hours = offers[offer].lease[0] == '1' ? 8760 : 26280;
    const int64_t all_e4 = i->price_e4 * offers[offer].percent / 100;
    const int64_t share = offers[offer].option[0] == 'N' ? 0 : offers[offer].option[0] == 'P' ? 1 : 2;
    *upfront_usd = all_e4 * hours * share / 20000;
    *hourly_e4 = share == 2 ? 0 : share == 1 ? all_e4 / 2 : all_e4;
}

static bool is_reservable(const struct instance *i)
{
    return !strcmp(places[i->place].capacity, "Used");
}

/* ---- JSON ---- */

static void attribute(const char *name, const char *value, bool last)
{
    out("        \"%s\" : \"%s\"%s\n", name, value, last ? "" : ",");
}

static void json_product(const struct instance *i, bool first)
{
    out("%s    \"%s\" : {\n      \"sku\" : \"%s\",\n      \"productFamily\" : \"Compute Instance\",\n"
        "      \"attributes\" : {\n",
        first ? "" : ",\n", i->sku, i->sku);
    attribute("servicecode", "AmazonEC2", false);
    attribute("location", region->name, false);
    attribute("locationType", "AWS Region", false);
    attribute("instanceType", i->type, false);
    attribute("currentGeneration", "Yes", false);
    attribute("instanceFamily", "General purpose", false);
    attribute("vcpu", "4", false);
    attribute("physicalProcessor", "Intel Xeon Platinum 8375C (Ice Lake)", false);
    attribute("clockSpeed", "3.5 GHz", false);
    attribute("memory", "16 GiB", false);
    attribute("storage", "EBS only", false);
    attribute("networkPerformance", "Up to 12500 Megabit", false);
    attribute("processorArchitecture", "64-bit", false);
    attribute("tenancy", places[i->place].tenancy, false);
    attribute("operatingSystem", systems[i->system].system, false);
    attribute("licenseModel", "No License required", false);
    attribute("usagetype", i->usage_type, false);
    attribute("operation", systems[i->system].operation, false);
    attribute("availabilityzone", "NA", false);
    attribute("capacitystatus", places[i->place].capacity, false);
    attribute("classicnetworkingsupport", "false", false);
    attribute("dedicatedEbsThroughput", "Up to 10000 Mbps", false);
    attribute("ecu", "NA", false);
    attribute("enhancedNetworkingSupported", "Yes", false);
    attribute("gpuMemory", "NA", false);
    attribute("intelAvxAvailable", "Yes", false);
    attribute("intelAvx2Available", "Yes", false);
    attribute("intelTurboAvailable", "Yes", false);
    attribute("marketoption", "OnDemand", false);
    attribute("normalizationSizeFactor", "8", false);
    attribute("preInstalledSw", systems[i->system].software, false);
    attribute("processorFeatures", "AVX; AVX2; Intel AVX; Intel AVX2; Intel AVX512; Intel Turbo", false);
    attribute("regionCode", region->code, false);
    attribute("servicename", "Amazon Elastic Compute Cloud", false);
    attribute("vpcnetworkingsupport", "true", true);
    out("      }\n    }");
}

static void json_dimension(const char *sku, const char *code, const char *rate, const char *unit, const char *text,
                           int64_t price_e4, bool ranges, bool last)
{
    out("            \"%s.%s.%s\" : {\n              \"rateCode\" : \"%s.%s.%s\",\n              \"description\" : "
        "\"%s\",\n",
        sku, code, rate, sku, code, rate, text);
    if (ranges)
        out("              \"beginRange\" : \"0\",\n              \"endRange\" : \"Inf\",\n");
    out("              \"unit\" : \"%s\",\n              \"pricePerUnit\" : {\n                \"USD\" : \"%" PRId64
        ".%04" PRId64 "000000\"\n              },\n              \"appliesTo\" : [ ]\n            }%s\n",
        unit, price_e4 / 10000, price_e4 % 10000, last ? "" : ",");
}

static void json_begin_offer(const char *sku, const char *code, bool first)
{
    out("%s        \"%s.%s\" : {\n          \"offerTermCode\" : \"%s\",\n          \"sku\" : \"%s\",\n"
        "          \"effectiveDate\" : \"2026-10-01T00:00:00Z\",\n          \"priceDimensions\" : {\n",
        first ? "" : ",\n", sku, code, code, sku);
}

static void json_on_demand(const struct instance *i, bool first)
{
    char text[160];
    snprintf(text, sizeof text, "per On Demand %s %s Instance Hour", systems[i->system].system, i->type);
    out("%s      \"%s\" : {\n", first ? "" : ",\n", i->sku);
    json_begin_offer(i->sku, "JRTCKXETXF", true);
    json_dimension(i->sku, "JRTCKXETXF", "6YS6EN2CT7", "Hrs", text, i->price_e4, true, true);
    out("          },\n          \"termAttributes\" : { }\n        }\n      }");
}

static void json_reserved(const struct instance *i, bool first)
{
    char text[160];
    snprintf(text, sizeof text, "%s (Amazon VPC), %s reserved instance applied", systems[i->system].system, i->type);
    out("%s      \"%s\" : {\n", first ? "" : ",\n", i->sku);
    for (size_t o = 0; o < ARRAY_LEN(offers); o++) {
        int64_t upfront_usd, hourly_e4;
        split(i, o, &upfront_usd, &hourly_e4);
        json_begin_offer(i->sku, offers[o].code, o == 0);
        if (offers[o].option[0] != 'N')
            json_dimension(i->sku, offers[o].code, "2TG2D8R56U", "Quantity", "Upfront Fee", upfront_usd * 10000, false,
                           false);
        json_dimension(i->sku, offers[o].code, "6YS6EN2CT7", "Hrs", text, hourly_e4, true, true);
        out("          },\n          \"termAttributes\" : {\n            \"LeaseContractLength\" : \"%s\",\n"
            "            \"OfferingClass\" : \"%s\",\n            \"PurchaseOption\" : \"%s\"\n          }\n        }",
            offers[o].lease, offers[o].class, offers[o].option);
    }
    out("\n      }");
}

/* As many products as make the wanted size: what one takes of each part is measured on the way. */
static void write_json(uint64_t size)
{
    enum { BYTES_OF_A_PRODUCT = 1890, BYTES_OF_ITS_TERMS = 5170 }; /* on average; a third of them can be reserved */
    const uint64_t count = size / (BYTES_OF_A_PRODUCT + BYTES_OF_ITS_TERMS) + 1;
    out("{\n  \"formatVersion\" : \"v1.0\",\n  \"disclaimer\" : \"Made by a program for tests; no price is AWS's.\",\n"
        "  \"offerCode\" : \"AmazonEC2\",\n  \"version\" : \"20261015000000\",\n"
        "  \"publicationDate\" : \"2026-10-15T00:00:00Z\",\n  \"products\" : {\n");
    for (uint64_t n = 0; n < count; n++) {
        const struct instance i = instance_of(n);
        json_product(&i, n == 0);
    }
    out("\n  },\n  \"terms\" : {\n    \"OnDemand\" : {\n");
    for (uint64_t n = 0; n < count; n++) {
        const struct instance i = instance_of(n);
        json_on_demand(&i, n == 0);
    }
    out("\n    },\n    \"Reserved\" : {\n");
    bool first = true;
    for (uint64_t n = 0; n < count; n++) {
        const struct instance i = instance_of(n);
        if (is_reservable(&i)) {
            json_reserved(&i, first);
            first = false;
        }
    }
    out("\n    }\n  },\n  \"attributesList\" : { }\n}\n");
}

/* ---- CSV ---- */

static void csv_row(const struct instance *i, const char *code, const char *rate, const char *type, const char *unit,
                    int64_t price_e4, const char *lease, const char *option, const char *class)
{
    const bool fee = !strcmp(unit, "Quantity");
    out("\"%s\",\"%s\",\"%s.%s.%s\",\"%s\",\"%s, %s\",\"2026-10-01\",\"%s\",\"%s\",\"%s\",\"%" PRId64 ".%04" PRId64
        "000000\",\"USD\",,\"%s\",\"%s\",\"%s\",",
        i->sku, code, i->sku, code, rate, type, systems[i->system].system, i->type, fee ? "" : "0", fee ? "" : "Inf",
        unit, price_e4 / 10000, price_e4 % 10000, lease, option, class);
    out("\"Compute Instance\",\"AmazonEC2\",\"%s\",\"AWS Region\",\"%s\",\"Yes\",\"General purpose\",\"4\","
        "\"Intel Xeon Platinum 8375C (Ice Lake)\",\"3.5 GHz\",\"16 GiB\",\"EBS only\",\"Up to 12500 "
        "Megabit\",\"64-bit\",,"
        "\"%s\",,\"%s\",\"No License required\",,,,,,,,,,,,,,\"%s\",\"%s\",\"%s\",\"NA\",\"8\",\"%s\","
        "\"AVX; AVX2; Intel AVX\",\"%s\",\"Amazon Elastic Compute Cloud\"\n",
        region->name, i->type, places[i->place].tenancy, systems[i->system].system, i->usage_type,
        systems[i->system].operation, places[i->place].capacity, systems[i->system].software, region->code);
}

static void write_csv(uint64_t size)
{
    out("\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"Made by a program for tests; no price is AWS's.\"\n"
        "\"Publication Date\",\"2026-10-15T00:00:00Z\"\n\"Version\",\"20261015000000\"\n\"OfferCode\",\"AmazonEC2\"\n");
    out("\"SKU\",\"OfferTermCode\",\"RateCode\",\"TermType\",\"PriceDescription\",\"EffectiveDate\",\"StartingRange\","
        "\"EndingRange\",\"Unit\",\"PricePerUnit\",\"Currency\",\"RelatedTo\",\"LeaseContractLength\","
        "\"PurchaseOption\","
        "\"OfferingClass\",\"Product Family\",\"serviceCode\",\"Location\",\"Location Type\",\"Instance Type\","
        "\"Current Generation\",\"Instance Family\",\"vCPU\",\"Physical Processor\",\"Clock "
        "Speed\",\"Memory\",\"Storage\","
        "\"Network Performance\",\"Processor Architecture\",\"Storage Media\",\"Tenancy\",\"EBS Optimized\","
        "\"Operating System\",\"License Model\",\"Group\",\"Group Description\",\"Transfer Type\",\"From Location\","
        "\"From Location Type\",\"To Location\",\"To Location Type\",\"Volume Type\",\"Max Volume Size\","
        "\"Max IOPS/volume\",\"Max throughput/volume\",\"Provisioned\",\"ECU\",\"usageType\",\"operation\","
        "\"CapacityStatus\",\"GPU\",\"Normalization Size Factor\",\"Pre Installed S/W\",\"Processor Features\","
        "\"Region Code\",\"serviceName\"\n");
    for (uint64_t n = 0; written < size; n++) {
        const struct instance i = instance_of(n);
        csv_row(&i, "JRTCKXETXF", "6YS6EN2CT7", "OnDemand", "Hrs", i.price_e4, "", "", "");
        for (size_t o = 0; is_reservable(&i) && o < ARRAY_LEN(offers); o++) {
            int64_t upfront_usd, hourly_e4;
            split(&i, o, &upfront_usd, &hourly_e4);
            if (offers[o].option[0] != 'N')
                csv_row(&i, offers[o].code, "2TG2D8R56U", "Reserved", "Quantity", upfront_usd * 10000, offers[o].lease,
                        offers[o].option, offers[o].class);
            csv_row(&i, offers[o].code, "6YS6EN2CT7", "Reserved", "Hrs", hourly_e4, offers[o].lease, offers[o].option,
                    offers[o].class);
        }
    }
}

/* ---- savings plans ---- */

static const struct {
    const char *name, *term;
    int percent;
} plans[] = { { "ComputeSP:1yrNoUpfront", "1yr", 73 },      { "ComputeSP:1yrPartialUpfront", "1yr", 70 },
              { "ComputeSP:1yrAllUpfront", "1yr", 68 },     { "ComputeSP:3yrNoUpfront", "3yr", 51 },
              { "ComputeSP:3yrPartialUpfront", "3yr", 48 }, { "ComputeSP:3yrAllUpfront", "3yr", 46 } };

static void write_plans(uint64_t size)
{
    out("{\n  \"version\" : \"20261015000000\",\n  \"publicationDate\" : \"2026-10-15T00:00:00Z\",\n"
        "  \"regionCode\" : \"%s\",\n  \"products\" : [",
        region->code);
    for (size_t p = 0; p < ARRAY_LEN(plans); p++)
        out("%s {\n    \"sku\" : \"PLAN%zu\",\n    \"productFamily\" : \"ComputeSavingsPlans\",\n"
            "    \"serviceCode\" : \"ComputeSavingsPlans\",\n    \"usageType\" : \"%s\",\n    \"operation\" : \"\",\n"
            "    \"attributes\" : {\n      \"purchaseTerm\" : \"%s\",\n      \"location\" : \"Any\"\n    }\n  }",
            p ? "," : "", p, plans[p].name, plans[p].term);
    out(" ],\n  \"terms\" : {\n    \"savingsPlan\" : [");
    for (size_t p = 0; p < ARRAY_LEN(plans); p++) {
        out("%s {\n      \"sku\" : \"PLAN%zu\",\n      \"description\" : \"a savings plan\",\n"
            "      \"effectiveDate\" : \"2026-10-01T00:00:00Z\",\n      \"rates\" : [",
            p ? "," : "", p);
        for (uint64_t n = 0; n == 0 || written < size * (p + 1) / ARRAY_LEN(plans); n++) {
            const struct instance i = instance_of(n);
            const int64_t price_e4 = i.price_e4 * plans[p].percent / 100;
            out("%s {\n        \"discountedSku\" : \"%s\",\n        \"discountedUsageType\" : \"%s\",\n"
                "        \"discountedOperation\" : \"%s\",\n        \"discountedServiceCode\" : \"AmazonEC2\",\n"
                "        \"rateCode\" : \"PLAN%zu.%s\",\n        \"unit\" : \"Hrs\",\n        \"discountedRate\" : {\n"
                "          \"price\" : \"%" PRId64 ".%04" PRId64 "\",\n          \"currency\" : \"USD\"\n        },\n"
                "        \"discountedRegionCode\" : \"%s\",\n        \"discountedInstanceType\" : \"%s\"\n      }",
                n ? "," : "", i.sku, i.usage_type, systems[i.system].operation, p, i.sku, price_e4 / 10000,
                price_e4 % 10000, region->code, i.type);
        }
        out(" ]\n    }");
    }
    out(" ]\n  }\n}\n");
}

int main(int argc, char **argv)
{
    const char *const kind = argc > 1 ? argv[1] : "";
    const uint64_t size = argc > 2 ? strtoull(argv[2], NULL, 10) * 1000000 : 0;
    region = aws_region_find(argc > 3 ? argv[3] : "us-east-1");
    void (*const write)(uint64_t) = !strcmp(kind, "json")    ? write_json
                                    : !strcmp(kind, "csv")   ? write_csv
                                    : !strcmp(kind, "plans") ? write_plans
                                                             : NULL;
    if (!write || !region) {
        fprintf(stderr, "usage: offer_file json|csv|plans MEGABYTES [REGION]\n");
        return 2;
    }
    write(size);
    return fflush(stdout) == 0 ? 0 : 4;
}
