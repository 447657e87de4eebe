package dashboard_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// stocked asks a warehouse that does not exist, and tells about the answer.
const stocked = `flow "stocked" {
  trigger "webhook" {
    path = "/stocked"
    auth "github" {
      secret = secret.signing
    }
    variable "sku" {
      type = string
    }
  }
  action "http" "stock" {
    method = "POST"
    url    = "https://warehouse.example/stock"
    json   = { sku = webhook.sku }
  }
  action "transform" "answer" {
    input = action.stock.body.left
    jq    = "{ found: . }"
  }
  action "transform" "hush" {
    sensitive = true
    input     = "quiet-value"
    jq        = "."
  }
}
secret "signing" {
  env = "SIGNING"
}
`

func (s *site) dryRun(t *testing.T, fields url.Values) string {
	t.Helper()
	fields.Set("method", "POST")
	fields.Set("type", "application/json")
	fields.Set("do", "dry")
	w := s.call(http.MethodPost, "/flows/stocked/try", fields)
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, textOf(w.Body.String()))
	}
	return w.Body.String()
}

// TestDryRun: nothing is sent or stored, and the page shows each action.
func TestDryRun(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, stocked))
	stored := s.Record(&store.Entry{
		Flow: "stocked", State: store.Succeeded, Status: 200,
		Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/stocked"}`), Body: []byte(`{"sku":"A-1"}`), Variables: []byte(`{"sku":"A-1"}`)},
		Steps:   []store.Step{{Path: "stock", Kind: "http", State: "succeeded", Input: []byte(`{}`), Output: []byte(`{"status":200,"headers":{},"body":{"left":7}}`)}},
	})
	before := s.get("/runs", 200)

	page := s.dryRun(t, url.Values{"body": {`{"sku":"B-2"}`}, "answers": {stored}, "run": {stored}})
	wantText(t, page, "The flow answers 200", "succeeded", "Nothing was sent or stored.", "stock http, not sent", `"sku": "B-2"`, `"left": 7`, `"found": 7`, "hush", "those of the run")
	wantNone(t, page, "quiet-value", "hunter2")
	wantText(t, page, `"sku":"B-2"`) // the form keeps the request

	page = s.dryRun(t, url.Values{"body": {`{"sku":"B-2"}`}})
	wantText(t, page, "stock http, not sent", "the run ends failed", `does not have an attribute named "left"`)
	page = s.dryRun(t, url.Values{"body": {`{}`}})
	wantText(t, page, "The flow answers 422", "No action ran.")
	if textOf(s.get("/runs", 200)) != textOf(before) {
		t.Error("a dry run is in the history")
	}
	w := s.call(http.MethodPost, "/flows/stocked/try", url.Values{"do": {"dry"}, "method": {"POST"}, "answers": {"00000000000000000000000000"}})
	if w.Code != http.StatusNotFound {
		t.Errorf("a run that does not exist: %d %s", w.Code, textOf(w.Body.String()))
	}
	s.Write(strings.Replace(stocked, "trigger", "tigger", 1))
	if w := s.call(http.MethodPost, "/flows/stocked/try", url.Values{"do": {"dry"}, "method": {"POST"}}); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Missing block") {
		t.Errorf("files with errors: %d %s", w.Code, textOf(w.Body.String()))
	}
}

// TestSaveAsTest: the page of a run has a test that repeats the run.
func TestSaveAsTest(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, stocked))
	id := s.Record(&store.Entry{
		Flow: "stocked", State: store.Failed, Status: 500, Cause: store.Cause{Class: "permanent", Message: "no"},
		Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/stocked","headers":{"Content-Type":["application/json"]}}`), Body: []byte(`{"sku":"A-1"}`)},
		Steps:   []store.Step{{Path: "stock", Kind: "http", State: "failed", Cause: store.Cause{Class: "permanent", Message: "no"}}},
	})
	link := linkTo(t, s.get("/runs/"+id, 200), "Save as test")
	w := s.call(http.MethodGet, link, nil)
	if got := w.Header().Get("Content-Disposition"); w.Code != 200 || got != "attachment; filename=run-"+id+".test.hcl" {
		t.Errorf("%d %q", w.Code, got)
	}
	for _, text := range []string{`test "run ` + id, `flow = "stocked"`, `sku = "A-1"`, `mock "stock"`, `run     = "failed"`} {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the test lacks %q: %s", text, w.Body)
		}
	}
	if r := s.getAs(ops.Operator{Name: "ada", ReadOnly: true}, link); r.Code != http.StatusOK {
		t.Errorf("a reader gets %d", r.Code)
	}
	queued := s.Queue("stocked", store.Payload{})
	wantNone(t, s.get("/runs/"+queued, 200), "Save as test")
	if w := s.call(http.MethodGet, "/runs/"+queued+"/test", nil); w.Code != http.StatusBadRequest || json.Valid(w.Body.Bytes()) {
		t.Errorf("an open run: %d %s", w.Code, w.Body)
	}
}

// TestDryRunOfLoop shows a loop before the actions inside, which end before it.
func TestDryRunOfLoop(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, `flow "looped" {
  trigger "webhook" {
    path = "/looped"
  }
  action "loop" "around" {
    for_each = ["a", "b"]
    action "transform" "inside" {
      input = each.value
      jq    = "."
    }
  }
  action "log" "behind" {
    message = "x"
  }
}
`))
	w := s.call(http.MethodPost, "/flows/looped/try", url.Values{"method": {"POST"}, "do": {"dry"}})
	names := regexp.MustCompile(`<span class="name"><bdi>(\w+)</bdi>`).FindAllStringSubmatch(w.Body.String(), -1)
	var got []string
	for _, name := range names {
		got = append(got, name[1])
	}
	if want := []string{"around", "inside", "inside", "behind"}; !slices.Equal(got, want) {
		t.Errorf("the page shows %q, want %q: %s", got, want, textOf(w.Body.String()))
	}
}
