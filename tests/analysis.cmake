# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name ci calendar escape figure tasks cost results objectives report plots output_dir)
    headroom_test(unit/test_${name}.c LINKS headroom::analysis LABELS quick)
endforeach()
# The engine against mathematics. Under sanitizers the whole table takes minutes; tests/cli/selftest.txt runs a row of it there.
set(oracles_labels theory)
if(HEADROOM_SANITIZE)
    list(APPEND oracles_labels nightly)
endif()
headroom_test(theory/test_theory_oracles.c LINKS headroom::oracles LABELS ${oracles_labels})
headroom_test(theory/test_theory_dispatch.c LINKS headroom::oracles LABELS ${oracles_labels})
foreach(name experiment formulas cache_laws)
    headroom_test(unit/test_${name}.c LINKS headroom::oracles LABELS quick)
endforeach()
# How fast it is, is never asserted: only that the limits do the same work and that the arithmetic is right.
foreach(name by_hand benchmark)
    headroom_test(unit/test_${name}.c LINKS headroom::benchmarks LABELS quick)
endforeach()
