-- Waiting runs count in the limit of the queue.
ALTER TABLE flows ADD COLUMN waiting bigint NOT NULL DEFAULT 0; -- runs in state 2
UPDATE flows f SET waiting = w.n FROM (SELECT flow, count(*) AS n FROM runs WHERE state = 2 GROUP BY flow) w WHERE w.flow = f.flow;
