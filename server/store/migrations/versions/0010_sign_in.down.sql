-- Takes the step back.
DROP FUNCTION corridor.forget_sign_ins;
DROP FUNCTION corridor.find_sign_in_by_state;
DROP FUNCTION corridor.find_sign_in;
DROP TABLE corridor.sign_ins;
DROP TABLE corridor.identity_providers;
DROP TABLE corridor.end_users;
DROP TABLE corridor.members;
