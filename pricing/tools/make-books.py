#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-books -- the price books of pricing/books/ from one wide table of rates.

    pricing/tools/make-books.py RATES.csv pricing/books

For maintainers; the books are committed and headroom itself never runs this. The input is a CSV with the columns
service, region, sku_or_usage_type, description, unit, price_usd, tier_from, tier_to, term, attributes, as_of, source
and confidence. Written are the on-demand rates of the services that the models meter, one file per region, usage
types without the region's prefix, prices and tiers per single unit (1M queries at 0.40 become queries at 0.0000004,
as in AWS's own price list).
"""
import csv
import re
import sys
from decimal import Decimal

PREFIX = {"us-east-1": "", "us-west-2": "USW2-", "eu-west-1": "EU-", "eu-central-1": "EUC1-", "ap-southeast-1": "APS1-"}

# service -> what to take (regular expressions on the usage type), which attributes select a rate, which rows to keep
WANTED = {
    "AmazonEC2": (r"BoxUsage:.*|EBS:VolumeUsage\.gp3", ["operation"], None),
    "AWSELB": (r"LoadBalancerUsage|LCUUsage", ["operation"], "operation=LoadBalancing:Application"),
    "AmazonVPC": (r"PublicIPv4:.*|NatGateway-.*", [], None),
    "AWSDataTransfer": (r"DataTransfer-(Out|In|Regional)-Bytes|CloudFront-Out-Bytes", [], None),
    "AmazonCloudFront": (r"[A-Z]{2}-(DataTransfer-Out-O?Bytes|Requests-Tier1|Requests-Tier2-HTTPS)", ["edge"], None),
    "AmazonRoute53": (r"HostedZone|DNS-Queries|DNS-Queries:Alias", [], None),
    "awswaf": (r"WebACLV2|RuleV2|RequestV2-Tier1", [], None),
    "AmazonElastiCache": (r"NodeUsage:.*", ["engine"], "engine=(Valkey|Redis)"),
    "AmazonRDS": (r"(InstanceUsage|Multi-AZUsage):.*|RDS:(Multi-AZ-)?GP3-Storage", ["engine", "deployment", "operation"],
                  "engine=(PostgreSQL|MySQL);|volume=gp3"),
    "AWSQueueService": (r"Requests-Tier1|Requests-FIFO-Tier1", ["queue"], None),
    "AmazonS3": (r"TimedStorage-ByteHrs|Requests-Tier1|Requests-Tier2", ["storage_class"], None),
    "AmazonCloudWatch": (r"CW:MetricMonitorUsage|CW:AlarmMonitorUsage", [], None),
}
GLOBAL_FROM_US_EAST_1 = [("awswaf", None), ("AWSDataTransfer", "CloudFront-Out-Bytes")]
RENAME = {"DNS-Queries:Alias": "Intra-AWS-DNS-Queries"}  # the name on a bill
MULTIPLES = {"1M queries": ("Queries", 1000000), "1M requests": ("Requests", 1000000)}
COLUMNS = ["service", "usage_type", "attributes", "unit", "price", "tier_from", "tier_to", "as_of", "source",
           "confidence", "sku", "description"]


def plain(number):
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def convert(row, region):
    pattern, selectors, keep = WANTED[row["service"]]
    usage_type = row["sku_or_usage_type"].removeprefix(PREFIX.get(region, ""))
    attributes = dict(part.split("=", 1) for part in row["attributes"].split(";") if "=" in part)
    if not re.fullmatch(pattern, usage_type) or (keep and not re.search(keep, row["attributes"])):
        return None
    unit, multiple = MULTIPLES.get(row["unit"], (row["unit"], 1))
    bound = lambda text: text if text == "Inf" else plain(Decimal(text) * multiple)
    return {
        "service": row["service"], "usage_type": RENAME.get(usage_type, usage_type),
        "attributes": ";".join(f"{key}={attributes[key]}" for key in selectors if key in attributes),
        "unit": unit, "price": plain(Decimal(row["price_usd"]) / multiple),
        "tier_from": bound(row["tier_from"]), "tier_to": bound(row["tier_to"]),
        "as_of": row["as_of"],
        "source": row["source"].replace("recall: recall:", "recall:"),
        "confidence": row["confidence"],
        "sku": attributes.get("rate_code", attributes.get("sku", "")), "description": row["description"],
    }


def main(rates, folder):
    books = {name: {} for name in [*PREFIX, "global"]}
    with open(rates, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["term"] != "on-demand" or row["service"] not in WANTED or "list_point=1" in row["attributes"]:
                continue
            region = row["region"]
            names = [region] if region in PREFIX else ["global"] if region in ("Any", "Global") else []
            if region == "us-east-1":
                usage_type = row["sku_or_usage_type"]
                names += ["global" for s, u in GLOBAL_FROM_US_EAST_1 if s == row["service"] and u in (None, usage_type)]
            for name in names:
                new = convert(row, region)
                if new is None:
                    continue
                key = tuple(new[c] for c in ("service", "usage_type", "attributes", "tier_from"))
                old = books[name].setdefault(key, new)
                if old["price"] != new["price"]:
                    sys.exit(f"{name}: {key} has two prices: {old['price']} and {new['price']}")
    for name, rows in books.items():
        with open(f"{folder}/{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            order = lambda row: (row["service"], row["usage_type"], row["attributes"], Decimal(row["tier_from"]))
            writer.writerows(sorted(rows.values(), key=order))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make-books.py RATES.csv FOLDER")
    main(sys.argv[1], sys.argv[2])
