package actions

import "github.com/webhook-gateway/gateway/flow"

// Sends says that a mail that was taken has gone out.
func (m *email) Sends(any) bool { return true }

// Sends says that a delivery has gone out that no throttle held back.
func (w *webhookCall) Sends(outputs any) bool {
	members, _ := outputs.(map[string]any)
	held, _ := members["throttled"].(bool)
	return !held
}

var (
	_ flow.Sender = (*email)(nil)
	_ flow.Sender = (*webhookCall)(nil)
)
