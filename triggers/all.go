// Package triggers holds the kinds of triggers, which start runs of flows. Each
// kind has a file of its name. To add one, write the file and its test and add it
// to [All].
//
// # Webhook
//
// A webhook checks a request in this order: address, credentials, size and time
// of the body, credentials over the body, type of the body, syntax of the body,
// variables. A caller that fails one check learns nothing about the later ones.
// Nothing is parsed before the credentials are checked.
//
// The caller gets a flow.Problem, whose text names the place of a mistake and the
// expected value, but never repeats a value of the request.
//
// Settings are checked and compiled when the configuration is loaded. An event is
// immutable after Accept, so that all actions of a run may read it concurrently.
package triggers

import (
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/auth/challenge"
	"github.com/webhook-gateway/gateway/flow"
)

// All returns the kinds of triggers. auths are the kinds of auth blocks that a
// webhook accepts.
func All(auths []auth.Kind) []flow.TriggerKind {
	challenges := challenge.All()
	return []flow.TriggerKind{
		{Name: "webhook", New: func() flow.Trigger { return &webhook{auths: auths, challengeKinds: challenges} }},
		{Name: "schedule", New: func() flow.Trigger { return &schedule{} }},
		{Name: "tag", New: func() flow.Trigger { return &tagTrigger{} }},
		{Name: "link", New: func() flow.Trigger { return &link{} }},
		{Name: "flow", New: func() flow.Trigger { return &flowTrigger{} }},
		{Name: "failure", New: func() flow.Trigger { return &failure{} }},
	}
}
