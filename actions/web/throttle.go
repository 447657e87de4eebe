package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// throttle limits an action to one delivery per key and window. A nil throttle
// has no limit.
type throttle struct {
	key   expr.Of[string]
	every time.Duration
}

// The bounds of "every".
const (
	minWindow = time.Second
	maxWindow = 366 * 24 * time.Hour
)

// Describe declares the block.
func (t *throttle) Describe(s *schema.Spec) {
	s.Doc = "The window begins with a delivery and survives restarts. A retry of the same run is not throttled by its own window. Without a store, as in tests of flows, nothing is throttled."
	schema.Expr(s, &t.key, "key", "The key with one delivery per window, such as the customer. It counts for this action of this flow alone.", schema.Required())
	schema.Attr(s, &t.every, "every", "The length of the window, from `1s` to `366d`.", schema.Required())
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if t.every < minWindow || t.every > maxWindow {
			return hcl.Diagnostics{d.Problem("every", "Wrong value", "A window is from 1s to 366d long.")}
		}
		return nil
	})
}

// window is one call's hold on a throttle window.
type window struct {
	taken bool // another run holds the window

	keys               flow.Keys // nil if there is no window to release
	scope, name, owner string
	clock              clock.Clock
}

// takeWindow takes the window for the call, unless another has it.
func (t *throttle) takeWindow(ctx context.Context, c *flow.Call) (*window, error) {
	w := &window{keys: c.Keys(), clock: c.Clock()}
	if t == nil || w.keys == nil {
		return &window{}, nil
	}
	key, err := t.key.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(key)) // keys may be long and confidential
	w.scope, w.name, w.owner = flow.ThrottleScope(c.Run().Flow.Name, c.Step.Name), hex.EncodeToString(sum[:]), c.IdempotencyKey()
	made, holder, err := w.keys.PutKey(ctx, w.scope, w.name, w.owner, t.every)
	if err != nil {
		return nil, err
	}
	w.taken = !made && holder != w.owner
	return w, nil
}

// releaseTimeout bounds the release of a window, which also runs after the
// action's timeout.
const releaseTimeout = 5 * time.Second

// release frees the window after a failed delivery. If the store can't be
// reached, the window expires by itself.
func (w *window) release(ctx context.Context) {
	if w.keys == nil {
		return
	}
	limited, cancel := clock.WithTimeout(context.WithoutCancel(ctx), w.clock, releaseTimeout)
	defer cancel()
	_ = w.keys.DropKey(limited, w.scope, w.name, w.owner)
}
