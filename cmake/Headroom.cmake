# SPDX-License-Identifier: GPL-3.0-or-later
# Two functions carry the build; a folder's list file is a table of contents.
include(GNUInstallDirs)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program) # the other one: development; cmake/Install.cmake

add_library(headroom_warnings INTERFACE)
target_compile_options(headroom_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum
    -Wwrite-strings -Wvla -Wno-unused-parameter
    $<$<BOOL:${HEADROOM_WERROR}>:-Werror>)

# The same bits everywhere: contraction would fuse multiply and add on some machines only.
add_library(headroom_language INTERFACE)
target_compile_options(headroom_language INTERFACE -ffp-contract=off)
target_compile_definitions(headroom_language INTERFACE
    $<BUILD_INTERFACE:_POSIX_C_SOURCE=200809L>
    $<$<BOOL:${HEADROOM_HEAP}>:HEADROOM_HEAP=1>
    $<$<NOT:$<BOOL:${HEADROOM_VECTORS}>>:HEADROOM_VECTORS=0>
    $<BUILD_INTERFACE:HEADROOM_VERSION="${PROJECT_VERSION}">)
target_include_directories(headroom_language INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/headroom>)

# A package does not name the folder that it was built in.
if(HEADROOM_DEBIAN)
    add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
    add_link_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
endif()

# Link-time optimisation for what is measured (headroom_optimise_at_link), not for the many tests: a library's objects
# carry both forms, and each program chooses at its link.
include(CheckCCompilerFlag)
check_c_compiler_flag("-flto=auto -ffat-lto-objects" HEADROOM_HAS_LTO)
if(HEADROOM_HAS_LTO AND CMAKE_BUILD_TYPE STREQUAL "Release")
    set(headroom_lto TRUE)
endif()
function(headroom_optimise_at_link target)
    if(headroom_lto)
        target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
        target_link_options(${target} PRIVATE -flto=auto -O3)
    endif()
endfunction()

# headroom_library(NAME SOURCES ... LINKS ...)
function(headroom_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    add_library(headroom_${name} STATIC ${ARG_SOURCES})
    add_library(headroom::${name} ALIAS headroom_${name})
    target_link_libraries(headroom_${name} PUBLIC headroom_language ${ARG_LINKS} PRIVATE $<BUILD_INTERFACE:headroom_warnings>)
    if(headroom_lto)
        target_compile_options(headroom_${name} PRIVATE -flto=auto -ffat-lto-objects)
    endif()
endfunction()

# headroom_test(FOLDER/test_x.c LINKS ... LABELS ...)
function(headroom_test source)
    cmake_parse_arguments(ARG "" "" "LINKS;LABELS" ${ARGN})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE headroom_language headroom_warnings ${ARG_LINKS} PkgConfig::cmocka m)
    if(headroom_lto)
        target_link_options(${name} PRIVATE -fno-lto)
    endif()
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
endfunction()
