foreach(module number draw draw_rng binomial gamma_table dist sampler histogram fingerprint event_set timer_ring station station_servers
               station_ahead gate
               message_queue dispatcher bucket store idle_pool count_law arrivals trace)
    headroom_test(unit/test_${module}.c LINKS headroom::sim PkgConfig::gsl LABELS quick)
endforeach()
foreach(theory arrivals bursts distributions)
    headroom_test(theory/test_theory_${theory}.c LINKS headroom::sim PkgConfig::gsl LABELS theory)
endforeach()
headroom_test(unit/test_randomness.c LINKS headroom::sim PkgConfig::gsl LABELS theory)
