-- Earlier programs that run beside this one show such a step as it is.
COMMENT ON COLUMN steps.state IS 'packed: the row has no path and all steps of a run that is over, see package packedsteps';
