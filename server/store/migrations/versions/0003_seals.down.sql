-- Takes the step back. What was sealed stays sealed, and cannot be opened without the keys: see the vault's README.
DROP TABLE corridor.data_keys;
