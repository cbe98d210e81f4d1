# sim/base
headroom_test(unit/test_diag.c LINKS headroom::base LABELS quick)
headroom_test(unit/test_sha256.c LINKS headroom::base LABELS quick)
headroom_test(unit/test_text.c LINKS headroom::base LABELS quick)
headroom_test(unit/test_units.c LINKS headroom::base LABELS quick)

# the scenario language
headroom_test(unit/test_catalogue.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_navigation.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_param.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_param_schema.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_rate.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_scenario.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_scenario_check.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_yaml.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_extends.c LINKS headroom::models LABELS quick)
headroom_test(hostile/test_scenario_hostile.c LINKS headroom::models LABELS quick)

# AWS services and whole replications
headroom_test(unit/test_alb.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_asg.c LINKS headroom::models LABELS quick)
headroom_test(scenario/test_backlog.c LINKS headroom::models LABELS quick)
headroom_test(scenario/test_departures.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_billed.c LINKS headroom::models LABELS quick)
headroom_test(unit/test_connections.c LINKS headroom::models headroom::oracles LABELS quick)
headroom_test(scenario/test_replicate.c LINKS headroom::models LABELS quick)
headroom_test(scenario/test_sessions.c LINKS headroom::models LABELS quick)
headroom_test(theory/test_theory_backlog.c LINKS headroom::models PkgConfig::gsl LABELS theory)
headroom_test(theory/test_theory_sessions.c LINKS headroom::models PkgConfig::gsl LABELS theory)
