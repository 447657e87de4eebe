package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Accept keeps a run that is to be done.
func (s *Store) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	id, err := sub.Validate()
	if err != nil {
		return store.Accepted{}, err
	}
	a := &acceptance{sub: sub, id: id, okey: store.ShortName(sub.OrderKey)}
	err = s.intake.Do(ctx, a)
	return a.out, err
}

// acceptance is one submission on its way in.
type acceptance struct {
	sub  *store.Submission
	id   store.ID
	okey string
	wish *keyWish
	out  store.Accepted

	state store.State
	due   time.Time
}

func (a *acceptance) size() int {
	n := runBytes + payloadSize(&a.sub.Payload)
	for i := range a.sub.Steps {
		n += stepSize(&a.sub.Steps[i])
	}
	return n
}

func (a *acceptance) ends() []store.Claim { return nil }

func (a *acceptance) ask(in *intake) {
	a.out = store.Accepted{}
	f := in.flows.of(a.sub.Flow)
	f.limited = f.limited || (a.sub.Claim != nil && a.sub.Claim.Max > 0)
	if q := a.sub.Queue; q.DropOldest && q.Max > 0 {
		if f.drops == 0 || q.Max < f.least {
			f.least = q.Max
		}
		f.drops++
	}
	if a.okey != "" {
		in.turns[turnKey{a.sub.Flow, a.okey}] = false // as far as is known
	}
	if d := a.sub.Dedupe; d != nil {
		a.wish = in.keys.add(store.Key{Scope: store.DedupeScope(a.sub.Flow), Name: d.Key, Run: a.sub.ID, Value: a.sub.Response}, d.TTL)
	}
}

func (a *acceptance) decide(in *intake) error {
	if a.wish != nil {
		if held, taken := a.wish.taken(); taken {
			a.out.Duplicate = &held
			return nil
		}
	}
	f := in.flows[a.sub.Flow]
	a.place(in, f)
	if in.rows.ids[a.id] {
		return fmt.Errorf("%w: %s", store.ErrExists, a.sub.ID)
	}
	if err := a.bound(in, f); err != nil {
		return err
	}
	if a.wish != nil {
		a.wish.grant(store.Key{Run: a.sub.ID, Value: a.sub.Response}, a.sub.Dedupe.TTL)
	}
	a.keep(in, f)
	return nil
}

// place decides in which state the run begins.
func (a *acceptance) place(in *intake, f *flowRow) {
	a.state, a.due = store.Queued, time.Time{}
	if a.sub.Delay > 0 {
		a.state, a.due = store.Waiting, in.now.Add(a.sub.Delay)
	}
	if a.okey != "" && in.turns[turnKey{a.sub.Flow, a.okey}] {
		a.state = behind
	}
	if h := a.sub.Claim; h != nil {
		free := a.state == store.Queued && f.ready == 0 && (h.Max <= 0 || f.running < h.Max)
		if h.Started || free {
			a.state, a.due = store.Running, time.Time{}
		}
	}
}

// bound makes room in a full queue, or refuses.
func (a *acceptance) bound(in *intake, f *flowRow) error {
	q := a.sub.Queue
	if q.Max <= 0 || (a.state != store.Queued && a.state != behind) || f.queued() < q.Max {
		return nil
	}
	if !q.DropOldest || len(f.victims) == 0 {
		return fmt.Errorf("%w: flow %q has %d runs queued", store.ErrFull, a.sub.Flow, f.queued())
	}
	v := f.victims[0]
	f.victims = f.victims[1:]
	f.count(v.state, -1)
	a.out.Dropped = v.id.String()
	in.drops = append(in.drops, v.id)
	return nil
}

// keep adds the rows, and hands the run over.
func (a *acceptance) keep(in *intake, f *flowRow) {
	row := newRow{
		id: a.id, flow: a.sub.Flow, state: a.state, attempt: 1, status: a.sub.Status,
		due: a.due, okey: orderKey(a.sub.OrderKey), payload: &a.sub.Payload, size: len(a.sub.Body), steps: a.sub.Steps,
	}
	if a.state == store.Running {
		h := a.sub.Claim
		row.fence, row.owner, row.started, row.lease = 1, store.CleanText(h.Owner), in.now, in.now.Add(h.Lease)
		a.out.Claim = &store.Claim{ID: a.sub.ID, Ref: refOf(a.id, a.okey != ""), Fence: 1}
	}
	in.rows.add(row)
	f.count(a.state, 1)
	if a.okey != "" {
		in.turns[turnKey{a.sub.Flow, a.okey}] = true
	}
	switch a.state {
	case store.Queued, behind:
		f.victims = append(f.victims, victim{a.id, a.state})
		in.wakes = true
	case store.Waiting:
		in.waits = true
	default:
	}
}
