// Package actions holds the kinds of actions, one file each. To add one,
// write the file and its test, and name it in All: its declarations make the
// decoding, the checks and the reference.
package actions

import "github.com/webhook-gateway/gateway/flow"

// All lists the kinds of actions that flows may use.
func All() []flow.Kind {
	return []flow.Kind{
		{Name: "transform", New: func() flow.Action { return &transform{} }},
		{Name: "respond", New: func() flow.Action { return &respond{} }},
		{Name: "log", New: func() flow.Action { return &logLine{} }},
	}
}
