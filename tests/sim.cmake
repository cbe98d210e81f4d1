foreach(module number draw gamma_table dist histogram event_set timer_ring station gate message_queue dispatcher arrivals)
    headroom_test(unit/test_${module}.c LINKS headroom::sim LABELS quick)
endforeach()
