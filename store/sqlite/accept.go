package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Accept keeps a run that is to be done.
func (s *Store) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	id, err := store.ParseID(sub.ID)
	if err != nil {
		return store.Accepted{}, err
	}
	if sub.Flow == "" {
		return store.Accepted{}, errors.New("a submission names no flow")
	}
	var out store.Accepted
	err = s.writer.do(ctx, func(t *tx) error {
		out = store.Accepted{}
		return (&acceptance{tx: t, sub: sub, id: id, out: &out}).decide()
	})
	if err != nil {
		return store.Accepted{}, err // it may tell of a transaction that failed
	}
	return out, nil
}

// acceptance is one submission on its way in.
type acceptance struct {
	*tx
	sub *store.Submission
	id  store.ID
	out *store.Accepted

	state store.State
	due   int64
}

func (a *acceptance) decide() error {
	if a.sub.Dedupe != nil {
		held, found, err := a.key(store.DedupeScope(a.sub.Flow), a.sub.Dedupe.Key)
		if err != nil {
			return err
		}
		if found {
			a.out.Duplicate = &held
			return nil
		}
	}
	if err := a.place(); err != nil {
		return err
	}
	if err := a.bound(); err != nil {
		return err
	}
	return a.keep()
}

// place decides in which state the run begins.
func (a *acceptance) place() error {
	a.state = store.Queued
	if a.sub.Delay > 0 {
		a.state, a.due = store.Waiting, a.now+upward(a.sub.Delay)
	}
	if a.sub.OrderKey != "" {
		busy, err := a.turnTaken(a.sub.Flow, orderKey(a.sub.OrderKey))
		if err != nil {
			return err
		}
		if busy {
			a.state = behind
		}
	}
	if h := a.sub.Claim; h != nil {
		n := a.mirror.of(a.sub.Flow)
		free := a.state == store.Queued && n.ready == 0 && (h.Max <= 0 || n.running < h.Max)
		if h.Started || free {
			a.state, a.due = store.Running, 0
		}
	}
	return nil
}

// bound makes room in a full queue, or refuses.
func (a *acceptance) bound() error {
	q := a.sub.Queue
	if q.Max <= 0 || (a.state != store.Queued && a.state != behind) {
		return nil
	}
	n := a.mirror.of(a.sub.Flow)
	if n.ready+n.behind < q.Max {
		return nil
	}
	full := fmt.Errorf("%w: flow %q has %d runs queued", store.ErrFull, a.sub.Flow, n.ready+n.behind)
	if !q.DropOldest {
		return full
	}
	oldest, found, err := a.oldestUnbegun(a.sub.Flow)
	if err != nil {
		return err
	}
	if !found {
		return full
	}
	a.out.Dropped = oldest.id.String()
	return a.end(oldest, store.Cancelled, store.Cause{Reason: store.ReasonDropped})
}

// keep writes the rows.
func (a *acceptance) keep() error {
	seq := a.nextSeq
	if err := a.insert(seq); err != nil {
		if taken(err) {
			return fmt.Errorf("%w: %s", store.ErrExists, a.sub.ID)
		}
		return err
	}
	a.nextSeq++
	if err := a.putPayload(seq, &a.sub.Payload); err != nil {
		return err
	}
	if err := a.putSteps(seq, a.sub.Steps); err != nil {
		return err
	}
	if d := a.sub.Dedupe; d != nil {
		k := store.Key{Scope: store.DedupeScope(a.sub.Flow), Name: d.Key, Run: a.sub.ID, Value: a.sub.Response}
		if err := a.putKey(k, a.now+upward(d.TTL)); err != nil {
			return err
		}
	}
	a.mirror.move(a.sub.Flow, none, a.state)
	switch a.state {
	case store.Queued:
		a.wakes = true
	case store.Waiting:
		a.waits(a.due)
	case store.Running:
		a.hand(seq)
	default: // behind another
	}
	return nil
}

// insert writes the row of the run. Most runs need few columns, and each one
// costs.
func (a *acceptance) insert(seq int64) error {
	s := a.sub
	if a.state == store.Queued && s.OrderKey == "" {
		_, err := a.exec("INSERT INTO runs (seq, id, flow, state, status, size) VALUES (?, ?, ?, 1, ?, ?)",
			seq, a.id[:], s.Flow, int64(s.Status), int64(len(s.Body)))
		return err
	}
	var fence int64
	var started, due, okey driver.Value
	if a.state == store.Running {
		fence, started = 1, a.now
	}
	if a.due > 0 {
		due = a.due
	}
	if s.OrderKey != "" {
		okey = orderKey(s.OrderKey)
	}
	_, err := a.exec("INSERT INTO runs (seq, id, flow, state, fence, status, size, started, due, okey) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		seq, a.id[:], s.Flow, int64(a.state), fence, int64(s.Status), int64(len(s.Body)), started, due, okey)
	return err
}

// hand gives the run to the caller.
func (a *acceptance) hand(seq int64) {
	h := a.sub.Claim
	a.out.Claim = &store.Claim{ID: a.sub.ID, Ref: seq, Fence: 1}
	l := lease{id: a.id, flow: a.sub.Flow, owner: h.Owner, fence: 1, started: a.now, until: a.leases.after(h.Lease)}
	if a.sub.OrderKey != "" {
		l.okey = orderKey(a.sub.OrderKey)
	}
	a.afterwards(func() { a.leases.put(seq, l) })
}

// putPayload keeps the bytes of a run.
func (t *tx) putPayload(seq int64, p *store.Payload) error {
	if len(p.Variables) == 0 && len(p.Output) == 0 && len(p.Response) == 0 {
		_, err := t.exec("INSERT INTO payloads (run, event, body) VALUES (?, ?, ?)", seq, blob(p.Event), blob(p.Body))
		return err
	}
	_, err := t.exec("INSERT INTO payloads (run, event, body, variables, response, output) VALUES (?, ?, ?, ?, ?, ?)",
		seq, blob(p.Event), blob(p.Body), blob(p.Variables), blob(p.Response), blob(p.Output))
	return err
}
