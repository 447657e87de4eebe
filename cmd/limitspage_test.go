package cmd

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

func TestRenderLimits(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, page, want, wantErr string }{
		{name: "number", page: `{{number "flow.MaxCallDepth"}}`, want: "16"},
		{name: "long number", page: `{{number "config/expr/jq.maxElements"}}`, want: "1 048 576"},
		{name: "size", page: `{{bytes "config/expr/jq.maxText"}}`, want: "16 MiB"},
		{name: "size in bytes", page: `{{bytes "actions/web.maxPartType"}}`, want: "200 bytes"},
		{name: "duration", page: `{{time "store.maxLossBackoff"}}`, want: "1h"},
		{name: "days", page: `{{time "actions/control.maxDelay"}}`, want: "366d"},
		{name: "size setting", page: "{{settings}}", want: "| `limits.body` | [gateway](gateway.md) | size | `1MiB` |"},
		{name: "setting of all actions", page: "{{settings}}", want: "| `retry.attempts` | every action | number | `3` |"},
		{name: "unknown constant", page: `{{number "flow.MaxNothing"}}`, wantErr: "flow.MaxNothing is not a number"},
		{name: "wrong unit", page: `{{time "flow.MaxCallDepth"}}`, wantErr: "flow.MaxCallDepth is not a duration"},
		{name: "no size", page: `{{bytes "store.maxLossBackoff"}}`, wantErr: "store.maxLossBackoff is not a size"},
	}
	c := command{Program: Program{
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.renderLimits(tc.page)
			switch {
			case tc.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tc.wantErr)):
				t.Errorf("error %v, want %q", err, tc.wantErr)
			case tc.wantErr == "" && (err != nil || !strings.Contains(got, tc.want)):
				t.Errorf("%q (%v), want %q in it", got, err, tc.want)
			}
		})
	}
}
