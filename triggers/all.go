// Package triggers holds the kinds of triggers, each in a file of its own name
// with its test: what starts a flow. To add one, write it and name it in All.
//
// # Webhook
//
// A request passes through Accept in one order, and who fails a step learns
// nothing of the later ones: address, credentials, size and time of the body,
// credentials over the body, type of the body, the body itself, the variables.
// Before the credentials are checked nothing is parsed.
//
// What is wrong with a request is told to the caller as a flow.Problem. Its
// texts name places and what would be right; they never repeat a value.
//
// Everything that a file says is checked and compiled when it is loaded. An
// event is never changed after Accept has made it, so that all actions of a
// run may read it at once.
package triggers

import (
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
)

// All lists the kinds of triggers that flows may use. auths are the kinds of
// checks that triggers with an endpoint may ask for.
func All(auths []auth.Kind) []flow.TriggerKind {
	return []flow.TriggerKind{
		{Name: "webhook", New: func() flow.Trigger { return &webhook{auths: auths} }},
		{Name: "schedule", New: func() flow.Trigger { return &schedule{} }},
		{Name: "tag", New: func() flow.Trigger { return &tagged{} }},
		{Name: "link", New: func() flow.Trigger { return &link{} }},
		{Name: "flow", New: func() flow.Trigger { return &called{} }},
	}
}
