# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name ci calendar escape figure tasks cost results objectives report plots output_dir)
    headroom_test(unit/test_${name}.c LINKS headroom::analysis LABELS quick)
endforeach()
