package ops_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	s := l.Service
	ctx := ops.WithOperator(t.Context(), ops.Operator{Name: "ann@example.com", Address: "192.0.2.7"})
	id := l.Fail("x", "no")
	for _, change := range []func() error{
		func() error { _, err := s.RetryRun(ctx, id, false); return err },
		func() error { _, err := s.CancelRuns(ctx, ops.Selection{All: true}); return err },
		func() error { _, err := s.PauseFlow(ctx, "x"); return err },
		func() error { _, err := s.ResumeFlow(ctx, "x"); return err },
		func() error { _, err := s.ChangeContact(ctx, "jane@example.org", ops.ContactChange{}); return err },
		func() error { _, err := s.CreateKey(ctx, ops.NewKey{Name: "acme", AllFlows: true}); return err },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CancelRun(t.Context(), l.NewID()); err == nil {
		t.Error("a missing run was cancelled")
	}
	s.Reload(ctx, "test")
	page, err := s.Audit(ctx, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range page.Entries {
		got = append(got, strings.Join([]string{e.Who, e.Address, e.Action, strings.ReplaceAll(e.Target, id, "ID"), e.Result}, "|"))
	}
	const ann = "ann@example.com|192.0.2.7|"
	want := []string{
		ann + "reload||ok", "local||run.cancel|" + page.Entries[1].Target + "|there is no such run in the history",
		ann + "key.create|acme|ok", ann + "contact.change|j…@example.org|ok", ann + "flow.resume|x|ok", ann + "flow.pause|x|ok",
		ann + "runs.cancel|all runs|ok: 1", ann + "run.retry|ID|ok",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("entries:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := l.Log.FilterMessage("an operator changed something").Len(); n != len(want) {
		t.Errorf("%d lines in the log, want %d", n, len(want))
	}
}

// TestAuditKeepsNoAddress: the log of audits outlives a contact, so it keeps no
// address in full, and it says all that selected the runs of a change.
func TestAuditKeepsNoAddress(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	s := l.Service
	filter := store.Filter{Flows: []string{"x"}, Text: `Jane <jane@example.org>, joe@example.org`, Reasons: []string{"lost", "jq"}}
	for _, change := range []func() error{
		func() error { _, err := s.RetryRuns(t.Context(), ops.Selection{Filter: filter}, false); return err },
		func() error { _, err := s.DeleteContact(t.Context(), "jane@example.org"); return err },
		func() error {
			_, err := s.TriggerFlow(t.Context(), "x", ops.Trigger{Contact: "jane@example.org"})
			return err
		},
		func() error { _, err := s.DeleteContact(t.Context(), "jane@example.org@"); return err },
	} {
		_ = change() // the entry matters, also that of an error
	}
	page, err := s.Audit(t.Context(), 0, "")
	if err != nil || len(page.Entries) != 4 {
		t.Fatalf("%d entries, %v", len(page.Entries), err)
	}
	for _, e := range page.Entries {
		if text := e.Target + e.Result; strings.Contains(text, "jane@") || strings.Contains(text, "joe@") {
			t.Errorf("%+v", e)
		}
	}
	if got, want := page.Entries[3].Target, "flow=x reason=lost,jq text=Jane <j…@example.org>, j…@example.org"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, line := range l.Log.FilterMessage("an operator changed something").All() {
		if text := fmt.Sprint(line.ContextMap()); strings.Contains(text, "jane@") {
			t.Errorf("the log has %s", text)
		}
	}
}
