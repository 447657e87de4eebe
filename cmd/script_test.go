package cmd_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

func program() cmd.Program {
	return cmd.Program{
		Version:     "test",
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gateway": func() { os.Exit(cmd.Main(program())) }})
}

// TestScripts runs the command as a user would; each file of testdata tells
// one story.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: scriptCommands(), UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != ""})
}
