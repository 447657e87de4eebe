// Command gateway turns .hcl files into webhook endpoints and the pipelines
// behind them.
package main

import (
	"os"
	"runtime/debug"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// version is set by the build of a release.
var version = ""

func main() {
	os.Exit(cmd.Main(cmd.Program{
		Version:     builtVersion(),
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}))
}

// builtVersion returns the version of the release, or the version of the module
// that go install recorded.
func builtVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
