// Package snapshot holds one configuration in service: its flows, their
// endpoints, and the resources that their actions have opened. A snapshot is
// immutable. A Holder has the current one and keeps a retired one open until its
// last user has released it.
package snapshot

import (
	"slices"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// Snapshot is one configuration in service. Only the count of its users
// changes.
type Snapshot struct {
	Config     *load.Config
	Router     *Router
	Endpoints  map[string]*Endpoint   // by flow name, disabled flows included
	ByTag      map[string][]*Endpoint // of the enabled flows that a tag starts
	Watchers   []*Endpoint            // the enabled flows that failures of others start
	FlowLimits []store.FlowLimit      // the flows whose stored runs can be executed
	Limits     flow.Limits
	Proxies    clientaddr.Proxies
	MaxRuns    int64            // in flight at the same time
	UsesStore  bool             // an enabled flow must write to the store
	Redactor   *redact.Redactor // of the configuration's secrets

	flows     []*servedFlow
	key       []byte            // of links
	linkPaths map[string]string // of flows with trigger "link", by name
	baseURL   func() string
	users     atomic.Int64 // one for being current, and one for each Acquire and Retain
	close     func()       // called once, by the last Release
}

// Endpoint is one flow with everything that its requests and runs need.
type Endpoint struct {
	Flow     *flow.Flow
	Codec    flow.EventCodec
	HTTP     *flow.HTTPPart // nil if no HTTP request leads to the flow
	Path     string         // pattern; a generated one if the file gives none
	Queue    flow.Queue
	Metrics  *telemetry.Flow
	Log      *zap.Logger
	Refusals *telemetry.RefusalLimit // of recorded refusals
	Ignored  *telemetry.RefusalLimit // of recorded requests that the flow ignores

	// Watchers are the names of the flows that watch failures of the flow.
	Watchers []string
	// HasFallback: the flow has an on_error list, or calls a flow that may have one.
	HasFallback bool

	// AtOnce is for runs that are executed before they are stored; nil if the flow has
	// none.
	AtOnce *AtOnce

	pureKinds []string // kinds of actions without an outside effect
}

// IsPure reports whether actions of a kind have no outside effect in this flow,
// so that they may be repeated.
func (e *Endpoint) IsPure(kind string) bool { return slices.Contains(e.pureKinds, kind) }

// QueueLimit returns the limit of queued runs for the store.
func (e *Endpoint) QueueLimit() store.QueueLimit {
	return store.QueueLimit{Max: e.Queue.Length, DropOldest: e.Queue.DropOldest, MaxOpen: e.Queue.MaxOpen}
}

// BaseURL returns the beginning of the URLs of endpoints, without a slash at the
// end.
func (s *Snapshot) BaseURL() string { return s.baseURL() }

// Retain adds a use of a snapshot that the caller has acquired, for work that
// continues after the caller's own Release.
func (s *Snapshot) Retain() { s.users.Add(1) }

// Release ends one use. The last one closes the resources of the snapshot.
func (s *Snapshot) Release() {
	if s.users.Add(-1) == 0 {
		s.close()
	}
}

// Holder has the current snapshot. The zero value has none. It is safe for
// concurrent use.
type Holder struct{ current atomic.Pointer[Snapshot] }

// Acquire returns the current snapshot, which stays open until the caller
// releases it. It returns nil if there is none: before the first and after the
// gateway was closed.
func (h *Holder) Acquire() *Snapshot {
	for {
		s := h.current.Load()
		if s == nil {
			return nil
		}
		s.users.Add(1)
		if h.current.Load() == s {
			return s // it was current after the count, so its users were never zero
		}
		s.Release()
	}
}

// Swap makes a snapshot the current one and retires the one before. nil leaves
// none.
func (h *Holder) Swap(s *Snapshot) {
	if old := h.current.Swap(s); old != nil {
		old.Release()
	}
}

// IsOpen reports whether there is a snapshot.
func (h *Holder) IsOpen() bool { return h.current.Load() != nil }
