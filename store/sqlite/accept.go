package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// Accept stores a run to be executed.
func (s *Store) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	id, err := sub.Validate()
	if err != nil {
		return store.Accepted{}, err
	}
	var out store.Accepted
	err = s.writer.do(ctx, func(t *tx) error {
		out = store.Accepted{}
		return (&acceptance{tx: t, sub: sub, id: id, out: &out}).acceptRun()
	})
	if err != nil {
		return store.Accepted{}, err // out may be of a transaction that failed
	}
	return out, nil
}

// acceptance is a submission that is being accepted.
type acceptance struct {
	*tx
	sub *store.Submission
	id  store.ID
	out *store.Accepted

	state store.State
	due   int64
	ended *store.Ending // of a run that is stored as over
}

func (a *acceptance) acceptRun() error {
	if a.sub.Dedupe != nil {
		existing, found, err := a.findKey(store.DedupeScope(a.sub.Flow), a.sub.Dedupe.Key)
		if err != nil {
			return err
		}
		if found {
			a.out.Duplicate = &existing
			return nil
		}
	}
	if open := a.counts.of(a.sub.Flow).open(); a.sub.Queue.MaxOpen > 0 && open >= a.sub.Queue.MaxOpen {
		return a.skip(open)
	}
	if err := a.chooseState(); err != nil {
		return err
	}
	if err := a.enforceQueueLimit(); err != nil {
		return err
	}
	return a.writeRun()
}

// skip records the submission while runs of its flow are open.
func (a *acceptance) skip(open int) error {
	a.out.Skipped = true
	err := a.recordEntry(a.id, &store.Entry{
		ID: a.sub.ID, Flow: a.sub.Flow, State: store.Throttled, Version: a.sub.Version, Payload: a.sub.Payload, Cause: store.SkipCause(open),
	})
	if err != nil {
		return err
	}
	return a.writeDedupeKey()
}

// chooseState decides in which state the run begins.
func (a *acceptance) chooseState() error {
	a.state = store.Queued
	if a.sub.Delay > 0 {
		a.state, a.due = store.Waiting, a.now+roundUpMillis(a.sub.Delay)
	}
	if a.sub.OrderKey != "" {
		busy, err := a.orderKeyTaken(a.sub.Flow, a.hash.orderKeyBytes(a.sub.OrderKey))
		if err != nil {
			return err
		}
		if busy {
			a.state = blocked
		}
	}
	if h := a.sub.Claim; h != nil {
		n := a.counts.of(a.sub.Flow)
		free := a.state == store.Queued && n.ready == 0 && (h.Max <= 0 || n.running < h.Max)
		if h.Started || free {
			a.state, a.due = store.Running, 0
		}
		if free && h.Ended != nil {
			a.state, a.ended = h.Ended.State, h.Ended
		}
	}
	return nil
}

// enforceQueueLimit makes room in a full queue, or refuses the run.
func (a *acceptance) enforceQueueLimit() error {
	q := a.sub.Queue
	if q.Max <= 0 || a.sub.IsStarted() {
		return nil
	}
	n := a.counts.of(a.sub.Flow)
	if n.queued() < q.Max {
		return nil
	}
	full := fmt.Errorf("%w: flow %q has %d runs queued or waiting", store.ErrFull, a.sub.Flow, n.queued())
	if !q.DropOldest {
		return full
	}
	oldest, found, err := a.oldestUnclaimed(a.sub.Flow)
	if err != nil {
		return err
	}
	if !found {
		return full
	}
	a.out.Dropped = oldest.id.String()
	return a.endRun(oldest, store.Cancelled, store.Cause{Reason: store.ReasonDropped})
}

// writeRun writes the rows of the run.
func (a *acceptance) writeRun() error {
	seq := a.nextSeq
	if err := a.insertRow(seq); err != nil {
		if isUniqueViolation(err) {
			return fmt.Errorf("%w: %s", store.ErrExists, a.sub.ID)
		}
		return err
	}
	a.nextSeq++
	payload := &a.sub.Payload
	if a.ended != nil {
		p, _ := a.sub.Finished(a.ended)
		payload = &p
	}
	if err := a.insertPayload(seq, payload); err != nil {
		return err
	}
	if err := a.writeSteps(seq, a.sub.Steps); err != nil {
		return err
	}
	if err := a.writeDedupeKey(); err != nil {
		return err
	}
	if a.ended != nil {
		return a.writeEnd(seq)
	}
	a.counts.move(a.sub.Flow, noState, a.state)
	switch a.state {
	case store.Queued:
		a.signalReady = true
	case store.Waiting:
		a.noteDue(a.due)
	case store.Running:
		a.claimDirectly(seq)
	default: // behind another
	}
	return nil
}

// writeDedupeKey makes the run the first with its dedupe key.
func (a *acceptance) writeDedupeKey() error {
	d := a.sub.Dedupe
	if d == nil {
		return nil
	}
	k := store.Key{Scope: store.DedupeScope(a.sub.Flow), Name: d.Key, Run: a.sub.ID, Value: a.sub.Response}
	return a.writeKey(k, a.now+roundUpMillis(d.TTL))
}

// insertRow writes the row of the run. Most runs need few columns, and each
// column costs time.
func (a *acceptance) insertRow(seq int64) error {
	const (
		columns = "INSERT INTO runs (seq, id, flow, state, status, size, version"
		values  = ") VALUES (?, ?, ?, ?, ?, ?, ?"
		begun   = ", fence, started, finished"
	)
	s, status := a.sub, a.sub.Status
	var fence int64
	var started, finished driver.Value
	switch {
	case a.ended != nil:
		_, status = s.Finished(a.ended)
		fence, started, finished = 1, a.started(), a.now
	case a.state == store.Running:
		fence, started = 1, a.now
	}
	a.args = append(a.args[:0], seq, a.id[:], s.Flow, int64(a.state), int64(status), int64(len(s.Body)), nullText(s.Version))
	plain := a.due == 0 && s.OrderKey == "" && !s.FromFailure && s.Parent == ""
	if plain && fence == 0 {
		_, err := a.exec(columns+values+")", a.args...)
		return err
	}
	a.args = append(a.args, fence, started, finished)
	if plain {
		_, err := a.exec(columns+begun+values+", ?, ?, ?)", a.args...)
		return err
	}
	var due, okey, parent driver.Value
	if a.due > 0 {
		due = a.due
	}
	if s.OrderKey != "" {
		okey = a.hash.orderKeyBytes(s.OrderKey)
	}
	if id, err := store.ParseID(s.Parent); err == nil {
		parent = id[:]
	}
	_, err := a.exec(columns+begun+", due, okey, from_failure, parent"+values+", ?, ?, ?, ?, ?, ?, ?)", append(a.args, due, okey, s.FromFailure, parent)...)
	return err
}

// started returns when the run began.
func (a *acceptance) started() int64 {
	if a.ended == nil {
		return a.now
	}
	return a.now - a.sub.Claim.Took.Milliseconds()
}

// writeEnd writes the steps of a run that is over already, and counts it.
func (a *acceptance) writeEnd(seq int64) error {
	a.out.Ended = true
	a.stats.add(a.sub.Flow, a.state, a.started(), a.now, 1)
	return a.writeSteps(seq, packedsteps.Pack(a.ended.State, a.ended.Steps))
}

// claimDirectly claims the run for the caller.
func (a *acceptance) claimDirectly(seq int64) {
	h := a.sub.Claim
	a.out.Claim = &store.Claim{ID: a.sub.ID, Ref: seq, Fence: 1}
	l := lease{id: a.id, flow: a.sub.Flow, owner: h.Owner, fence: 1, started: a.now, until: a.leases.endAfter(h.Lease)}
	if a.sub.OrderKey != "" {
		l.okey = a.hash.orderKeyBytes(a.sub.OrderKey)
	}
	a.onCommit(func() { a.leases.put(seq, l) })
}

// insertPayload writes the payload of a run.
func (t *tx) insertPayload(seq int64, p *store.Payload) error {
	if len(p.Variables) == 0 && len(p.Output) == 0 && len(p.Response) == 0 && len(p.Trace) == 0 {
		_, err := t.exec("INSERT INTO payloads (run, event, body) VALUES (?, ?, ?)", seq, nullBlob(p.Event), nullBlob(p.Body))
		return err
	}
	_, err := t.exec("INSERT INTO payloads (run, event, body, variables, response, output, trace) VALUES (?, ?, ?, ?, ?, ?, ?)",
		seq, nullBlob(p.Event), nullBlob(p.Body), nullBlob(p.Variables), nullBlob(p.Response), nullBlob(p.Output), nullBlob(p.Trace))
	return err
}
