-- For lists of runs of a flow that did not succeed, beside many of other flows.
CREATE INDEX runs_flow_state ON runs (flow, state, id) WHERE state > 4;
