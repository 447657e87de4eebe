// Package programtest builds the program as cmd/gateway does, for tests of the
// whole command and of its documentation.
package programtest

import (
	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// Program returns the program with all kinds, in the version "test".
func Program() cmd.Program {
	return cmd.Program{
		Version:     "test",
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}
}
