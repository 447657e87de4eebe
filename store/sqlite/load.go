package sqlite

import "database/sql/driver"

// loadState rebuilds the state in memory from the file. Running runs without a
// lease have lost their worker, which died with its process.
func (t *tx) loadState() error {
	t.counts = newMirror()
	err := t.query("SELECT flow, state, count(*) FROM runs INDEXED BY runs_open WHERE state <= 3 GROUP BY flow, state", func(v []driver.Value) error {
		for range intOf(v[2]) {
			t.counts.move(textOf(v[0]), noState, stateOf(v[1]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.findDue(); err != nil {
		return err
	}
	t.counts.commit()
	if _, err := t.queryRow("SELECT coalesce(max(seq), 0) + 1 FROM runs", func(v []driver.Value) { t.nextSeq = intOf(v[0]) }); err != nil {
		return err
	}
	if err := t.loadLeases(); err != nil {
		return err
	}
	t.loaded = true
	return nil
}

// findDue finds when the next waiting run is due.
func (t *tx) findDue() error {
	t.counts.due = 0
	_, err := t.queryRow("SELECT min(due) FROM runs WHERE state = 2", func(v []driver.Value) { t.counts.due = intOf(v[0]) })
	return err
}

// loadLeases makes leases for the running runs.
func (t *tx) loadLeases() error {
	running := map[int64]lease{}
	const list = "SELECT seq, id, flow, fence, started, okey FROM runs INDEXED BY runs_open WHERE state <= 3 AND state = 3"
	err := t.query(list, func(v []driver.Value) error {
		running[intOf(v[0])] = lease{
			id: idOf(v[1]), flow: textOf(v[2]), fence: intOf(v[3]), started: intOf(v[4]), okey: blobOf(v[5]), until: leaseEnded,
		}
		return nil
	})
	if err == nil {
		t.leases.replace(running)
	}
	return err
}

// replace makes the leases those of the running runs. A known lease of the same
// claim stays.
func (l *leases) replace(running map[int64]lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for seq, entry := range running {
		if old, ok := l.known[seq]; ok && old.fence == entry.fence {
			running[seq] = old
		}
	}
	l.known = running
}
