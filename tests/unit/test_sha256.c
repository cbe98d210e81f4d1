/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/sha256.h"

static void assert_sha256(const char *text, size_t repeat, const char *expected)
{
    struct sha256 sha;
    char hex[65];
    sha256_init(&sha);
    for (size_t i = 0; i < repeat; i++)
        sha256_add(&sha, text, strlen(text));
    sha256_finish(&sha, hex);
    assert_string_equal(hex, expected);
}

/* NIST's example values for SHA-256: one block, two blocks, a million a's; and the empty message. */
static void given_the_standards_examples_when_hashed_then_the_digests_agree(void **state)
{
    assert_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sha256("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void given_a_file_when_hashed_then_the_digest_is_that_of_all_its_bytes(void **state)
{
    FILE *file = tmpfile();
    for (int i = 0; i < 1000000; i++)
        fputc('a', file);
    char hex[65];
    sha256_of_file(file, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    sha256_of_file(file, hex); /* wherever reading has come to */
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_standards_examples_when_hashed_then_the_digests_agree),
        cmocka_unit_test(given_a_file_when_hashed_then_the_digest_is_that_of_all_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
