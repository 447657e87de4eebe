package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// Get returns all of a run.
func (s *Store) Get(ctx context.Context, id string) (*store.Run, error) {
	key, err := store.ParseID(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	conn, err := s.readers.Acquire(ctx)
	if err != nil {
		return nil, reading(ctx, err)
	}
	defer conn.Release()
	run := &store.Run{}
	// One trip, and one moment for all of it.
	b := &pgx.Batch{}
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	queueRun(b, key, run)
	b.Queue("COMMIT")
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, reading(ctx, err)
	}
	if run.ID == "" {
		return nil, fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	return run, nil
}

// queueRun queues that a run is read.
func queueRun(b *pgx.Batch, id store.ID, run *store.Run) {
	var row summaryRow
	var okey []byte
	var owner *string
	var lease *time.Time
	each(b.Queue("SELECT "+columns+", cut, okey, owner, lease FROM runs WHERE id = $1", [16]byte(id)), row.places(&run.Cut, &okey, &owner, &lease), func() error {
		run.Summary, run.OrderKey, run.Owner, run.Lease = row.summary(), string(okey), text(owner), milli(lease)
		return nil
	})
	p := &run.Payload
	const payload = "SELECT event, body, variables, response, output FROM payloads WHERE run = $1"
	b.Queue(payload, [16]byte(id)).QueryRow(func(r pgx.Row) error {
		err := r.Scan(&p.Event, &p.Body, &p.Variables, &p.Response, &p.Output)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	b.Queue(selectSteps, uuids([]store.ID{id})).Query(func(rows pgx.Rows) error {
		return readSteps(rows, func(_ store.ID, s store.Step) { run.Steps = append(run.Steps, s) })
	})
}
