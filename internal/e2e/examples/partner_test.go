package examples_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// TestPartnerWebhook holds that an event reaches the partner, who checks its
// signature, and that the next one of the same customer does not within the
// window.
func TestPartnerWebhook(t *testing.T) {
	t.Parallel()
	server, kept := serveAndKeep(t, "")
	var outputs []map[string]any
	for range 2 {
		status, header, _ := request{path: "/shop/events", sample: "partner-webhook/samples/event.json"}.send(t, server.URL)
		if status != 202 {
			t.Fatalf("status is %d", status)
		}
		outputs = append(outputs, outputOf(t, kept, header.Get("Gateway-Run"), "partner"))
	}
	body, _ := outputs[0]["body"].(map[string]any)
	if outputs[0]["throttled"] != false || outputs[0]["status"] != 200.0 || body["receipt"] != "P-011f12" {
		t.Errorf("the first event gave %v", outputs[0])
	}
	if outputs[1]["throttled"] != true || outputs[1]["status"] != nil {
		t.Errorf("the second event gave %v", outputs[1])
	}
}

// outputOf waits for the end of a run and returns what an action of it gave.
func outputOf(t *testing.T, kept store.Store, run, action string) map[string]any {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		got, err := kept.Get(t.Context(), run)
		if err != nil {
			t.Fatal(err)
		}
		if got.State.Open() && time.Now().Before(deadline) {
			continue
		}
		if got.State != store.Succeeded {
			t.Fatalf("the run is %s: %+v", got.State, got.Cause)
		}
		for _, s := range got.Steps {
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
	}
}
