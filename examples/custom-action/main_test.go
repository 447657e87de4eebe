package main

import (
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers"
)

func loadFlow(t *testing.T, src string) (*load.Config, error) {
	t.Helper()
	c, diags := load.Files(load.Options{
		FS:    fstest.MapFS{"names.hcl": {Data: []byte(src)}},
		Paths: []load.Path{{Dir: "names.hcl"}},
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
	c, err := loadFlow(t, `flow "names" {`+trigger+`
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
	_, err := loadFlow(t, `flow "names" {`+trigger+`
  action "initials" "short" {
    nam = "ada"
  }
}
`)
	if err == nil {
		t.Error("a misspelt attribute of an own kind was accepted")
	}
}
