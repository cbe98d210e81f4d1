# SPDX-License-Identifier: GPL-3.0-or-later
# Rules that hold for the repository as a whole; shell scripts, because they look at files and not into the program.
set(repo_tests ${CMAKE_CURRENT_SOURCE_DIR}/repo)
add_test(NAME repo_rules COMMAND ${repo_tests}/rules ${PROJECT_SOURCE_DIR})
add_test(NAME repo_rules_catch COMMAND ${repo_tests}/rules-catch)
set_tests_properties(repo_rules repo_rules_catch PROPERTIES LABELS quick)
if(TARGET headroom)
    add_test(NAME repo_docs_commands
        COMMAND ${repo_tests}/docs-commands ${PROJECT_SOURCE_DIR} $<TARGET_FILE:headroom>)
    add_test(NAME repo_model_pages
        COMMAND ${PROJECT_SOURCE_DIR}/docs/generate --check $<TARGET_FILE:headroom>)
    set_tests_properties(repo_docs_commands repo_model_pages PROPERTIES LABELS quick)
    file(GLOB shipped ${PROJECT_SOURCE_DIR}/scenarios/*.yaml)
    add_test(NAME repo_schema_agrees
        COMMAND ${repo_tests}/schema-agrees $<TARGET_FILE:headroom> ${PROJECT_SOURCE_DIR}/scenarios/smoke.yaml ${shipped})
    set_tests_properties(repo_schema_agrees PROPERTIES LABELS schema SKIP_RETURN_CODE 77)
    if(NOT HEADROOM_SANITIZE) # a stranger's program would have to be sanitized, too
        add_test(NAME repo_installs COMMAND ${repo_tests}/installs ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
        set_tests_properties(repo_installs PROPERTIES LABELS install)
    endif()
endif()
