package ops_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	l.Record(&store.Entry{Flow: "y", State: store.Succeeded, Status: 200})
	l.Fail("x", "no "+secret)
	for range 2 {
		l.Fail("y", "no")
	}
	l.Queue("x", store.Payload{})
	got, err := l.Service.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(got.Failing, " ") != "y x" || got.Store != "ok" || len(got.Flows) != 2 || len(got.Stalled) != 1 {
		t.Errorf("overview %+v", got)
	}
	y := got.Flows[1].Runs
	if y.Count != 3 || y.Failed != 2 || y.FailedShare < 0.66 || y.FailedShare > 0.67 || len(y.Minutes) != 60 {
		t.Errorf("runs of y %+v", y)
	}
	if q := got.Flows[0].Queue; q.Queued != 1 || q.Flow != "x" || got.Flows[1].Queue.Queued != 0 {
		t.Errorf("queue of x %+v", q)
	}
}

func TestOverviewWithoutStore(t *testing.T) {
	t.Parallel()
	l := admintest.NewWithoutStore(t, `flow "a" {
  trigger "webhook" {
    path = "/a"
    mode = "sync"
    response {
      body = "x"
    }
  }
}
flow "b" {
  trigger "webhook" {
    path = "/b"
    mode = "sync"
    response {
      body = "x"
    }
  }
}
`)
	got, err := l.Service.Overview(t.Context())
	if err != nil || got.Store != "none" || len(got.Flows) != 2 || len(got.Flows[0].Requests.Minutes) != 60 || got.RequestsSince.Before(got.From) {
		t.Errorf("overview %+v, %v", got, err)
	}
}

const detailed = `locals {
  shared = "written-in-a-local"
}
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    auth "bearer" {
      token = "written-in-the-flow"
    }
    auth "header" {
      name  = "X-Key"
      value = local.shared
    }
    variable "email" {
      description = "Who ordered"
      type        = string
      format      = "email"
      sensitive   = true
    }
    variable "items" {
      type    = list(object({ sku = string, qty = optional(number) }))
      from    = webhook.body.order["line items"][0]
      default = []
      max     = 5
    }
  }
  action "log" "note" {
    message = "written-in-the-flow, and ${local.shared} and written-in-a-local"
  }
}
flow "nightly" {
  trigger "schedule" {
    cron = "0 3 * * *"
  }
  action "log" "note" {
    message = "x"
  }
}
`

func TestFlowDetail(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, detailed)
	got, err := l.Service.FlowDetail(t.Context(), "orders")
	if err != nil {
		t.Fatal(err)
	}
	want := []ops.Variable{
		{Name: "email", Description: "Who ordered", Type: "string", Required: true, Sensitive: true, Place: "webhook.body.email", Rules: `format = "email"`, Example: json.RawMessage(`"jane@example.com"`)},
		{Name: "items", Type: "list(object({qty = optional(number), sku = string}))", Place: `webhook.body.order["line items"][0]`, Rules: "default = [], max = 5", Example: json.RawMessage("[]")},
	}
	if !reflect.DeepEqual(got.Variables, want) {
		t.Errorf("variables %+v", got.Variables)
	}
	if strings.Join(got.Auth, " ") != "bearer header" || got.Mode != "async" || len(got.Ticks) != 0 {
		t.Errorf("auth %v, mode %q, ticks %v", got.Auth, got.Mode, got.Ticks)
	}
	text := strings.Join(got.Source.Lines, "\n")
	if strings.Contains(text, "written-in") || got.Source.Line != 4 || len(got.Source.Lines) != len(strings.Split(detailed[strings.Index(detailed, "flow \"orders"):strings.Index(detailed, "\nflow \"nightly")], "\n")) || !strings.HasPrefix(text, `flow "orders" {`) || !strings.HasSuffix(text, "\n}") {
		t.Errorf("source from line %d:\n%s", got.Source.Line, text)
	}
	if got, err := l.Service.FlowDetail(t.Context(), "nightly"); err != nil || len(got.Ticks) != 5 || got.Ticks[4].Sub(got.Ticks[0]) != 4*24*time.Hour {
		t.Errorf("ticks %v, %v", got.Ticks, err)
	}
	var missing *ops.Error
	if _, err := l.Service.FlowDetail(t.Context(), "order"); !errors.As(err, &missing) || missing.Kind != ops.NotFound || !strings.Contains(missing.Message, `"orders"`) {
		t.Errorf("%v", err)
	}
}
