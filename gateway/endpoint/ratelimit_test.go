package endpoint

import (
	"fmt"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

// After many reloads with other names there are limiters of the flows that serve only.
func TestLimitersOfRemovedFlowsAreDropped(t *testing.T) {
	t.Parallel()
	var h Handler
	once, now := ratelimit.Rate{Requests: 1, Per: time.Hour, Burst: 1}, time.Unix(0, 0)
	for n := range 100 {
		for _, name := range []string{"stays", fmt.Sprint("flow-", n)} {
			if got := h.rates.of(name).Take("k", once, now); got.OK != (name != "stays" || n == 0) {
				t.Errorf("load %d: a request of %s: %+v", n, name, got)
			}
		}
		h.KeepFlows(func(flow string) bool { return flow == "stays" || flow == fmt.Sprint("flow-", n+1) })
	}
	var left []string
	h.rates.byFlow.Range(func(name, _ any) bool { left = append(left, fmt.Sprint(name)); return true })
	if fmt.Sprint(left) != "[stays]" {
		t.Errorf("limiters of %q", left)
	}
}
