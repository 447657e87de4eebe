// Command gateway turns .hcl files into webhook endpoints and the pipelines
// behind them.
package main

import (
	"os"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// version is set when a release is built.
var version = "dev"

func main() {
	os.Exit(cmd.Main(cmd.Program{
		Version:     version,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}))
}
