# SPDX-License-Identifier: GPL-3.0-or-later
# Each transcript is a test; tests/cli/runner says how to write one.
file(GLOB transcripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.txt)
if(TARGET headroom)
    foreach(transcript ${transcripts})
        get_filename_component(name ${transcript} NAME_WE)
        add_test(NAME cli_${name}
            COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cli/runner $<TARGET_FILE_DIR:headroom> ${transcript})
        set_tests_properties(cli_${name} PROPERTIES LABELS quick)
    endforeach()
endif()
