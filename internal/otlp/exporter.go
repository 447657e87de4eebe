// Package otlp sends spans to a collector by the OpenTelemetry protocol over HTTP,
// as JSON. A span that ends is put into a bounded queue and never waits: what does
// not fit, or is not taken by the collector, is dropped and counted.
package otlp

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/outbound"
)

// Options configure an exporter. All fields are required but Header.
type Options struct {
	URL      string      // of the collector, with the path of traces
	Header   http.Header // for each request
	Gzip     bool
	Resource []trace.Attr // what runs, such as service.name
	Version  string

	QueueSize     int           // spans that wait
	BatchSize     int           // spans of one request
	Delay         time.Duration // the time until a batch that is not full is sent
	Timeout       time.Duration // for one request
	ExportTimeout time.Duration // for a batch, repetitions included

	Client *outbound.Client
	Clock  clock.Clock
	Log    *zap.Logger
}

// Exporter sends spans. It serves Export before Run, too.
type Exporter struct {
	opts   Options
	prefix []byte // of the body of each request
	queue  chan *trace.Data

	sent     atomic.Int64
	full     atomic.Int64 // dropped: the queue was full
	rejected atomic.Int64 // dropped: the collector refused them
	failed   atomic.Int64 // dropped: the collector was not available
}

// New returns an exporter that sends nothing before Run.
func New(o Options) *Exporter {
	return &Exporter{opts: o, prefix: encodePrefix(o.Resource, o.Version), queue: make(chan *trace.Data, o.QueueSize)}
}

// Export queues a span.
func (e *Exporter) Export(d *trace.Data) {
	select {
	case e.queue <- d:
	default:
		e.full.Add(1)
	}
}

// Counts are the numbers of spans by what became of them.
type Counts struct{ Sent, QueueFull, Rejected, Failed int64 }

// Counts returns the numbers of spans so far.
func (e *Exporter) Counts() Counts {
	return Counts{Sent: e.sent.Load(), QueueFull: e.full.Load(), Rejected: e.rejected.Load(), Failed: e.failed.Load()}
}

// Run sends spans until the context ends. It then sends those that are left, within
// the time of one batch.
func (e *Exporter) Run(ctx context.Context) {
	for ctx.Err() == nil {
		e.send(ctx, e.collect(ctx))
	}
	rest, cancel := clock.WithTimeout(context.WithoutCancel(ctx), e.opts.Clock, e.opts.ExportTimeout)
	defer cancel()
	for len(e.queue) > 0 {
		e.send(rest, e.collect(ctx))
	}
}

// collect takes a batch from the queue. It waits for the first span, and then for
// more until the delay is over. It does not wait after the context has ended.
func (e *Exporter) collect(ctx context.Context) []*trace.Data {
	batch := e.take(nil)
	if len(batch) == 0 {
		select {
		case d := <-e.queue:
			batch = e.take(append(batch, d))
		case <-ctx.Done():
			return e.take(nil)
		}
	}
	timer := e.opts.Clock.NewTimer(e.opts.Delay)
	defer timer.Stop()
	for len(batch) < e.opts.BatchSize && ctx.Err() == nil {
		select {
		case d := <-e.queue:
			batch = append(batch, d)
		case <-timer.C():
			return batch
		case <-ctx.Done():
		}
	}
	return e.take(batch)
}

// take adds the spans that wait to a batch.
func (e *Exporter) take(batch []*trace.Data) []*trace.Data {
	for len(batch) < e.opts.BatchSize {
		select {
		case d := <-e.queue:
			batch = append(batch, d)
		default:
			return batch
		}
	}
	return batch
}

// The pauses before a batch is sent again, unless the collector says how long.
const (
	firstPause = time.Second
	maxPause   = 16 * time.Second
)

// send sends a batch, again and again while the collector is not available and its
// time is not over. A stop ends the pauses.
func (e *Exporter) send(ctx context.Context, batch []*trace.Data) {
	if len(batch) == 0 {
		return
	}
	within, cancel := clock.WithTimeout(context.WithoutCancel(ctx), e.opts.Clock, e.opts.ExportTimeout)
	defer cancel()
	body := e.encode(batch)
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		refused, err := e.post(within, body)
		var again *retryError
		switch {
		case err == nil:
			e.sent.Add(int64(len(batch)) - min(refused, int64(len(batch))))
			e.rejected.Add(min(refused, int64(len(batch))))
			return
		case !errors.As(err, &again):
			e.rejected.Add(int64(len(batch)))
			e.warn(batch, err)
			return
		}
		wait := pause
		if again.after > 0 {
			wait = again.after
		}
		if end, _ := within.Deadline(); !e.opts.Clock.Now().Add(wait).Before(end) || !e.wait(ctx, wait) {
			e.failed.Add(int64(len(batch)))
			e.warn(batch, err)
			return
		}
	}
}

// wait waits before another attempt, and returns false at the end of the context.
func (e *Exporter) wait(ctx context.Context, d time.Duration) bool {
	return clock.Sleep(ctx, e.opts.Clock, d) == nil
}

func (e *Exporter) warn(batch []*trace.Data, err error) {
	e.opts.Log.Warn("spans were dropped, because the collector did not take them", zap.Int("spans", len(batch)), zap.Error(err))
}
