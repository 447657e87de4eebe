package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// sizeMaxAge is the time after which the size of the store is read again. On
// PostgreSQL the server looks at all files of the tables.
const sizeMaxAge = time.Minute

// RegisterStoreSize adds the metric of the size of a store, which is read until the
// context ends.
func (m *Metrics) RegisterStoreSize(life context.Context, s store.Store, c clock.Clock, log *Log) {
	m.registry.MustRegister(&sizeCollector{
		size: recent[int64]{life: life, clock: c, maxAge: sizeMaxAge, read: s.Size},
		log:  log,
		desc: prometheus.NewDesc(namespace+"_store_size_bytes", "Bytes that the store takes on disk; read once a minute.", nil, nil),
	})
}

type sizeCollector struct {
	size recent[int64]
	log  *Log
	desc *prometheus.Desc
}

// Describe names the metric.
func (c *sizeCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect sends the size, unless it cannot be read.
func (c *sizeCollector) Collect(out chan<- prometheus.Metric) {
	size, err := c.size.get()
	if err != nil {
		c.log.Sampled.Warn("the size of the store cannot be read", zap.Error(err))
		return
	}
	out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(size))
}

// CountStore returns a store that counts the operations that failed because it was
// not available, and the runs that were taken over. It has the rates of the store,
// if there are any.
func (m *Metrics) CountStore(s store.Store) store.Store {
	out := &countedStore{
		Store:     s,
		errors:    m.newCounter("store_errors_total", "Operations of the store that failed because it was not available, by operation.", "operation"),
		takenOver: prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "runs_taken_over_total", Help: "Runs that this gateway took over because another one, or the process before, let their leases expire."}),
	}
	m.registry.MustRegister(out.takenOver)
	for _, operation := range []string{"accept", "claim", "sweep", "heartbeat", "checkpoint", "finish", "record", "purge", "key", "read"} {
		out.errors.WithLabelValues(operation)
	}
	if rates, ok := s.(store.Rates); ok {
		return struct {
			*countedStore
			store.Rates
		}{out, rates}
	}
	return out
}

// countedStore counts the errors of the operations that runs need.
type countedStore struct {
	store.Store
	errors    *prometheus.CounterVec
	takenOver prometheus.Counter
}

func (s *countedStore) count(operation string, err error) {
	if store.IsUnavailable(err) {
		s.errors.WithLabelValues(operation).Inc()
	}
}

// Accept accepts a run.
func (s *countedStore) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	a, err := s.Store.Accept(ctx, sub)
	s.count("accept", err)
	return a, err
}

// Claim claims runs.
func (s *countedStore) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	c, err := s.Store.Claim(ctx, q)
	s.count("claim", err)
	return c, err
}

// Sweep takes over runs.
func (s *countedStore) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	swept, err := s.Store.Sweep(ctx, q)
	s.count("sweep", err)
	s.takenOver.Add(float64(len(swept.Requeued) + len(swept.Failed)))
	return swept, err
}

// Heartbeat extends leases.
func (s *countedStore) Heartbeat(ctx context.Context, lease time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	lost, err := s.Store.Heartbeat(ctx, lease, claims...)
	s.count("heartbeat", err)
	return lost, err
}

// Checkpoint stores steps.
func (s *countedStore) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	err := s.Store.Checkpoint(ctx, c, steps...)
	s.count("checkpoint", err)
	return err
}

// Finish ends a run.
func (s *countedStore) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	err := s.Store.Finish(ctx, c, e)
	s.count("finish", err)
	return err
}

// Retry puts a run back for another attempt, which counts as its end.
func (s *countedStore) Retry(ctx context.Context, c store.Claim, r store.Requeue) error {
	err := s.Store.Retry(ctx, c, r)
	s.count("finish", err)
	return err
}

// Suspend puts a run back for a time, which counts as its end.
func (s *countedStore) Suspend(ctx context.Context, c store.Claim, r store.Requeue) error {
	err := s.Store.Suspend(ctx, c, r)
	s.count("finish", err)
	return err
}

// Record stores runs that are over.
func (s *countedStore) Record(ctx context.Context, runs ...*store.Entry) error {
	err := s.Store.Record(ctx, runs...)
	s.count("record", err)
	return err
}

// Purge deletes old runs.
func (s *countedStore) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	p, err := s.Store.Purge(ctx, r)
	s.count("purge", err)
	return p, err
}

// PutKey makes a key.
func (s *countedStore) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (store.Key, bool, error) {
	existing, made, err := s.Store.PutKey(ctx, k, ttl)
	s.count("key", err)
	return existing, made, err
}

// FindKey finds a key.
func (s *countedStore) FindKey(ctx context.Context, scope, name string) (store.Key, bool, error) {
	k, found, err := s.Store.FindKey(ctx, scope, name)
	s.count("key", err)
	return k, found, err
}

// SetKey replaces the value of a key.
func (s *countedStore) SetKey(ctx context.Context, k store.Key) error {
	err := s.Store.SetKey(ctx, k)
	s.count("key", err)
	return err
}

// DropKey deletes a key.
func (s *countedStore) DropKey(ctx context.Context, k store.Key) error {
	err := s.Store.DropKey(ctx, k)
	s.count("key", err)
	return err
}

// Get reads a run.
func (s *countedStore) Get(ctx context.Context, id string) (*store.Run, error) {
	r, err := s.Store.Get(ctx, id)
	s.count("read", err)
	return r, err
}

// List reads a page of runs.
func (s *countedStore) List(ctx context.Context, q store.ListQuery) (store.Page, error) {
	p, err := s.Store.List(ctx, q)
	s.count("read", err)
	return p, err
}

// Depths counts the runs that are not over.
func (s *countedStore) Depths(ctx context.Context) ([]store.Depth, error) {
	d, err := s.Store.Depths(ctx)
	s.count("read", err)
	return d, err
}

// ListPauses reads the paused flows.
func (s *countedStore) ListPauses(ctx context.Context) ([]store.Pause, error) {
	p, err := s.Store.ListPauses(ctx)
	s.count("read", err)
	return p, err
}
