# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` puts where. Two components: `program` (command, data, documents) and `development` (sim/ and
# pricing/ as libraries, found by find_package(headroom)). The program finds its data beside itself, so the tree may be
# moved; a package knows nothing of the place where it was built.
include(CMakePackageConfigHelpers)

set(data ${CMAKE_INSTALL_DATADIR}/headroom)
file(RELATIVE_PATH data_from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/headroom)
target_compile_definitions(headroom PRIVATE
    HEADROOM_DATA_FROM_PROGRAM="${data_from_program}"
    HEADROOM_CHECKOUT="$<$<NOT:$<BOOL:${HEADROOM_DEBIAN}>>:${PROJECT_SOURCE_DIR}>"
    HEADROOM_INSTALL_DIR="${CMAKE_INSTALL_FULL_DATADIR}/headroom")

# The build tree has the same places, as links into the sources: cli/headroom, share/headroom.
set(share ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${share}/headroom/pricing)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/pricing/books ${share}/headroom/pricing/books SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/scenarios ${share}/headroom/scenarios SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/bench ${share}/headroom/bench SYMBOLIC)

# ---- what the program says of itself ----

set(zsh_folder ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
if(HEADROOM_DEBIAN)
    set(zsh_folder ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
endif()

# headroom_says(FILE FOLDER ARGUMENT...): what `headroom ARGUMENT...` prints is installed as FOLDER/FILE.
set(said)
set(papers ${PROJECT_BINARY_DIR}/papers)
file(MAKE_DIRECTORY ${papers})
# Debian compresses manual pages and changelogs.
function(headroom_document file folder)
    if(HEADROOM_DEBIAN AND folder MATCHES "/man1$")
        set(packed ${file}.gz)
        add_custom_command(OUTPUT ${packed} COMMAND gzip -9nc ${file} > ${packed} DEPENDS ${file} VERBATIM)
        set(file ${packed})
    endif()
    install(FILES ${file} DESTINATION ${folder})
    set(said ${said} ${file} PARENT_SCOPE)
endfunction()
function(headroom_says file folder)
    add_custom_command(OUTPUT ${papers}/${file}
        COMMAND headroom ${ARGN} > ${papers}/${file}
        DEPENDS headroom VERBATIM)
    headroom_document(${papers}/${file} ${folder})
    set(said ${said} PARENT_SCOPE)
endfunction()
headroom_says(headroom.1 ${CMAKE_INSTALL_MANDIR}/man1 help --man)
headroom_says(headroom ${CMAKE_INSTALL_DATADIR}/bash-completion/completions completion bash)
headroom_says(_headroom ${zsh_folder} completion zsh)
headroom_says(headroom.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d completion fish)
add_custom_target(headroom_says ALL DEPENDS ${said})

# ---- program ----

install(TARGETS headroom RUNTIME)
install(DIRECTORY pricing/books DESTINATION ${data}/pricing)
install(DIRECTORY scenarios DESTINATION ${data} PATTERN README.md EXCLUDE)
# Links between the pages lead from one to the other here too.
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN generate EXCLUDE)
file(RELATIVE_PATH scenarios_from_documents ${CMAKE_INSTALL_FULL_DOCDIR} ${CMAKE_INSTALL_FULL_DATADIR}/headroom/scenarios)
file(CREATE_LINK ${scenarios_from_documents} ${papers}/examples SYMBOLIC)
install(FILES ${papers}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(NOT HEADROOM_DEBIAN) # there: cmake/Package.cmake
    install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()

# ---- development ----

set(cmake_folder ${CMAKE_INSTALL_LIBDIR}/cmake/headroom)
set_target_properties(headroom_base PROPERTIES EXPORT_NAME base)
set_target_properties(headroom_sim PROPERTIES EXPORT_NAME sim)
set_target_properties(headroom_pricing PROPERTIES EXPORT_NAME pricing)
set_target_properties(headroom_language PROPERTIES EXPORT_NAME language)
install(TARGETS headroom_language headroom_base headroom_sim headroom_pricing EXPORT headroom
    ARCHIVE COMPONENT development)
install(DIRECTORY sim pricing DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/headroom COMPONENT development
    FILES_MATCHING PATTERN *.h PATTERN books EXCLUDE PATTERN tools EXCLUDE)
install(EXPORT headroom NAMESPACE headroom:: FILE headroomTargets.cmake DESTINATION ${cmake_folder}
    COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/headroomConfig.cmake.in
    ${PROJECT_BINARY_DIR}/headroomConfig.cmake INSTALL_DESTINATION ${cmake_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/headroomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/headroomConfig.cmake ${PROJECT_BINARY_DIR}/headroomConfigVersion.cmake
    DESTINATION ${cmake_folder} COMPONENT development)

# Static libraries without debugging and without the compiler's own form for link-time optimisation, which only the very
# same compiler reads.
if(HEADROOM_DEBIAN)
    install(CODE "
        file(GLOB archives \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libheadroom_*.a)
        execute_process(COMMAND ${CMAKE_STRIP} --strip-debug --enable-deterministic-archives -R .comment -R .note
            -R .gnu.lto_* -R .gnu.debuglto_* -N __gnu_lto_v1 \${archives} COMMAND_ERROR_IS_FATAL ANY)"
        COMPONENT development)
endif()
