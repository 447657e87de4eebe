package postgres

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// newRun is a run to be inserted, with its payload and steps.
type newRun struct {
	id       store.ID
	flow     string
	state    store.State
	version  string
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
	payload  *store.Payload // nil if there is none
	size     int            // of the body
	steps    []store.Step
	watchers []string // of its failure

	parent *[16]byte // the run that started it; nil for none
	// fromFailure: its failure counts for no watcher.
	fromFailure bool

	bytes   int64
	largest int
}

// newRuns are the runs that a transaction inserts.
type newRuns struct {
	runs  []newRun
	ids   map[store.ID]bool
	ended []store.ID // runs that are over
	bytes int64
}

func (r *newRuns) addRun(run newRun) {
	run.bytes = runBytes
	run.largest = cuttableSize(run.size)
	if run.payload != nil {
		run.bytes += int64(run.payload.TotalSize())
	}
	for i := range run.steps {
		s := &run.steps[i]
		run.bytes += int64(stepSize(s))
		run.largest = max(run.largest, largestPart(s))
	}
	if r.ids == nil {
		r.ids = map[store.ID]bool{}
	}
	r.ids[run.id] = true
	r.runs = append(r.runs, run)
	r.bytes += run.bytes
	if run.isOver() {
		r.ended = append(r.ended, run.id)
	}
}

func (r *newRun) isOver() bool { return r.state > store.Running }

// runBytes and stepBytes are about how many bytes the row and the index entries
// of a run and of a step take, apart from their contents.
const (
	runBytes  = 600
	stepBytes = 200
)

// cuttableSize returns the size of a body, input or output for the column
// largest. It is 0 for small ones, which are never cut.
func cuttableSize(n int) int {
	if n <= minCut {
		return 0
	}
	return n
}

// addInserts adds the statements that insert the runs.
func (r *newRuns) addInserts(t *tx) {
	if len(r.runs) == 0 {
		return
	}
	t.addQuery(r.insertRuns())
	var steps stepRows
	var withPayload []newRun
	for i := range r.runs {
		run := &r.runs[i]
		if run.payload != nil {
			withPayload = append(withPayload, *run)
		}
		steps.addSteps(claimKey{id: run.id}, run.steps)
	}
	if len(withPayload) > 0 {
		t.addQuery(insertPayloads(withPayload))
	}
	if len(steps) > 0 {
		t.addQuery(insertQuery("steps", steps.columns()))
	}
	var left leftFailures
	for i := range r.runs {
		if run := &r.runs[i]; run.state == store.Failed {
			left.add(claimKey{id: run.id}, run.watchers, &run.cause)
		}
	}
	left.addInsert(t, joinEnded)
}

func (r *newRuns) insertRuns() *query {
	rows := r.runs
	columns := []column{
		columnOf("id", "uuid", rows, func(r *newRun) [16]byte { return r.id }),
		columnOf("flow", "text", rows, func(r *newRun) string { return r.flow }),
		columnOf("state", "smallint", rows, func(r *newRun) int16 { return int16(r.state) }),
		columnOf("status", "int", rows, func(r *newRun) int { return r.status }),
		columnOf("size", "int", rows, func(r *newRun) int { return r.size }),
		columnOf("bytes", "bigint", rows, func(r *newRun) int64 { return r.bytes }),
		columnOf("largest", "int", rows, func(r *newRun) int { return r.largest }),
	}
	if anyRow(rows, func(r *newRun) bool { return r.fence > 0 }) {
		columns = append(columns, columnOf("fence", "bigint", rows, func(r *newRun) int64 { return r.fence }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.state == store.Running }) {
		columns = append(columns,
			columnOf("owner", "text", rows, func(r *newRun) *string { return nullText(r.owner) }),
			columnOf("lease", "timestamptz", rows, func(r *newRun) *time.Time { return nullTime(r.lease) }))
	}
	if anyRow(rows, func(r *newRun) bool { return !r.started.IsZero() }) {
		columns = append(columns, columnOf("started", "timestamptz", rows, func(r *newRun) *time.Time { return nullTime(r.started) }))
	}
	if anyRow(rows, func(r *newRun) bool { return !r.due.IsZero() }) {
		columns = append(columns, columnOf("due", "timestamptz", rows, func(r *newRun) *time.Time { return nullTime(r.due) }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.version != "" }) {
		columns = append(columns, columnOf("version", "text", rows, func(r *newRun) *string { return nullText(r.version) }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.okey != nil }) {
		columns = append(columns, columnOf("okey", "bytea", rows, func(r *newRun) []byte { return r.okey }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.state == store.Failed }) {
		columns = append(columns, columnOf("failure", "bigint", rows, func(r *newRun) int64 { return failureOf(r.state, &r.cause) }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.fromFailure }) {
		columns = append(columns, columnOf("from_failure", "boolean", rows, func(r *newRun) bool { return r.fromFailure }))
	}
	if anyRow(rows, func(r *newRun) bool { return r.parent != nil }) {
		columns = append(columns, columnOf("parent", "uuid", rows, func(r *newRun) *[16]byte { return r.parent }))
	}
	columns = append(columns, causeColumns(rows, func(r *newRun) *store.Cause { return &r.cause })...)
	if len(r.ended) == 0 {
		return insertQuery("runs", columns)
	}
	finished := columnOf("finished", "timestamptz", rows, func(r *newRun) *time.Time { return nullTime(r.finished) })
	finished.insert = "CASE WHEN u.state > 3 THEN coalesce(u.finished, clock()) END"
	return insertQuery("runs", append(columns, finished, columnOf("attempt", "int", rows, func(r *newRun) int { return r.attempt })))
}

func insertPayloads(rows []newRun) *query {
	columns := []column{
		columnOf("run", "uuid", rows, func(r *newRun) [16]byte { return r.id }),
		columnOf("event", "bytea", rows, func(r *newRun) []byte { return nullBlob(r.payload.Event) }),
		columnOf("body", "bytea", rows, func(r *newRun) []byte { return nullBlob(r.payload.Body) }),
	}
	optional := func(name string, value func(*store.Payload) []byte) {
		if anyRow(rows, func(r *newRun) bool { return len(value(r.payload)) > 0 }) {
			columns = append(columns, columnOf(name, "bytea", rows, func(r *newRun) []byte { return nullBlob(value(r.payload)) }))
		}
	}
	optional("variables", func(p *store.Payload) []byte { return p.Variables })
	optional("response", func(p *store.Payload) []byte { return p.Response })
	optional("output", func(p *store.Payload) []byte { return p.Output })
	optional("trace", func(p *store.Payload) []byte { return p.Trace })
	return insertQuery("payloads", columns)
}
