package command_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/internal/testutil/programtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gateway": func() { os.Exit(cmd.Main(programtest.Program())) }})
}

// TestScripts runs the command as a user would; each file of testdata tells
// one story.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: scriptCommands(), UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != ""})
}
