/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape -- strangers' text on its way into another language. A scenario's names and texts are hostile input: no markup
 * reaches the HTML, no formula a CSV cell, no command gnuplot. Results live in the arena; control characters
 * and bytes that are not UTF-8 become '?'.
 */
#ifndef HEADROOM_ESCAPE_H
#define HEADROOM_ESCAPE_H

#include "sim/base/arena.h"

/* For HTML text and for attributes in double quotes. */
const char *escape_html(const char *text, struct arena *arena);
/* For a Markdown paragraph or table cell, in renderers that allow HTML too. */
const char *escape_markdown(const char *text, struct arena *arena);
/* For a Mermaid label inside double quotes. */
const char *escape_mermaid(const char *text, struct arena *arena);
/* A whole CSV cell, quoted where necessary; what a spreadsheet would take for a formula begins with an apostrophe. */
const char *escape_csv(const char *text, struct arena *arena);
/* For a gnuplot string in single quotes with `noenhanced`: quotes, backslashes, backticks, braces and angle
 * brackets are replaced by harmless look-alikes, because labels need no exact quoting and commands need all of them. */
const char *escape_gnuplot(const char *text, struct arena *arena);
/* A file name of letters, digits, '-', '_' and '.', never empty, "." or "..", nor beginning with '.' or '-'. */
const char *escape_file_name(const char *text, struct arena *arena);

#endif
