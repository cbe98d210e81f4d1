/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices -- the parts of the verb `prices`, a file each. */
#ifndef HEADROOM_PRICES_H
#define HEADROOM_PRICES_H

#include "cli/cli.h"
#include "pricing/book_folder.h"

/* What every part starts with. */
struct prices {
    const struct options *options;
    struct arena arena;
    struct diag diag;
};

/* The book at `path`: a folder, a CSV over the shipped books, or "shipped". False and reported. */
bool prices_load(struct prices *prices, const char *path, struct book_folder *out);

/* A stranger's text, fit for a terminal. */
void prices_print(struct prices *prices, const char *text);

/* "us-east-1 AmazonEC2 BoxUsage:m5.large os=Linux reserved-1yr-no-upfront": what a price is the price of. */
void prices_print_name(struct prices *prices, const struct price *price);

int prices_show(struct prices *prices, const char *pattern);
int prices_import(struct prices *prices, const char *const *files, int count);
int prices_diff(struct prices *prices, const char *old, const char *new, const char *used); /* used NULL: books only */

#endif
