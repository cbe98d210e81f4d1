# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name ci stopping advice calendar escape figure tasks tally cost also_records activity results objectives report plots output_dir estimate compare)
    headroom_test(unit/test_${name}.c LINKS headroom::analysis LABELS quick)
endforeach()
headroom_test(scenario/test_served_work.c LINKS headroom::analysis LABELS quick)
# The engine against mathematics. Under sanitizers the whole table takes minutes; tests/cli/selftest.txt runs a row of it there.
set(oracles_labels theory)
if(HEADROOM_SANITIZE)
    list(APPEND oracles_labels nightly)
endif()
headroom_test(theory/test_theory_oracles.c LINKS headroom::oracles LABELS ${oracles_labels})
headroom_test(theory/test_theory_dispatch.c LINKS headroom::oracles LABELS ${oracles_labels})
foreach(name experiment formulas cache_laws disciplines)
    headroom_test(unit/test_${name}.c LINKS headroom::oracles LABELS quick)
endforeach()
# How fast it is, is never asserted: only that the limits do the same work and that the arithmetic is right.
foreach(name by_hand benchmark)
    headroom_test(unit/test_${name}.c LINKS headroom::benchmarks LABELS quick)
endforeach()
headroom_test(theory/test_theory_stopping.c LINKS headroom::analysis LABELS ${oracles_labels})
headroom_test(unit/test_arena.c LINKS headroom::sim LABELS quick)
# The bill as others read it: valid against FOCUS, and the same in every form.
add_test(NAME focus_rejects COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/focus-rejects)
set_tests_properties(focus_rejects PROPERTIES LABELS quick)
if(TARGET headroom)
    add_test(NAME bills_agree
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/repo/bills-agree ${PROJECT_SOURCE_DIR} $<TARGET_FILE:headroom>)
    set_tests_properties(bills_agree PROPERTIES LABELS quick)
endif()
