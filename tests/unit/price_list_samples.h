/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_list_samples -- small files in the formats of AWS's price list, made by hand, and a book that they fit. */
#ifndef HEADROOM_PRICE_LIST_SAMPLES_H
#define HEADROOM_PRICE_LIST_SAMPLES_H

#define PRODUCT(sku, region, usage, operation, more) \
    "\"" sku "\":{\"sku\":\"" sku "\",\"attributes\":{\"servicecode\":\"AmazonEC2\"," \
    "\"regionCode\":\"" region "\",\"usagetype\":\"" usage "\",\"operation\":\"" operation "\"" more "}}"
#define LINUX \
    ",\"operatingSystem\":\"Linux\",\"tenancy\":\"Shared\"," \
    "\"preInstalledSw\":\"NA\",\"capacitystatus\":\"Used\""

#define RATE(sku, term, rate, unit, from, to, price) \
    "\"" sku "." term "." rate "\":{\"rateCode\":\"" sku "." term "." rate "\"," \
    "\"description\":\"as listed\",\"beginRange\":\"" from "\",\"endRange\":\"" to "\"," \
    "\"unit\":\"" unit "\",\"pricePerUnit\":{\"USD\":\"" price "\"}}"
#define OFFER(sku, term, date, rates, attributes) \
    "\"" sku "." term "\":{\"offerTermCode\":\"" term "\",\"sku\":\"" sku "\"," \
    "\"effectiveDate\":\"" date "T00:00:00Z\",\"priceDimensions\":{" rates "}," \
    "\"termAttributes\":{" attributes "}}"
#define FLAT(sku, unit, price) RATE(sku, "JRTCKXETXF", "6YS6EN2CT7", unit, "0", "Inf", price)
#define ON_DEMAND(sku, unit, price) \
    "\"" sku "\":{" OFFER(sku, "JRTCKXETXF", "2026-11-01", FLAT(sku, unit, price), "") "}"
#define LEASE(length, option, class) \
    "\"LeaseContractLength\":\"" length "\",\"PurchaseOption\":\"" option "\",\"OfferingClass\":\"" class "\""
#define RESERVED(term, length, option, class, rates) \
    OFFER("SKUBOX", term, "2026-11-01", rates, LEASE(length, option, class))
#define HOURLY(term, price) RATE("SKUBOX", term, "6YS6EN2CT7", "Hrs", "0", "Inf", price)
#define FEE(term, price)    RATE("SKUBOX", term, "2TG2D8R56U", "Quantity", "0", "Inf", price)

#define LIST_HEAD \
    "{\"formatVersion\":\"v1.0\",\"disclaimer\":\"made by hand\",\"offerCode\":\"AmazonEC2\"," \
    "\"version\":\"20261101000000\",\"publicationDate\":\"2026-11-01T00:00:00Z\","
#define LIST_OF(products, terms) LIST_HEAD "\"products\":{" products "},\"terms\":{" terms "}}\n"

/* The books have: m5.large on demand and reserved, NAT bytes with tiers, gp3 throughput, a rate with a SKU. */
#define BOOK_HEAD "service,usage_type,attributes,unit,price,tier_from,tier_to,as_of,source,confidence,sku,description"
#define OLD       ",0,Inf,2026-07-05,old,list-file,"
static const char RATES_BOOK[] = BOOK_HEAD
    "\n"
    "AmazonEC2,BoxUsage:m5.large,operation=RunInstances;os=Linux;tenancy=Shared,Hrs,0.096" OLD ",m5.large\n"
    "AmazonEC2,EBS:VolumeP-Throughput.gp3,,MiBps-Mo,0.04" OLD ",throughput\n"
    "AmazonEC2,EBS:VolumeUsage.gp3,,GB-Mo,0.08" OLD ",gp3\n"
    "AmazonVPC,NatGateway-Bytes,,GB,0.045,0,100,2026-07-05,old,list-file,,NAT\n"
    "AmazonVPC,NatGateway-Bytes,,GB,0.04,100,Inf,2026-07-05,old,list-file,,NAT above\n"
    "AmazonEC2,OurOwnName,,Requests,0.000001" OLD "SKUNAMED.JRTCKXETXF.6YS6EN2CT7,named\n";
#define BOX_RI "AmazonEC2,HeavyUsage:m5.large,os=Linux;offering_class=standard,Hrs,"
static const char TERMS_BOOK[] = BOOK_HEAD
    ",term,upfront\n" BOX_RI "0.06" OLD ",RI,reserved-1yr-no-upfront,0\n" BOX_RI "0" OLD
    ",RI,reserved-1yr-all-upfront,494\n"
    "ComputeSavingsPlans,ComputeSP:1yrNoUpfront,os=Linux;discounted_usage_type=BoxUsage:m5.large,Hrs,0.07" OLD
    ",SP,savings-plan-compute-1yr-no-upfront,0\n";

/* Everything at once: tiers with a gap of one, another unit, reservations of every kind, a text with escapes. */
/* clang-format off */
static const char OFFER_SAMPLE[] = LIST_OF(
    PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances", LINUX) ","
    PRODUCT("SKUNEW", "us-west-2", "USW2-BoxUsage:m99.large", "RunInstances", LINUX) ","
    PRODUCT("SKUNAT", "us-west-2", "USW2-NatGateway-Bytes", "NatGateway", "") ","
    PRODUCT("SKUGP3", "us-west-2", "USW2-EBS:VolumeP-Throughput.gp3", "\\u0041\\n\\\"", ""),
    "\"OnDemand\":{" ON_DEMAND("SKUBOX", "Hrs", "0.1000000000") "," ON_DEMAND("SKUNEW", "Hrs", "0.2000000000") ","
    "\"SKUNAT\":{" OFFER("SKUNAT", "JRTCKXETXF", "2026-11-01",
        RATE("SKUNAT", "JRTCKXETXF", "AAA", "GB", "0", "200", "0.0500000000") ","
        RATE("SKUNAT", "JRTCKXETXF", "BBB", "GB", "201", "Inf", "0.0300000000"), "") "},"
    ON_DEMAND("SKUGP3", "GiBps-mo", "51.2000000000") "},"
    "\"Reserved\":{\"SKUBOX\":{"
        RESERVED("4NA7Y494T4", "1yr", "No Upfront", "standard", HOURLY("4NA7Y494T4", "0.0620000000")) ","
        RESERVED("6QCMYABX3D", "1 yr", "AllUpfront", "standard",
                 FEE("6QCMYABX3D", "500") "," HOURLY("6QCMYABX3D", "0.0000000000")) ","
        RESERVED("7NE97W5U4E", "1yr", "No Upfront", "convertible", HOURLY("7NE97W5U4E", "0.0700000000")) "}}");
/* clang-format on */

#define CSV_HEAD \
    "\"FormatVersion\",\"v1.0\"\n\"Disclaimer\",\"made, by hand\"\n" \
    "\"Publication Date\",\"2026-11-01T00:00:00Z\"\n" \
    "\"Version\",\"20261101000000\"\n\"OfferCode\",\"AmazonEC2\"\n" \
    "\"SKU\",\"OfferTermCode\",\"RateCode\",\"TermType\",\"PriceDescription\",\"EffectiveDate\"," \
    "\"StartingRange\",\"EndingRange\",\"Unit\",\"PricePerUnit\",\"Currency\"," \
    "\"LeaseContractLength\",\"PurchaseOption\",\"OfferingClass\",\"serviceCode\",\"Tenancy\"," \
    "\"Operating System\",\"usageType\",\"operation\",\"CapacityStatus\",\"Pre Installed S/W\"," \
    "\"Region Code\"\n"
#define CSV_BOX \
    "\"AmazonEC2\",\"Shared\",\"Linux\",\"USW2-BoxUsage:m5.large\",\"RunInstances\",\"Used\",\"NA\",\"us-west-2\""
static const char CSV_SAMPLE[] = CSV_HEAD
    "\"SKUBOX\",\"JRTCKXETXF\",\"SKUBOX.JRTCKXETXF.6YS6EN2CT7\",\"OnDemand\",\"say \"\"hour\"\", plainly\","
    "\"2026-11-01\",\"0\",\"Inf\",\"Hrs\",\"0.1000000000\",\"USD\",,,," CSV_BOX "\n"
    "\"SKUBOX\",\"6QCMYABX3D\",\"SKUBOX.6QCMYABX3D.2TG2D8R56U\",\"Reserved\",\"Upfront Fee\","
    "\"2026-11-01\",\"\",\"\",\"Quantity\",\"500\",\"USD\",\"1yr\",\"All Upfront\",\"standard\"," CSV_BOX "\r\n"
    "\"SKUBOX\",\"6QCMYABX3D\",\"SKUBOX.6QCMYABX3D.6YS6EN2CT7\",\"Reserved\",\"m5.large\","
    "\"2026-11-01\",\"0\",\"Inf\",\"Hrs\",\"0.0000000000\",\"USD\",\"1yr\",\"All Upfront\",\"standard\"," CSV_BOX "\n";

#define PLAN_RATE(usage, operation, price) \
    "{\"discountedSku\":\"SKUBOX\",\"discountedUsageType\":\"" usage "\"," \
    "\"discountedOperation\":\"" operation "\",\"discountedServiceCode\":\"AmazonEC2\"," \
    "\"rateCode\":\"PLAN.SKUBOX\",\"unit\":\"Hrs\",\"discountedRate\":{\"price\":\"" price "\"," \
    "\"currency\":\"USD\"},\"discountedRegionCode\":\"us-west-2\"}"
static const char PLANS_SAMPLE[] =
    "{\"version\":\"20261101000000\",\"publicationDate\":\"2026-11-01T00:00:00Z\",\"regionCode\":\"us-west-2\","
    "\"products\":[{\"sku\":\"PLAN\",\"usageType\":\"ComputeSP:1yrNoUpfront\",\"attributes\":{}},"
    "{\"sku\":\"PLAN3\",\"usageType\":\"ComputeSP:3yrAllUpfront\"}],"
    "\"terms\":{\"savingsPlan\":[{\"sku\":\"PLAN\",\"effectiveDate\":\"2026-11-01T00:00:00Z\",\"rates\":[" PLAN_RATE(
        "USW2-BoxUsage:m5.large", "RunInstances:0002",
        "0.5") "," PLAN_RATE("USW2-BoxUsage:m5.large", "RunInstances",
                             "0.0650000000") "]},"
                                             "{\"sku\":\"PLAN3\",\"rates\":[" PLAN_RATE("USW2-BoxUsage:m5.large",
                                                                                        "RunInstances", "0.04") "]}]}}";
static const char PLANS_CSV_SAMPLE[] =
    "FormatVersion,v1.0\nPublication Date,2026-11-01T00:00:00Z\nVersion,20261101000000\n"
    "SKU,RateCode,Unit,EffectiveDate,DiscountedRate,Currency,DiscountedSKU,DiscountedServiceCode,DiscountedUsageType,"
    "DiscountedOperation,PurchaseOption,LeaseContractLength,LeaseContractLengthUnit,ServiceCode,UsageType,Operation\n"
    "PLAN,PLAN.SKUBOX,Hrs,2026-11-01,0.0650000000,USD,SKUBOX,AmazonEC2,USW2-BoxUsage:m5.large,"
    "RunInstances,No Upfront,1,year,ComputeSavingsPlans,ComputeSP:1yrNoUpfront,\n";

static const char INDEX_SAMPLE[] =
    "{\"formatVersion\":\"v1.0\",\"publicationDate\":\"2026-11-01T00:00:00Z\",\"regions\":{\"us-west-2\":{"
    "\"regionCode\":\"us-west-2\","
    "\"currentVersionUrl\":\"/offers/v1.0/aws/AmazonEC2/20261101000000/us-west-2/index.json\"}}}";
static const char PLAN_INDEX_SAMPLE[] =
    "{\"regions\":[{\"regionCode\":\"us-west-2\",\"versionUrl\":\"/savingsPlan/v1.0/aws/x/1/us-west-2/index.json\"}]}";

#endif
