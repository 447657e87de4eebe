// Command custom-action is a gateway with two more kinds of actions: initials,
// which computes a value, and post, which sends a request. Commands, checks,
// reference and reload are those of the gateway.
package main

import (
	"context"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/cmd"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

// initials is the kind: it shortens a name.
type initials struct {
	separator string          // fixed when the file is loaded
	name      expr.Of[string] // may read the run
}

// Describe declares the fields, and with them the checks and the reference.
func (i *initials) Describe(s *schema.Spec) {
	i.separator = "."
	s.Doc = "Shortens a name to its initials."
	schema.Expr(s, &i.name, "name", "The name.", schema.Required())
	schema.Attr(s, &i.separator, "separator", "The text after each letter.")
	s.Output("text", cty.String, "The initials.")
	s.Example(schema.Example{
		Title: "Shorten the name of a customer",
		HCL:   "name = webhook.body.customer",
		Input: `{"customer": "Ada Lovelace"}`,
		Want:  `{"text": "A.L."}`,
	})
}

// Traits says that the action can be repeated.
func (*initials) Traits() flow.Traits { return flow.Traits{Pure: true} }

// Run does the work for one run of a flow.
func (i *initials) Run(ctx context.Context, c *flow.Call) (any, error) {
	name, err := i.name.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		first, _ := utf8.DecodeRuneInString(word)
		b.WriteString(strings.ToUpper(string(first)) + i.separator)
	}
	return map[string]any{"text": b.String()}, nil
}

func kinds() []flow.Kind {
	return append(actions.All(),
		flow.Kind{Name: "initials", New: func() flow.Action { return &initials{} }},
		flow.Kind{Name: "post", New: func() flow.Action { return &post{} }},
	)
}

func main() {
	os.Exit(cmd.Main(cmd.Program{
		Version:     "custom",
		Kinds:       flow.Kinds{Actions: kinds(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	}))
}
