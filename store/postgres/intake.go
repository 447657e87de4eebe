package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

// arrival is an operation on its way in: a submission, an entry of the history,
// a key.
type arrival interface {
	item
	// ask says what must be locked and read before the decision.
	ask(*intake)
	// decide decides, and adds what is to be written. An error is that of the
	// operation, which then writes nothing.
	decide(*intake) error
}

// intake is one transaction of arrivals: it asks for all of them in one trip,
// decides about one after the other in the order in which they came, and writes
// in a second trip.
type intake struct {
	*tx
	now   time.Time // by the clock of the server, where anything was asked
	flows flowRows
	turns openKeys
	keys  keyWishes

	sets keySets

	rows    newRows
	drops   []store.ID  // runs that made room
	dropped []store.Key // by their holders
	pinged  bool
	wakes   bool // runs may be claimable
	waits   bool // a run waits for a time
}

// takeIn does a batch of arrivals.
func (s *Store) takeIn(batch []*batch.Op[arrival]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, s.options.Timeout)
	defer cancel()
	var in *intake
	err := transact(ctx, s.movers, func(ctx context.Context, t *tx) error {
		in = &intake{tx: t, flows: flowRows{}, turns: openKeys{}}
		return s.takeInWith(ctx, in, batch)
	})
	if err != nil {
		if len(batch) == 1 && code(err) == codeUnique {
			return fmt.Errorf("%w: %w", store.ErrExists, err)
		}
		return err
	}
	s.known.learn(in.flows)
	switch {
	case in.wakes:
		s.bell.wake()
	case in.waits:
		signal(s.bell.ready) // for who claims to learn when it is due
	}
	return nil
}

func (s *Store) takeInWith(ctx context.Context, in *intake, batch []*batch.Op[arrival]) error {
	for _, o := range batch {
		o.Value.ask(in)
	}
	in.queueFlows(&s.known)
	in.turns.queue(in.tx)
	in.keys.queue(in.tx)
	in.sets.queue(in.tx)
	if err := in.send(ctx); err != nil {
		return err
	}
	if in.flows.missing() {
		s.known.forget()
		return errRowLost
	}
	for _, o := range batch {
		o.Err = o.Value.decide(in)
	}
	in.write(s.shard)
	return nil
}

// write queues all that was decided.
func (in *intake) write(shard int16) {
	in.keys.write(in.tx)
	dropKeys(in.tx, in.dropped)
	in.rows.write(in.tx)
	in.dropRuns(shard)
	in.flows.write(in.tx)
	if len(in.drops) > 0 {
		nextTurns(in.tx, in.drops, func() { in.wakes = true })
	}
	countEnded(in.tx, in.rows.over, shard)
	addBytes(in.tx, in.rows.bytes, shard)
}

// openKeys tells of order keys whether a run with them is open.
type openKeys map[turnKey]bool

// turnKey is an order key of a flow.
type turnKey struct{ flow, key string }

// queue queues the question which of the order keys are taken.
func (k openKeys) queue(t *tx) {
	if len(k) == 0 {
		return
	}
	var flows []string
	var keys [][]byte
	for key := range k {
		flows, keys = append(flows, key.flow), append(keys, []byte(key.key))
	}
	q := sql("SELECT u.flow, u.okey FROM ").table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "okey", typ: "bytea", values: keys}}).
		add(" WHERE EXISTS (SELECT 1 FROM runs r WHERE r.flow = u.flow AND r.okey = u.okey AND r.okey IS NOT NULL AND r.state <= 3)")
	var flow string
	var okey []byte
	each(t.put(q), []any{&flow, &okey}, func() error {
		k[turnKey{flow, string(okey)}] = true
		return nil
	})
}

// dropRuns cancels the runs that made room.
func (in *intake) dropRuns(shard int16) {
	if len(in.drops) == 0 {
		return
	}
	const drop = `UPDATE runs SET state = 6, finished = clock(), due = NULL, reason = $2 WHERE id = ANY($1)`
	in.queue(drop, uuids(in.drops), store.ReasonDropped)
	countEnded(in.tx, in.drops, shard)
}

// queueFlows locks the rows of the flows whose queues are to change, and reads
// what else decides about them.
func (in *intake) queueFlows(known *knownFlows) {
	if len(in.flows) == 0 {
		return
	}
	if unknown := known.without(in.flows); len(unknown) > 0 {
		in.queue("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", unknown)
	}
	in.lockFlows()
	in.countRunning()
	in.findVictims()
}

// lockFlows locks the rows in the order of their names, as everybody does.
func (in *intake) lockFlows() {
	var name string
	var ready, behind int
	const lock = "SELECT flow, ready, behind, clock() FROM flows WHERE flow = ANY($1) ORDER BY flow FOR UPDATE"
	each(in.queue(lock, in.flows.names()), []any{&name, &ready, &behind, &in.now}, func() error {
		f := in.flows[name]
		f.found, f.ready, f.behind = true, ready, behind
		return nil
	})
}

func (in *intake) countRunning() {
	var limited []string
	for name, f := range in.flows {
		if f.limited {
			limited = append(limited, name)
		}
	}
	if len(limited) == 0 {
		return
	}
	var name string
	var n int
	each(in.queue("SELECT flow, count(*) FROM runs WHERE flow = ANY($1) AND state = 3 GROUP BY flow", limited), []any{&name, &n}, func() error {
		in.flows[name].running = n
		return nil
	})
}

// findVictims reads the oldest runs that have never begun, of each flow that
// drops them and is so full that it may have to.
func (in *intake) findVictims() {
	var flows []string
	var most, wanted []int
	for name, f := range in.flows {
		if f.drops > 0 {
			flows, most, wanted = append(flows, name), append(most, f.least), append(wanted, f.drops)
		}
	}
	if len(flows) == 0 {
		return
	}
	oldest := func(state string) string {
		return "(SELECT id, state, seq FROM runs r WHERE r.flow = u.flow AND r.state = " + state + " AND r.state <= 1 AND r.fence = 0 ORDER BY r.seq LIMIT u.wanted)"
	}
	q := sql("SELECT u.flow, v.id, v.state FROM ").
		table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "most", typ: "int", values: most}, {name: "wanted", typ: "int", values: wanted}}).
		add(" JOIN flows f ON f.flow = u.flow AND f.ready + f.behind + u.wanted > u.most" +
			" CROSS JOIN LATERAL (" + oldest("0") + " UNION ALL " + oldest("1") + " ORDER BY 3 LIMIT u.wanted) v ORDER BY u.flow, v.seq")
	var name string
	var v victim
	var id [16]byte
	each(in.put(q), []any{&name, &id, &v.state}, func() error {
		v.id = id
		in.flows[name].victims = append(in.flows[name].victims, v)
		return nil
	})
}
