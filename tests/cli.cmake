# SPDX-License-Identifier: GPL-3.0-or-later
# The command's own parts are in no library: a test of one is built with it.
headroom_test(unit/test_progress.c LINKS headroom::analysis LABELS quick)
target_sources(test_progress PRIVATE ${PROJECT_SOURCE_DIR}/cli/progress.c)
# Each transcript is a test; tests/cli/runner says how to write one.
# (The folder's time changes with its list of files; CONFIGURE_DEPENDS would leave work in every build.)
file(GLOB transcripts ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.txt)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli)
if(TARGET headroom)
    foreach(transcript ${transcripts})
        get_filename_component(name ${transcript} NAME_WE)
        add_test(NAME cli_${name}
            COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cli/runner $<TARGET_FILE_DIR:headroom> ${transcript})
        set_tests_properties(cli_${name} PROPERTIES LABELS quick)
    endforeach()
endif()
