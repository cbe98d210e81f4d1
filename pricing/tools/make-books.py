#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-books -- the price books of pricing/books/ from one wide table of rates.

    pricing/tools/make-books.py RATES.csv pricing/books

For maintainers; the books are committed and headroom itself never runs this. The input is a CSV with the columns
service, region, sku_or_usage_type, description, unit, price_usd, tier_from, tier_to, term, attributes, as_of, source
and confidence. Written are, per region and for what is sold under one price everywhere (global), the on-demand and
Spot rates (<region>.csv) and the rates of reservations and savings plans (terms/<region>.csv): usage types without
the region's prefix, prices and tiers per single unit (1M queries at 0.40 become queries at 0.0000004, as in AWS's own
price list), tier chains that begin at 0 and end open.
"""
import csv
import os
import re
import sys
from decimal import Decimal

PREFIX = {"us-east-1": "", "us-west-2": "USW2-", "eu-west-1": "EU-", "eu-central-1": "EUC1-", "ap-southeast-1": "APS1-"}
OTHER_PREFIX = {"us-east-1": "USE1-", "us-east-2": "USE2-", "eu-west-2": "EUW2-", "ap-northeast-1": "APN1-"}

# Attributes that select a rate among equal usage types, by service; the others explain and are left out.
SELECTORS = {
    "AmazonEC2": ["operation", "os", "tenancy"], "AWSELB": ["operation"], "AWSQueueService": ["queue"], "AmazonS3": ["storage_class"],
    "AmazonCloudFront": ["edge"], "AmazonElastiCache": ["engine"], "AmazonRDS": ["engine", "deployment", "operation"],
    "AWSSupport": ["minimum_usd"], "AmazonES": [],
}
TERM_SELECTORS = ["engine", "deployment", "os", "offering_class", "discounted_usage_type"]
GLOBAL_FROM_US_EAST_1 = [("awswaf", None), ("AWSDataTransfer", "CloudFront-Out-Bytes")]
RENAME = {"DNS-Queries:Alias": "Intra-AWS-DNS-Queries"}  # the name on a bill
MULTIPLES = {
    "1M queries": ("Queries", 10**6), "1M requests": ("Requests", 10**6), "1M events": ("Events", 10**6),
    "1M invocations": ("Invocations", 10**6), "1M ECPU": ("ECPUs", 10**6), "1M lines": ("Lines", 10**6),
    "1M reads": ("Reads", 10**6), "1M change records": ("Records", 10**6), "1k transitions": ("Transitions", 10**3),
    "1k requests": ("Requests", 10**3), "1000 requests": ("Requests", 10**3), "1k units": ("Units", 10**3),
    "10k requests": ("Requests", 10**4), "10k interactions": ("Requests", 10**4), "GB-hours": ("GB-Hours", 1),
    "MBps-Mo": ("MiBps-Mo", 1),
}
PER_VOLUME = re.compile(r"EBS:VolumeP-")  # tiers of one volume: the billing rules form them, the rates are flat

# Upper tiers that the table lacks: (service, usage type) -> (from, to, price), recalled from the published pages.
RECALLED_TIERS = {
    ("AWSCertificateManager", "PrivateCertificates"): [(1000, 10000, "0.35"), (10000, "Inf", "0.001")],
    ("AmazonStates", "StepFunctions-GB-Second"): [(1000, 5000, "0.03"), (5000, "Inf", "0.01642")],
}
# Rates that the table lacks, recalled from the published pages: the same in every region of ours but as given.
RECALLED = [
    ("AmazonKinesisFirehose", "BilledBytes", "GB", [(0, 512000, "0.029"), (512000, 2048000, "0.025"),
     (2048000, "Inf", "0.02")], "Data Firehose ingestion, 5 KB steps of a record", ["us-east-1", "us-west-2"]),
]
AUTO_MODE_SHARE = Decimal("0.12")
COLUMNS = ["service", "usage_type", "attributes", "unit", "price", "tier_from", "tier_to", "as_of", "source",
           "confidence", "sku", "description"]


def plain(number):
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def attributes_of(row):
    return dict(part.split("=", 1) for part in row["attributes"].split(";") if "=" in part)


def usage_type_of(row):
    name, region = row["sku_or_usage_type"], row["region"]
    to = attributes_of(row).get("to", "")
    if name.endswith("-AWS-Out-Bytes") and to:  # a pair of regions: the sender's book, the receiver's prefix
        return ({**PREFIX, **OTHER_PREFIX, "us-east-1": "USE1-"}.get(to) or to + "-") + "AWS-Out-Bytes"
    name = name.removeprefix(PREFIX.get(region, ""))
    return RENAME.get(name, name)


def convert(row, terms):
    attributes = attributes_of(row)
    unit, multiple = MULTIPLES.get(row["unit"], (row["unit"], 1))
    bound = lambda text: text if text == "Inf" else plain(Decimal(text) * multiple)
    selectors = TERM_SELECTORS if terms else SELECTORS.get(row["service"], [])
    if "discounted_usage_type" in attributes:
        attributes["discounted_usage_type"] = attributes["discounted_usage_type"].removeprefix(PREFIX.get(row["region"], ""))
    flat = PER_VOLUME.match(usage_type_of(row))
    out = {
        "service": row["service"], "usage_type": usage_type_of(row),
        "attributes": ";".join(f"{key}={attributes[key]}" for key in selectors if key in attributes),
        "unit": unit, "price": plain(Decimal(row["price_usd"]) / multiple),
        "tier_from": "0" if flat else bound(row["tier_from"]), "tier_to": "Inf" if flat else bound(row["tier_to"]),
        "as_of": row["as_of"], "source": row["source"].replace("recall: recall:", "recall:"),
        "confidence": row["confidence"], "sku": attributes.get("rate_code", attributes.get("sku", "")),
        "description": row["description"],
    }
    if terms:
        out["term"] = row["term"]
        out["upfront"] = attributes.get("upfront_usd", "0")
        if attributes.get("price_is") == "effective_hourly":  # the table spreads the fee; the list has it apart
            out["price"] = "0"
    return out


def wanted(row):
    if "list_point=1" in row["attributes"] or "historic=1" in row["attributes"]:
        return False
    if row["service"] == "FreeTier" or row["unit"] in ("Allowance", "USD") or row["sku_or_usage_type"].endswith(":Free"):
        return False
    if row["sku_or_usage_type"] == "Global-Requests" or row["sku_or_usage_type"].startswith("NormalizationFactor:"):
        return False
    return row["unit"] != "Ratio" or row["service"] == "AWSSupport"


KEY = ("service", "usage_type", "attributes", "term", "tier_from")


def add(book, new, where):
    key = tuple(new.get(c, "") for c in KEY)
    old = book.setdefault(key, new)
    if old["price"] != new["price"]:
        sys.exit(f"{where}: {key} has two prices: {old['price']} and {new['price']}")


def close_chains(book):
    """Chains begin at 0 (what lies below is free) and end open (recalled, else the last known rate, marked)."""
    chains = {}
    for row in book.values():
        chains.setdefault((row["service"], row["usage_type"], row["attributes"]), []).append(row)
    for (service, usage_type, _), rows in chains.items():
        rows.sort(key=lambda row: Decimal(row["tier_from"]))
        first, last = rows[0], rows[-1]
        if first["tier_from"] != "0":
            rows.insert(0, {**first, "price": "0", "tier_from": "0", "tier_to": first["tier_from"]})
        for begin, end, price in RECALLED_TIERS.get((service, usage_type), []):
            rows.append({**last, "price": price, "tier_from": str(begin), "tier_to": str(end), "source": "recall",
                         "confidence": "own-knowledge", "sku": ""})
        if rows[-1]["tier_to"] != "Inf":
            rows.append({**last, "tier_from": rows[-1]["tier_to"], "tier_to": "Inf", "source": "recall",
                         "confidence": "own-knowledge", "sku": "",
                         "description": last["description"] + " (upper tier not known, the last known rate)"})
    return [row for rows in chains.values() for row in rows]


def write(path, rows, columns):
    order = lambda row: (row["service"], row["usage_type"], row["attributes"], row.get("term", ""),
                         Decimal(row["tier_from"]))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=order))


def recalled(region):
    for service, usage_type, unit, tiers, description, regions in RECALLED:
        for begin, end, price in tiers if region in regions else []:
            yield {"service": service, "usage_type": usage_type, "attributes": "", "unit": unit, "price": price,
                   "tier_from": str(begin), "tier_to": str(end), "as_of": "2024-07-01", "source": "recall",
                   "confidence": "own-knowledge", "sku": "", "description": description}


def auto_mode(book):
    """EKS Auto Mode: a fee on top of each instance, 12 % of its on-demand price (c6a.2xlarge: 0.306 and 0.03672)."""
    boxes = [row for row in book.values() if row["service"] == "AmazonEC2" and row["usage_type"].startswith("BoxUsage:")]
    for row in boxes:
        instance = row["usage_type"].removeprefix("BoxUsage:")
        yield {**row, "service": "AmazonEKS", "usage_type": f"EKS-AutoMode:{instance}", "attributes": "", "sku": "",
               "price": plain(Decimal(row["price"]) * AUTO_MODE_SHARE), "source": "12 % of on-demand",
               "confidence": "derived", "description": f"EKS Auto Mode of {instance}, 12 % of on-demand"}


def compute_plans(region, books, terms):
    """Compute savings plans that the table lacks: the discount of the same instance in us-east-1, marked as derived."""
    def on_demand(name, usage_type):
        found = [row for row in books[name].values() if row["service"] == "AmazonEC2" and row["usage_type"] == usage_type]
        return Decimal(found[0]["price"]) if found else None
    for row in list(terms["us-east-1"].values()):
        box = attributes_of(row).get("discounted_usage_type", "")
        if not row["usage_type"].startswith("ComputeSP:") or not box.startswith("BoxUsage:"):
            continue
        here, there = on_demand(region, box), on_demand("us-east-1", box)
        if here and there:
            yield {**row, "price": plain(round(Decimal(row["price"]) / there * here, 5)), "confidence": "derived",
                   "source": "the discount of us-east-1", "sku": ""}


def main(rates, folder):
    books = {name: {} for name in [*PREFIX, "global"]}
    terms = {name: {} for name in [*PREFIX, "global"]}
    with open(rates, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not wanted(row):
                continue
            region, on_demand = row["region"], row["term"] in ("on-demand", "spot-typical")
            names = [region] if region in PREFIX else ["global"] if region in ("Any", "Global") else []
            if region == "us-east-1" and on_demand:
                usage_type = row["sku_or_usage_type"]
                names += ["global" for s, u in GLOBAL_FROM_US_EAST_1 if s == row["service"] and u in (None, usage_type)]
            for name in names:
                add((books if on_demand else terms)[name], convert(row, not on_demand), name)
    for name in PREFIX:
        for new in [] if name == "us-east-1" else compute_plans(name, books, terms):
            terms[name].setdefault(tuple(new.get(c, "") for c in KEY), new)
        for new in auto_mode(books[name]):
            add(books[name], new, name)
    os.makedirs(f"{folder}/terms", exist_ok=True)
    for name in books:
        for new in recalled(name):
            add(books[name], new, name)
        write(f"{folder}/{name}.csv", close_chains(books[name]), COLUMNS)
        if terms[name]:
            write(f"{folder}/terms/{name}.csv", terms[name].values(), [*COLUMNS, "term", "upfront"])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make-books.py RATES.csv FOLDER")
    main(sys.argv[1], sys.argv[2])
