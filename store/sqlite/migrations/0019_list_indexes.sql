-- For lists of runs with an order key, and of runs of a flow with a reason.
CREATE INDEX runs_key ON runs (okey, id) WHERE okey IS NOT NULL;
CREATE INDEX runs_flow_reason ON runs (flow, reason, id) WHERE reason IS NOT NULL;
