package main

import (
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

func load(t *testing.T, src string) (*config.Config, error) {
	t.Helper()
	c, diags := config.Load(config.Options{
		FS:    fstest.MapFS{"names.hcl": {Data: []byte(src)}},
		Paths: []config.Path{{Dir: "names.hcl"}},
		Env:   func(string) (string, bool) { return "", false },
		Kinds: flow.Kinds{Actions: kinds(), Triggers: triggers.All(auth.All())},
	})
	if diags.HasErrors() {
		return nil, diags
	}
	return c, nil
}

const trigger = `
  trigger "webhook" {
    path = "/names"
    mode = "sync"
  }
`

func TestInitials(t *testing.T) {
	t.Parallel()
	c, err := load(t, `flow "names" {`+trigger+`
  action "initials" "short" {
    name      = "ada king lovelace"
    separator = "-"
  }
  action "stop" "end" {
    output = action.short.text
  }
}
`)
	if err != nil {
		t.Fatal(err)
	}
	out := flow.Execute(t.Context(), &flow.Run{ID: "r", Flow: c.Flows[0]})
	if out.State != flow.Succeeded || out.Output != "A-K-L-" {
		t.Errorf("the run ended as %+v", out)
	}
}

func TestInitialsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := load(t, `flow "names" {`+trigger+`
  action "initials" "short" {
    nam = "ada"
  }
}
`)
	if err == nil {
		t.Error("a misspelt attribute of an own kind was accepted")
	}
}
