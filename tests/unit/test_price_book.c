/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_book: the shipped books, the lookup, and what a broken or hostile file is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pricing/price_book.h"
#include "sim/base/compiler.h"

#define HEADER "service,usage_type,attributes,unit,price,tier_from,tier_to,as_of,source,confidence,sku,description\n"
#define TAIL   ",2026-01-01,test,list-file,,thing\n"

static const char *const all_regions[] = { "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1" };

struct fixture {
    struct arena arena;
    struct diag diag;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static const struct price_book *parse(struct fixture *f, const char *text)
{
    const struct price_text one = { "test.csv", "us-east-1", text, strlen(text) };
    return price_book_parse(&one, 1, &f->arena, &f->diag);
}

static const struct price_book *load_all(struct fixture *f)
{
    const struct price_book *book = price_book_load("pricing/books", all_regions, ARRAY_LEN(all_regions), &f->arena,
                                                    &f->diag);
    if (!book)
        diag_print(&f->diag, stderr, false);
    assert_non_null(book);
    return book;
}

/* The text is refused, and the first message says this at this place. */
static void assert_refused(struct fixture *f, const char *text, int line, int column, const char *message)
{
    f->diag = (struct diag){ 0 };
    diag_init(&f->diag, &f->arena);
    assert_null(parse(f, text));
    assert_true(f->diag.errors > 0);
    if (!strstr(f->diag.entries[0].message, message))
        fail_msg("'%s' does not say '%s'", f->diag.entries[0].message, message);
    assert_int_equal(f->diag.entries[0].at.line, line);
    assert_int_equal(f->diag.entries[0].at.column, column);
    assert_string_equal(f->diag.entries[0].at.file, "test.csv");
}

static void given_the_shipped_books_when_loaded_then_every_region_has_every_service(void **state)
{
    static const struct {
        const char *service, *usage_type, *wanted;
    } sold[] = {
        { "AmazonEC2", "BoxUsage:m7g.large", "" },
        { "AmazonEC2", "EBS:VolumeUsage.gp3", "" },
        { "AWSELB", "LoadBalancerUsage", "LoadBalancing:Application" },
        { "AWSELB", "LCUUsage", "LoadBalancing:Application" },
        { "AWSELB", "LCUUsage", "LoadBalancing:Network" },
        { "AWSLambda", "Lambda-GB-Second-ARM", "" },
        { "AmazonECS", "Fargate-vCPU-Hours:perCPU", "" },
        { "AmazonEKS", "AmazonEKS-Hours:perCluster", "" },
        { "AmazonDynamoDB", "WriteRequestUnits", "" },
        { "AmazonS3", "TimedStorage-GDA-ByteHrs", "" },
        { "AmazonSNS", "Requests-Tier1", "" },
        { "AmazonCloudWatch", "DataProcessing-Bytes", "" },
        { "AmazonVPC", "PublicIPv4:InUseAddress", "" },
        { "AmazonVPC", "NatGateway-Hours", "" },
        { "AmazonVPC", "NatGateway-Bytes", "" },
        { "AWSDataTransfer", "DataTransfer-Out-Bytes", "" },
        { "AWSDataTransfer", "DataTransfer-Regional-Bytes", "" },
        { "AWSDataTransfer", "CloudFront-Out-Bytes", "" },
        { "awswaf", "WebACLV2", "" },
        { "awswaf", "RuleV2", "" },
        { "awswaf", "RequestV2-Tier1", "" },
        { "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey" },
        { "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Redis" },
        { "AmazonRDS", "InstanceUsage:db.r6g.large", "engine=PostgreSQL" },
        { "AmazonRDS", "Multi-AZUsage:db.r6g.large", "engine=mysql" },
        { "AmazonRDS", "RDS:GP3-Storage", "engine=PostgreSQL" },
        { "AmazonRDS", "RDS:Multi-AZ-GP3-Storage", "" },
        { "AWSQueueService", "Requests-Tier1", "queue=standard" },
        { "AmazonS3", "TimedStorage-ByteHrs", "" },
        { "AmazonS3", "Requests-Tier1", "" },
        { "AmazonS3", "Requests-Tier2", "" },
        { "AmazonCloudWatch", "CW:MetricMonitorUsage", "" },
        { "AmazonCloudWatch", "CW:AlarmMonitorUsage", "" },
    };
    const struct price_book *book = load_all(*state);
    for (size_t r = 0; r < ARRAY_LEN(all_regions); r++)
        for (size_t i = 0; i < ARRAY_LEN(sold); i++) {
            const struct price *price;
            if (price_book_find(book, sold[i].service, sold[i].usage_type, sold[i].wanted, all_regions[r], &price))
                fail_msg("no %s %s in %s", sold[i].service, sold[i].usage_type, all_regions[r]);
        }
}

static void given_the_shipped_books_when_a_rate_is_looked_up_then_it_is_the_published_one(void **state)
{
    const struct price_book *book = load_all(*state);
    const struct price *price;
    char text[64];
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "", "us-east-1", &price), PRICE_FOUND);
    assert_string_equal(money_to_text(price->tiers[0].rate, text, sizeof text), "0.096");
    assert_int_equal(price_book_find(book, "AmazonRoute53", "DNS-Queries", "", "Any", &price), PRICE_FOUND);
    assert_string_equal(money_to_text(price->tiers[0].rate, text, sizeof text), "0.0000004");
    assert_true(price->tiers[0].to_e6 == INT64_C(1000000000) * 1000000);
    assert_int_equal(
        price_book_find(book, "AmazonCloudFront", "US-DataTransfer-Out-Bytes", "edge=US", "Global", &price),
        PRICE_FOUND);
    assert_int_equal(price->tier_count, 7);
    assert_true(price->tiers[6].to_e6 == PRICE_OPEN);
    assert_string_equal(price_book_date(book), book->newest);
    assert_true(strcmp(book->newest, book->oldest) > 0);
}

static void given_equal_usage_types_when_nothing_selects_one_then_the_lookup_says_ambiguous(void **state)
{
    const struct price_book *book = load_all(*state);
    const struct price *price;
    assert_int_equal(price_book_find(book, "AmazonElastiCache", "NodeUsage:cache.r7g.large", "", "us-east-1", &price),
                     PRICE_AMBIGUOUS);
    assert_null(price);
    assert_int_equal(
        price_book_find(book, "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Oracle", "us-east-1", &price),
        PRICE_MISSING);
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "os=Windows", "us-east-1", &price),
                     PRICE_MISSING); /* never a Linux price for Windows */
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "", "mars-1", &price), PRICE_MISSING);
}

static void given_a_misspelt_type_when_its_nearest_is_asked_for_then_it_is_found(void **state)
{
    struct fixture *f = *state;
    const struct price_book *book = load_all(f);
    assert_string_equal(price_book_nearest(book, "AmazonEC2", "BoxUsage:m7g.lagre", "us-east-1", &f->arena),
                        "BoxUsage:m7g.large");
    assert_non_null(
        strstr(price_book_nearest(book, "AmazonEC2", "BoxUsage:zz99.colossal", "us-east-1", &f->arena), "BoxUsage:"));
    assert_null(price_book_nearest(book, "AmazonBraket", "QPU", "us-east-1", &f->arena));
}

static void given_a_region_without_a_book_when_loaded_then_the_error_names_it(void **state)
{
    struct fixture *f = *state;
    static const char *const unknown[] = { "us-esat-1" };
    assert_null(price_book_load("pricing/books", unknown, 1, &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[0].message, "us-esat-1"));
    assert_non_null(strstr(f->diag.entries[0].hint, "us-east-1"));
    static const char *const unsold[] = { "sa-east-1" };
    assert_null(price_book_load("pricing/books", unsold, 1, &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[1].message, "no price book for region 'sa-east-1'"));
}

static void given_a_region_that_is_a_path_when_loaded_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const hostile[] = { "../../../etc/passwd" };
    assert_null(price_book_load("pricing/books", hostile, 1, &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[0].message, "unknown region"));
}

static void given_a_good_small_book_when_parsed_then_tiers_form_one_price(void **state)
{
    const struct price_book *book = parse(*state, HEADER "S,T,,GB,0.05,100,Inf" TAIL "S,T,,GB,0.09,0,100" TAIL
                                                         "\r\nS,\"Q,\"\"x\"\"\",a=1,Hrs,1e-3,0,Inf" TAIL);
    assert_non_null(book);
    assert_int_equal(book->price_count, 2);
    assert_string_equal(book->prices[0].usage_type, "Q,\"x\"");
    assert_int_equal(book->prices[1].tier_count, 2);
    assert_true(book->prices[1].tiers[0].rate == 900000000);
}

static void given_broken_rows_when_parsed_then_each_is_told_its_place(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "", 1, 1, "is empty");
    assert_refused(f, "service,kind\n", 1, 9, "unknown column 'kind'");
    assert_refused(f, "service,unit,price\n", 1, 1, "the header has no column 'usage_type'");
    assert_refused(f, "service,usage_type,unit,price,unit\n", 1, 31, "the header names 'unit' twice");
    assert_refused(f, HEADER "S,T,,Gigabyte,1,0,Inf" TAIL, 2, 6, "unknown pricing unit 'Gigabyte'");
    assert_refused(f, HEADER "S,T,,GB,0.09,0,Inf\n", 2, 1, "7 cells where the header names 12");
    assert_refused(f, HEADER "S,T,,GB,0.09,0,Inf,2026-01-01,t,list-file,,d,more\n", 2, 46, "more cells");
    assert_refused(f, HEADER "S,T,,GB,cheap,0,Inf" TAIL, 2, 9, "'cheap' is not a price");
    assert_refused(f, HEADER "S,T,,GB,-1,0,Inf" TAIL, 2, 9, "'-1' is not a price");
    assert_refused(f, HEADER "S,T,,GB,9e9,0,Inf" TAIL, 2, 9, "too large");
    assert_refused(f, HEADER ",T,,GB,1,0,Inf" TAIL, 2, 1, "the service is empty");
    assert_refused(f, HEADER "S,T,,GB,1,10,5" TAIL, 2, 14, "before it begins");
    assert_refused(f, HEADER "S,T,,GB,1,0,inf" TAIL, 2, 13, "'inf' is not a tier bound");
    assert_refused(f, HEADER "S,T,,GB,1,0.0000001,Inf" TAIL, 2, 11, "is not a tier bound");
    assert_refused(f, HEADER "S,T,,GB,1,0,Inf,2026-13-01,t,list-file,,d\n", 2, 17, "is not a date");
    assert_refused(f, HEADER "S,T,,GB,1,0,Inf,2026-01-01,t,gossip,,d\n", 2, 30, "unknown confidence 'gossip'");
    assert_refused(f, HEADER "S,T,engine,GB,1,0,Inf" TAIL, 2, 5, "is not a list like");
    assert_refused(f, HEADER "S,\"T,,GB,1,0,Inf" TAIL, 2, 3, "not closed");
    assert_refused(f, HEADER "S,T\"x,,GB,1,0,Inf" TAIL, 2, 3, "a quote inside");
    assert_refused(f, HEADER "S,\"T\"x,,GB,1,0,Inf" TAIL, 2, 3, "behind a closing quote");
    assert_refused(f, HEADER "S,T\x01,,GB,1,0,Inf" TAIL, 2, 3, "a control character");
    assert_refused(f, HEADER, 0, 0, "has no rates");
}

static void given_broken_tier_chains_when_parsed_then_the_gap_or_overlap_is_named(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, HEADER "S,T,,GB,1,5,Inf" TAIL, 2, 1, "do not begin at 0");
    assert_refused(f, HEADER "S,T,,GB,1,0,10" TAIL, 2, 1, "does not end at Inf");
    assert_refused(f, HEADER "S,T,,GB,1,0,10" TAIL "S,T,,GB,2,11,Inf" TAIL, 3, 1,
                   "leaves a gap after the one in line 2");
    assert_refused(f, HEADER "S,T,,GB,1,0,10" TAIL "S,T,,GB,2,9,Inf" TAIL, 3, 1, "overlaps the one in line 2");
    assert_refused(f, HEADER "S,T,,GB,1,0,Inf" TAIL "S,T,,GB,1,0,Inf" TAIL, 3, 1, "already has a price for this tier");
    assert_refused(f, HEADER "S,T,,GB,1,0,10" TAIL "S,T,,GB-Mo,2,10,Inf" TAIL, 3, 1, "are in 'GB' and 'GB-Mo'");
}

static void given_a_short_header_when_parsed_then_the_rest_has_its_defaults(void **state)
{
    const struct price_book *book = parse(*state, "price,unit,usage_type,service\n0.5,GB,T,S\n");
    assert_non_null(book);
    assert_int_equal(book->prices[0].tier_count, 1);
    assert_true(book->prices[0].tiers[0].to_e6 == PRICE_OPEN);
    assert_string_equal(book->prices[0].tiers[0].confidence, "given");
    assert_string_equal(book->prices[0].tiers[0].description, "T");
}

static const char *write_file(const char *text)
{
    static char path[32];
    strcpy(path, "/tmp/headroom-rates-XXXXXX");
    const int file = mkstemp(path);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text) && close(file) == 0);
    return path;
}

static void given_a_file_of_rates_when_laid_over_a_book_then_only_its_rates_change(void **state)
{
    struct fixture *f = *state;
    const struct price_book *base = load_all(f);
    const char *path = write_file("service,region,usage_type,attributes,unit,price,as_of\n"
                                  "AmazonEC2,us-west-2,USW2-BoxUsage:m5.large,,Hrs,0.05,2027-01-01\n"
                                  "AmazonElastiCache,us-east-1,NodeUsage:cache.r7g.large,engine=Valkey,Hrs,0.1,\n"
                                  "AmazonBraket,us-east-1,QPU,,Hrs,7,\n");
    const struct price_book *book = price_book_replace(base, path, &f->arena, &f->diag);
    const struct price *price;
    assert_non_null(book);
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "", "us-west-2", &price), PRICE_FOUND);
    assert_true(price->tiers[0].rate == 5 * MONEY_PER_USD / 100);
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "", "us-east-1", &price), PRICE_FOUND);
    assert_true(price->tiers[0].rate == 96 * MONEY_PER_USD / 1000);
    assert_int_equal(
        price_book_find(book, "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey", "us-east-1", &price),
        PRICE_FOUND);
    assert_true(price->tiers[0].rate == MONEY_PER_USD / 10);
    assert_int_equal(
        price_book_find(book, "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Redis", "us-east-1", &price),
        PRICE_FOUND); /* its own price stays */
    assert_true(price->tiers[0].rate > MONEY_PER_USD / 10);
    assert_int_equal(price_book_find(book, "AmazonBraket", "QPU", "", "us-east-1", &price), PRICE_FOUND);
    assert_int_equal(book->price_count, base->price_count + 1);
    assert_string_equal(price_book_date(book), "2027-01-01");
    assert_null(price_book_replace(base, "/no/such/file.csv", &f->arena, &f->diag));
    unlink(path);
}

static void given_short_names_in_a_file_of_rates_when_laid_over_then_they_are_understood(void **state)
{
    struct fixture *f = *state;
    const struct price_book *base = load_all(f);
    const char *path = write_file("service,region,usage_type,unit,price\n"
                                  "ec2,us-west-2,BoxUsage:m5.large,Hrs,0.05\n"
                                  "AmazonEC3,us-west-2,BoxUsage:m5.xlarge,Hrs,0.05\n");
    const struct price_book *book = price_book_replace(base, path, &f->arena, &f->diag);
    const struct price *price;
    assert_non_null(book);
    assert_int_equal(price_book_find(book, "AmazonEC2", "BoxUsage:m5.large", "", "us-west-2", &price), PRICE_FOUND);
    assert_true(price->tiers[0].rate == 5 * MONEY_PER_USD / 100);
    assert_int_equal(f->diag.warnings, 1);
    assert_int_equal(f->diag.entries[0].at.line, 3);
    assert_non_null(strstr(f->diag.entries[0].hint, "AmazonEC2"));
    assert_non_null(price_book_replace(base, path, &f->arena, &f->diag));
    assert_int_equal(f->diag.warnings, 1); /* said once */
    unlink(path);
}

static void given_terms_when_loaded_then_reservations_and_plans_have_their_rates(void **state)
{
    struct fixture *f = *state;
    const struct price_book *terms = price_terms_load("pricing/books", all_regions, ARRAY_LEN(all_regions), &f->arena,
                                                      &f->diag);
    const struct price *price;
    assert_non_null(terms);
    assert_int_equal(price_book_find_term(terms, "reserved-1yr-no-upfront", "AmazonEC2", "HeavyUsage:m5.large", "",
                                          "us-east-1", &price),
                     PRICE_FOUND);
    assert_true(price->tiers[0].rate == 6 * MONEY_PER_USD / 100);
    assert_int_equal(price_book_find_term(terms, "reserved-1yr-all-upfront", "AmazonEC2", "HeavyUsage:m5.large", "",
                                          "us-east-1", &price),
                     PRICE_FOUND);
    assert_true(price->upfront == 494 * (money)MONEY_PER_USD && price->tiers[0].rate == 0);
    assert_int_equal(price_book_find_term(terms, "savings-plan-compute-1yr-no-upfront", "ComputeSavingsPlans",
                                          "ComputeSP:1yrNoUpfront", "discounted_usage_type=BoxUsage:m5.large",
                                          "us-east-1", &price),
                     PRICE_FOUND);
    assert_int_equal(price_book_find(terms, "AmazonEC2", "HeavyUsage:m5.large", "", "us-east-1", &price),
                     PRICE_MISSING); /* on demand is another book */
}

static void given_many_broken_rows_when_parsed_then_all_are_reported(void **state)
{
    struct fixture *f = *state;
    assert_null(parse(f, HEADER "S,T,,GB,x,0,Inf" TAIL "S,U,,GB,1,y,Inf" TAIL "S,V,,GB,1,0,z" TAIL));
    assert_int_equal(f->diag.errors, 3);
}

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* Bytes flipped, deleted, inserted and cut at places that a fixed seed chooses: accepted or refused, never a crash;
 * what is accepted has whole tier chains. Run under the sanitizers this is the reader's hostile test. */
static void given_mutated_bytes_when_parsed_then_the_reader_refuses_or_keeps_its_promises(void **state)
{
    (void)state;
    static const char seed[] = HEADER "AmazonS3,TimedStorage-ByteHrs,storage_class=Standard,GB-Mo,0.023,0,51200" TAIL
                                      "AmazonS3,TimedStorage-ByteHrs,storage_class=Standard,GB-Mo,0.022,51200,Inf" TAIL
                                      "S,\"a \"\"b\"\", c\",,Hrs,1e-3,0,Inf" TAIL;
    static const char spice[] = "\",\n\r\0\x7f=;-+eE.0919Inf";
    uint64_t random = 88172645463325252u;
    int accepted = 0;
    for (int round = 0; round < 4000; round++) {
        struct arena arena;
        struct diag diag;
        char text[sizeof seed + 16];
        size_t length = sizeof seed - 1;
        memcpy(text, seed, sizeof seed);
        for (uint64_t hits = 1 + next_random(&random) % 4; hits > 0; hits--) {
            const size_t at = (size_t)(next_random(&random) % length);
            const char byte = spice[next_random(&random) % (sizeof spice - 1)];
            switch (next_random(&random) % 4) {
            case 0: text[at] = byte; break;
            case 1:
                memmove(text + at, text + at + 1, length - at);
                length--;
                break;
            case 2:
                memmove(text + at + 1, text + at, length - at);
                text[at] = byte;
                length++;
                break;
            default:
                if (round % 7 == 0)
                    length = at + 1;
                break;
            }
        }
        text[length] = '\0';
        arena_init(&arena);
        diag_init(&diag, &arena);
        const struct price_text one = { "mutant.csv", "us-east-1", text, length };
        const struct price_book *book = price_book_parse(&one, 1, &arena, &diag);
        assert_true((book == NULL) == (diag.errors > 0));
        for (size_t i = 0; book && i < book->price_count; i++) {
            const struct price *price = &book->prices[i];
            assert_true(price->tiers[0].from_e6 == 0);
            assert_true(price->tiers[price->tier_count - 1].to_e6 == PRICE_OPEN);
            for (int tier = 1; tier < price->tier_count; tier++)
                assert_true(price->tiers[tier].from_e6 == price->tiers[tier - 1].to_e6);
        }
        accepted += book != NULL;
        arena_fini(&arena);
    }
    assert_true(accepted > 0); /* otherwise the mutants never reached the chains */
}

static void given_all_books_when_loaded_again_and_again_then_nothing_is_reported(void **state)
{
    enum { ROUNDS = 20 };
    (void)state;
    const clock_t begin = clock();
    for (int i = 0; i < ROUNDS; i++) {
        struct fixture f;
        arena_init(&f.arena);
        diag_init(&f.diag, &f.arena);
        assert_non_null(load_all(&f));
        assert_int_equal(f.diag.errors + f.diag.warnings, 0);
        arena_fini(&f.arena);
    }
    printf("price_book_load: %.2f ms for %zu regions\n", 1e3 * (double)(clock() - begin) / CLOCKS_PER_SEC / ROUNDS,
           ARRAY_LEN(all_regions));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_shipped_books_when_loaded_then_every_region_has_every_service),
        cmocka_unit_test(given_the_shipped_books_when_a_rate_is_looked_up_then_it_is_the_published_one),
        cmocka_unit_test(given_equal_usage_types_when_nothing_selects_one_then_the_lookup_says_ambiguous),
        cmocka_unit_test(given_a_misspelt_type_when_its_nearest_is_asked_for_then_it_is_found),
        cmocka_unit_test(given_a_region_without_a_book_when_loaded_then_the_error_names_it),
        cmocka_unit_test(given_a_region_that_is_a_path_when_loaded_then_it_is_refused),
        cmocka_unit_test(given_a_good_small_book_when_parsed_then_tiers_form_one_price),
        cmocka_unit_test(given_broken_rows_when_parsed_then_each_is_told_its_place),
        cmocka_unit_test(given_broken_tier_chains_when_parsed_then_the_gap_or_overlap_is_named),
        cmocka_unit_test(given_a_short_header_when_parsed_then_the_rest_has_its_defaults),
        cmocka_unit_test(given_short_names_in_a_file_of_rates_when_laid_over_then_they_are_understood),
        cmocka_unit_test(given_a_file_of_rates_when_laid_over_a_book_then_only_its_rates_change),
        cmocka_unit_test(given_terms_when_loaded_then_reservations_and_plans_have_their_rates),
        cmocka_unit_test(given_many_broken_rows_when_parsed_then_all_are_reported),
        cmocka_unit_test(given_mutated_bytes_when_parsed_then_the_reader_refuses_or_keeps_its_promises),
        cmocka_unit_test(given_all_books_when_loaded_again_and_again_then_nothing_is_reported),
    };
    struct CMUnitTest with_fixture[ARRAY_LEN(tests)];
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        with_fixture[i] = tests[i];
        with_fixture[i].setup_func = set_up;
        with_fixture[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(with_fixture, NULL, NULL);
}
