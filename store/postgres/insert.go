package postgres

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// newRow is a run to be inserted, with what belongs to it.
type newRow struct {
	id       store.ID
	flow     string
	state    store.State
	fence    int64
	attempt  int
	status   int
	okey     []byte
	owner    string
	started  time.Time
	finished time.Time
	due      time.Time
	lease    time.Time
	cause    store.Cause
	payload  *store.Payload // nil where none is kept
	size     int            // of the body
	steps    []store.Step

	bytes   int64
	largest int
}

// newRows are the runs that a transaction inserts.
type newRows struct {
	rows  []newRow
	ids   map[store.ID]bool
	over  []store.ID // those that are over already
	bytes int64
}

func (r *newRows) add(row newRow) {
	row.bytes = runBytes
	row.largest = noteworthy(row.size)
	if row.payload != nil {
		row.bytes += int64(payloadSize(row.payload))
	}
	for i := range row.steps {
		s := &row.steps[i]
		row.bytes += int64(stepSize(s))
		row.largest = max(row.largest, largestOf(s))
	}
	if r.ids == nil {
		r.ids = map[store.ID]bool{}
	}
	r.ids[row.id] = true
	r.rows = append(r.rows, row)
	r.bytes += row.bytes
	if row.over() {
		r.over = append(r.over, row.id)
	}
}

func (r *newRow) over() bool { return r.state > store.Running }

// runBytes is what a run is counted as besides what it holds, and stepBytes a
// step: about what their rows and indexes take.
const (
	runBytes  = 600
	stepBytes = 200
)

func payloadSize(p *store.Payload) int {
	return len(p.Event) + len(p.Body) + len(p.Variables) + len(p.Response) + len(p.Output)
}

// noteworthy is the size of a body, input or output as the table has it in
// "largest": small ones, which are never cut, are all the same.
func noteworthy(n int) int {
	if n <= leastCut {
		return 0
	}
	return n
}

// write queues the inserts.
func (r *newRows) write(t *tx) {
	if len(r.rows) == 0 {
		return
	}
	t.put(r.insertRuns())
	var steps stepRows
	var paid []newRow
	for i := range r.rows {
		row := &r.rows[i]
		if row.payload != nil {
			paid = append(paid, *row)
		}
		steps.add(claimKey{id: row.id}, row.steps)
	}
	if len(paid) > 0 {
		t.put(insertPayloads(paid))
	}
	if len(steps) > 0 {
		t.put(insert("steps", steps.columns()))
	}
}

func (r *newRows) insertRuns() *query {
	rows := r.rows
	columns := []column{
		col("id", "uuid", rows, func(r *newRow) [16]byte { return r.id }),
		col("flow", "text", rows, func(r *newRow) string { return r.flow }),
		col("state", "smallint", rows, func(r *newRow) int16 { return int16(r.state) }),
		col("status", "int", rows, func(r *newRow) int { return r.status }),
		col("size", "int", rows, func(r *newRow) int { return r.size }),
		col("bytes", "bigint", rows, func(r *newRow) int64 { return r.bytes }),
		col("largest", "int", rows, func(r *newRow) int { return r.largest }),
	}
	if has(rows, func(r *newRow) bool { return r.state == store.Running }) {
		columns = append(columns,
			col("fence", "bigint", rows, func(r *newRow) int64 { return r.fence }),
			col("owner", "text", rows, func(r *newRow) *string { return orNull(r.owner) }),
			col("lease", "timestamptz", rows, func(r *newRow) *time.Time { return moment(r.lease) }))
	}
	if has(rows, func(r *newRow) bool { return !r.started.IsZero() }) {
		columns = append(columns, col("started", "timestamptz", rows, func(r *newRow) *time.Time { return moment(r.started) }))
	}
	if has(rows, func(r *newRow) bool { return !r.due.IsZero() }) {
		columns = append(columns, col("due", "timestamptz", rows, func(r *newRow) *time.Time { return moment(r.due) }))
	}
	if has(rows, func(r *newRow) bool { return r.okey != nil }) {
		columns = append(columns, col("okey", "bytea", rows, func(r *newRow) []byte { return r.okey }))
	}
	columns = append(columns, causeColumns(rows, func(r *newRow) *store.Cause { return &r.cause })...)
	if len(r.over) == 0 {
		return insert("runs", columns)
	}
	finished := col("finished", "timestamptz", rows, func(r *newRow) *time.Time { return moment(r.finished) })
	finished.insert = "CASE WHEN u.state > 3 THEN coalesce(u.finished, clock()) END"
	return insert("runs", append(columns, finished, col("attempt", "int", rows, func(r *newRow) int { return r.attempt })))
}

func insertPayloads(rows []newRow) *query {
	columns := []column{
		col("run", "uuid", rows, func(r *newRow) [16]byte { return r.id }),
		col("event", "bytea", rows, func(r *newRow) []byte { return bytea(r.payload.Event) }),
		col("body", "bytea", rows, func(r *newRow) []byte { return bytea(r.payload.Body) }),
	}
	optional := func(name string, value func(*store.Payload) []byte) {
		if has(rows, func(r *newRow) bool { return len(value(r.payload)) > 0 }) {
			columns = append(columns, col(name, "bytea", rows, func(r *newRow) []byte { return bytea(value(r.payload)) }))
		}
	}
	optional("variables", func(p *store.Payload) []byte { return p.Variables })
	optional("response", func(p *store.Payload) []byte { return p.Response })
	optional("output", func(p *store.Payload) []byte { return p.Output })
	return insert("payloads", columns)
}
