# SPDX-License-Identifier: GPL-3.0-or-later
# Debian packages by CPack: headroom (the program) and headroom-dev (the libraries). `cmake --preset package`, build, then
# `cpack --preset package`; .ci/package does it and installs the result on a clean Debian.
set(HEADROOM_MAINTAINER "headroom maintainers <headroom@packages.local>" CACHE STRING "whom a package names")
if(NOT HEADROOM_DEBIAN)
    return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME headroom)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${HEADROOM_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME headroom)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
# A report without plots is a report: what draws them is recommended, so installed unless somebody says no.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot, fonts-dejavu-core")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "headroom-dev, python3-simpy3")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "capacity and cost planning of AWS architectures by simulation
A scenario file describes an AWS architecture, the traffic of its worst day
and the failures that it must survive. headroom simulates the day request by
request and says whether the architecture keeps its promises, what limits it
and what the month costs, with intervals, plots and a bill that can be checked.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME headroom-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libgsl-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "headroom, cmake, pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "discrete-event simulation of queues, and AWS billing, as C libraries
The engine of headroom (time, events, reproducible random draws, stations,
gates, buckets, queues, dispatchers, stores) and its billing (price books,
metering rules, bills) as static libraries with headers and a CMake package.")


# ---- what policy wants of every package: copyright and changelogs ----

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # honours SOURCE_DATE_EPOCH
set(papers ${PROJECT_BINARY_DIR}/papers)
configure_file(cmake/debian-changelog.in ${papers}/changelog @ONLY)
foreach(pair changelog.Debian.gz:${papers}/changelog changelog.gz:${PROJECT_SOURCE_DIR}/CHANGELOG.md)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 packed)
    list(GET pair 1 text)
    add_custom_command(OUTPUT ${papers}/${packed} COMMAND gzip -9nc ${text} > ${papers}/${packed} DEPENDS ${text} VERBATIM)
endforeach()
add_custom_target(headroom_papers ALL DEPENDS ${papers}/changelog.Debian.gz ${papers}/changelog.gz)
foreach(pair program:headroom development:headroom-dev)
    string(REPLACE ":" ";" pair ${pair})
    list(GET pair 0 component)
    list(GET pair 1 package)
    set(folder ${CMAKE_INSTALL_DATADIR}/doc/${package})
    install(FILES ${papers}/changelog.Debian.gz ${papers}/changelog.gz DESTINATION ${folder} COMPONENT ${component})
    install(FILES cmake/debian-copyright DESTINATION ${folder} RENAME copyright COMPONENT ${component})
endforeach()

include(CPack)
