package local

import (
	"net/http"
	"slices"
	"testing"

	"github.com/webhook-gateway/gateway/internal/trace"
)

func TestEnvironmentContinuesTrace(t *testing.T) {
	t.Parallel()
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	own := map[string]string{"TRACESTATE": "own=1"}
	for name, c := range map[string]struct {
		header http.Header
		own    map[string]string
		want   []string
	}{
		"no trace":             {nil, nil, []string{"GATEWAY_IDEMPOTENCY_KEY=k", "PATH=" + commandPath}},
		"trace":                {http.Header{"Traceparent": {parent}}, nil, []string{"GATEWAY_IDEMPOTENCY_KEY=k", "PATH=" + commandPath, "TRACEPARENT=" + parent}},
		"trace with state":     {http.Header{"Traceparent": {parent}, "Tracestate": {"a=b"}}, nil, []string{"GATEWAY_IDEMPOTENCY_KEY=k", "PATH=" + commandPath, "TRACEPARENT=" + parent, "TRACESTATE=a=b"}},
		"the action's own one": {http.Header{"Traceparent": {parent}, "Tracestate": {"a=b"}}, own, []string{"GATEWAY_IDEMPOTENCY_KEY=k", "PATH=" + commandPath, "TRACEPARENT=" + parent, "TRACESTATE=own=1"}},
	} {
		if got := buildEnvironment(c.own, "k", trace.FromHeader(c.header)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
