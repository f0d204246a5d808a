-- Takes the step back.
DROP TABLE corridor.disaster_tests;
