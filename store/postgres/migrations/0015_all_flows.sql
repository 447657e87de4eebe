-- A key without flows opened all. Now it says so, and a key without both opens none.
ALTER TABLE api_keys ADD COLUMN all_flows boolean NOT NULL DEFAULT false;
UPDATE api_keys SET all_flows = true WHERE flows = '{}';
UPDATE api_keys_version SET version = version + 1 WHERE one = 1;
