package examples_test

import (
	"encoding/json"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestPartnerWebhook: an event reaches the partner, who checks its signature. The
// next event of the same customer is throttled within the window.
func TestPartnerWebhook(t *testing.T) {
	t.Parallel()
	server, st := serveWithStore(t, "")
	var outputs []map[string]any
	for range 2 {
		status, header, _ := request{path: "/shop/events", sample: "partner-webhook/samples/event.json"}.send(t, server.URL)
		if status != 202 {
			t.Fatalf("status is %d", status)
		}
		outputs = append(outputs, outputOf(t, st, header.Get("Gateway-Run"), "partner"))
	}
	body, _ := outputs[0]["body"].(map[string]any)
	if outputs[0]["throttled"] != false || outputs[0]["status"] != 200.0 || body["receipt"] != "P-011f12" {
		t.Errorf("the first event gave %v", outputs[0])
	}
	if outputs[1]["throttled"] != true || outputs[1]["status"] != nil {
		t.Errorf("the second event gave %v", outputs[1])
	}
}

// outputOf waits for the end of a run and returns the output of an action.
func outputOf(t *testing.T, st signaltest.Store, run, action string) map[string]any {
	t.Helper()
	for _, s := range awaitSuccess(t, st, run).Steps {
		if s.Path != action {
			continue
		}
		var out map[string]any
		if err := json.Unmarshal(s.Output, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Fatalf("the run has no action %q", action)
	return nil
}
