package postgres

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
)

func isSignalled(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestNotifier tells which events wake this gateway and the others.
func TestNotifier(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		events func(*notifier)
		ready  bool // this gateway claims again
		notify bool // the others are told
	}{
		{"a run is queued", func(n *notifier) { n.publish() }, true, true},
		{"a claim got all", func(n *notifier) {
			n.publish()
			<-n.ready
			n.endClaim(n.beginClaim(), true, false)
		}, false, false},
		{"a claim left runs", func(n *notifier) {
			n.publish()
			<-n.ready
			n.endClaim(n.beginClaim(), false, false)
		}, false, true},
		{"a run is queued during the claim", func(n *notifier) {
			before := n.beginClaim()
			n.publish()
			n.endClaim(before, true, false)
		}, true, true},
		{"a flow is at its limit", func(n *notifier) {
			n.publish()
			<-n.ready
			n.endClaim(n.beginClaim(), true, true)
		}, false, true},
		{"a run ends while its flow is at its limit", func(n *notifier) {
			n.endClaim(n.beginClaim(), true, true)
			n.noteEnded()
		}, true, true},
		{"a run ends during a claim that still counts it", func(n *notifier) {
			before := n.beginClaim()
			n.noteEnded()
			n.endClaim(before, true, true)
		}, true, true},
		{"a run of a flow below its limit ends", func(n *notifier) {
			before := n.beginClaim()
			n.noteEnded()
			n.endClaim(before, true, false)
		}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newNotifier(&connector{}, clock.System{})
			c.events(n)
			if got := isSignalled(n.ready); got != c.ready {
				t.Errorf("ready: %v, want %v", got, c.ready)
			}
			if got := n.needsNotify(t.Context()); got != c.notify {
				t.Errorf("notify: %v, want %v", got, c.notify)
			}
		})
	}
}
