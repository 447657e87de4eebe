package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// Get returns a whole run.
func (s *Store) Get(ctx context.Context, id string) (*store.Run, error) {
	key, err := store.ParseID(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	run, err := s.readRun(ctx, key)
	if err != nil || run.ID != "" {
		return run, err
	}
	o, err := s.findOutcome(ctx, key)
	if err != nil {
		return nil, err
	}
	return o.Run()
}

// readRun reads the rows of a run. The run has no id if there is none.
func (s *Store) readRun(ctx context.Context, id store.ID) (*store.Run, error) {
	conn, err := s.readPool.Acquire(ctx)
	if err != nil {
		return nil, wrapContextError(ctx, err)
	}
	defer conn.Release()
	run := &store.Run{}
	// All statements read one snapshot, in one trip.
	b := &pgx.Batch{}
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	addRunQueries(b, id, run)
	b.Queue("COMMIT")
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, wrapContextError(ctx, err)
	}
	return run, nil
}

// addRunQueries adds the statements that read a run.
func addRunQueries(b *pgx.Batch, id store.ID, run *store.Run) {
	var row summaryRow
	var okey []byte
	var owner *string
	var lease *time.Time
	var parent *[16]byte
	scanRows(b.Queue("SELECT "+columns+", cut, okey, owner, lease, coalesce(version, ''), parent FROM runs WHERE id = $1", [16]byte(id)), row.scanTargets(&run.Cut, &okey, &owner, &lease, &run.Version, &parent), func() error {
		if parent != nil {
			run.Parent = store.ID(*parent).String()
		}
		run.Summary, run.OrderKey, run.Owner, run.Lease = row.summary(), string(okey), textOf(owner), timeOf(lease)
		return nil
	})
	p := &run.Payload
	const payload = "SELECT event, body, variables, response, output, trace FROM payloads WHERE run = $1"
	b.Queue(payload, [16]byte(id)).QueryRow(func(r pgx.Row) error {
		err := r.Scan(&p.Event, &p.Body, &p.Variables, &p.Response, &p.Output, &p.Trace)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	b.Queue(selectSteps, uuidsOf([]store.ID{id})).Query(func(rows pgx.Rows) error {
		return readSteps(rows, func(_ store.ID, steps []store.Step) { run.Steps = steps })
	})
}

// readWork reads the payloads and steps of claimed runs, except of runs that the caller
// has cached. The claims are committed, so it sets the error of single runs.
func (s *Store) readWork(ctx context.Context, work []store.Work, has func(id string) bool) {
	indexes := map[store.ID]int{}
	var ids []store.ID
	for i := range work {
		if work[i].Fence == 1 && has != nil && has(work[i].ID) {
			continue
		}
		id, err := store.ParseID(work[i].ID)
		if err != nil {
			work[i].Err = err
			continue
		}
		indexes[id], ids = i, append(ids, id)
	}
	if len(ids) == 0 {
		return
	}
	found := map[store.ID]bool{}
	b := &pgx.Batch{}
	b.Queue(selectPayloads, uuidsOf(ids)).Query(func(rows pgx.Rows) error {
		return readPayloads(rows, func(run store.ID, p store.Payload) {
			work[indexes[run]].Payload, found[run] = p, true
		})
	})
	b.Queue(selectSteps, uuidsOf(ids)).Query(func(rows pgx.Rows) error {
		return readSteps(rows, func(run store.ID, steps []store.Step) { work[indexes[run]].Steps = steps })
	})
	err := s.queuePool.SendBatch(ctx, b).Close()
	for id, i := range indexes {
		switch {
		case err != nil:
			work[i].Err = fmt.Errorf("reading the event and the steps of run %s: %w", work[i].ID, wrapUnavailable(err))
		case !found[id]:
			work[i].Err = fmt.Errorf("run %s: its event is missing in the table", work[i].ID)
		}
	}
}

const selectPayloads = "SELECT run, event, body, variables, response, output, trace FROM payloads WHERE run = ANY($1::uuid[])"

// readPayloads reads the result of selectPayloads.
func readPayloads(rows pgx.Rows, of func(store.ID, store.Payload)) error {
	var run [16]byte
	var p store.Payload
	_, err := pgx.ForEachRow(rows, []any{&run, &p.Event, &p.Body, &p.Variables, &p.Response, &p.Output, &p.Trace}, func() error {
		of(run, p)
		return nil
	})
	return err
}

// columns are the columns of a summaryRow.
const columns = `id, flow, state, due, started, finished, attempt, status, size,
	coalesce(reason, ''), coalesce(class, ''), coalesce(action, ''), coalesce(position, ''), coalesce(message, ''), coalesce(detail, '')`

// summaryRow is a row of columns.
type summaryRow struct {
	id                     [16]byte
	state                  int16
	due, started, finished *time.Time
	s                      store.Summary
}

func (r *summaryRow) scanTargets(more ...any) []any {
	c := &r.s.Cause
	return append([]any{
		&r.id, &r.s.Flow, &r.state, &r.due, &r.started, &r.finished, &r.s.Attempt, &r.s.Status, &r.s.Size,
		&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message, &c.Detail,
	}, more...)
}

func (r *summaryRow) summary() store.Summary {
	id := store.ID(r.id)
	s := r.s
	s.ID, s.Received, s.State = id.String(), id.Time(), publicState(stateOf(r.state))
	s.Due, s.Started, s.Finished = timeOf(r.due), timeOf(r.started), timeOf(r.finished)
	return s
}
