package control_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestWhile: see lists the outputs of the iterations.
func TestWhile(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, loop, input, want string }{
		{"counted", `while = each.index < 3
action "transform" "see" { jq = "$each.index" }`, `{}`, `[0,1,2]`},
		{"not once", `while = false
action "transform" "see" { jq = "1" }`, `{}`, `[]`},
		{
			"until the last page", `while = each.index == 0 || each.previous.see.value.next != null
action "transform" "see" { jq = ".pages[$each.previous.see.value.next // \"a\"]" }`,
			`{"pages": {"a": {"next": "b"}, "b": {"next": "c"}, "c": {"next": null}}}`, `[{"next":"b"},{"next":"c"},{"next":null}]`,
		},
		{"previous in an action", `while = each.index < 4
action "transform" "see" { jq = "($each.previous.see.value // 1) * 2" }`, `{}`, `[2,4,8,16]`},
		{"previous in HCL", `while = each.index < 3
action "transform" "see" {
  input = each.index == 0 ? 1 : each.previous.see.value
  jq    = ". + 1"
}`, `{}`, `[2,3,4]`},
		{"previous by try", `while = each.index < 2
action "transform" "see" {
  input = try(each.previous.see.value, "none")
  jq    = "[.]"
}`, `{}`, `["none"],["none"]`},
		{"previous behind when", `while = each.index < 3
action "transform" "first" {
  when  = each.index > 0
  input = each.previous.see.value
  jq    = ". * 10"
}
action "transform" "see" { jq = "$action.first.value // 1" }`, `{}`, `[1,10,100]`},
		{"skipped before", `while = each.index < 3
action "transform" "odd" {
  when = each.index == 1
  jq   = "1"
}
action "transform" "see" { jq = "$each.previous.odd" }`, `{}`, `[null,null,{"value":1,"values":[1]}]`},
		{"all of the bound", `while = each.index < 2
max_iterations = 2
action "transform" "see" { jq = "$each.index" }`, `{}`, `[0,1]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := actiontest.New(t).MustSucceed("loop", c.loop, c.input)
			seen := []any{}
			for _, r := range got["results"].([]any) {
				seen = append(seen, r.(map[string]any)["see"].(map[string]any)["value"])
			}
			want := c.want
			if c.name == "previous by try" {
				want = `[["none"],[["none"]]]`
			}
			if text := valuetest.EncodeJSON(t, seen); text != want || fmt.Sprint(got["count"]) != strconv.Itoa(len(seen)) || len(got["errors"].([]any)) != 0 {
				t.Errorf("iterations saw %s of %v, want %s", text, got["count"], want)
			}
		})
	}
}

// TestWhileInLoops: the names of loops around are under each.outer, in both
// directions.
func TestWhileInLoops(t *testing.T) {
	t.Parallel()
	got := actiontest.New(t).MustSucceed("loop", `while = each.index < 2
action "loop" "items" {
  for_each = webhook.body
  action "loop" "inner" {
    while = each.index < each.outer.value
    action "transform" "see" { jq = "[$each.index, $each.outer.value, $each.outer.outer.index]" }
  }
}`, `[1, 2]`)
	text := valuetest.EncodeJSON(t, got["results"])
	for _, want := range []string{"[0,1,0]", "[1,2,0]", "[0,1,1]", "[1,2,1]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

// TestWhilePagesOfAnAPI follows the Link header of a server to its last page.
func TestWhilePagesOfAnAPI(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if page < 3 {
			w.Header().Set("Link", fmt.Sprintf("/items?page=%d", page+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"items": [%d]}`, page)
	})
	b := actiontest.New(t)
	b.Connections["api"] = "base_url = \"" + server.URL + "\""
	f := b.MustCompile(actiontest.Action("loop", `while = each.index == 0 || can(each.previous.fetch.headers["link"])
action "http" "fetch" {
  connection = connection.http.api
  url        = each.index == 0 ? "/items?page=1" : each.previous.fetch.headers["link"]
}`) + `action "transform" "all" { jq = "[$action.example.results[].fetch.body.items[]]" }`)
	res := b.Run(t.Context(), f, "{}")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	all := valuetest.Clone(res.Outputs["all"]).(map[string]any)["value"]
	if text := valuetest.EncodeJSON(t, all); text != "[1,2,3]" || len(server.Requests()) != 3 {
		t.Errorf("items %s by %d requests", text, len(server.Requests()))
	}
}

func TestWhileFails(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, loop, message string }{
		{"bound", "while = true\nmax_iterations = 3\naction \"transform\" \"see\" { jq = \"1\" }", "while is still true after 3 iterations"},
		{"default bound", "while = true\naction \"transform\" \"see\" { jq = \"1\" }", "while is still true after 1000 iterations"},
		{"action", "while = each.index < 3\naction \"transform\" \"see\" { jq = \"if $each.index == 1 then error(\\\"no\\\") else 1 end\" }", "no"},
		{"no condition", "while = webhook.body.more\naction \"transform\" \"see\" { jq = \"1\" }", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := actiontest.New(t).MustFail("loop", c.loop, `{"more": "often"}`)
			if err.Class != flow.Invalid || !strings.Contains(err.Message, c.message) {
				t.Errorf("%s %q", err.Class, err.Message)
			}
		})
	}
}

func TestWhileFindings(t *testing.T) {
	t.Parallel()
	const see = "\naction \"http\" \"see\" { url = \"https://api.example.com/items\" }"
	cases := []struct{ name, loop, summary, detail string }{
		{"guarded", "while = each.index == 0 || each.previous.see.body.next != null\nmax_iterations = 1000" + see, "", ""},
		{"by try", "while = try(each.previous.see.body.next, \"a\") != null" + see, "", ""},
		{"not guarded", "while = each.previous.see.body.next != null" + see, "Attempt to get attribute from null value", ""},
		{"action that is not guarded", "while = each.index < 3\naction \"log\" \"l\" { message = each.previous.l }", "Attempt to get attribute from null value", ""},
		{"action with a condition", "while = each.index < 3\naction \"log\" \"l\" {\nwhen = each.index > 0\nmessage = \"${each.previous.see.status}\"\n}" + see, "", ""},
		{"condition that is not guarded", "while = each.index < 3\naction \"log\" \"l\" {\nwhen = each.previous.see.status == 200\nmessage = \"x\"\n}" + see, "", ""},
		{"unknown action", "while = each.index == 0 || each.previous.sea.body.next != null" + see, "Unknown name", `Did you mean "see"?`},
		{"unknown output", "while = each.index == 0 || each.previous.see.bdy.next != null" + see, "Unknown name", `Did you mean "body"?`},
		{"action around", "while = each.index == 0 || each.previous.example.count == 0" + see, "Unknown name", `no "example"`},
		{"no elements", "while = each.value > 0" + see, "Unknown name", "no elements"},
		{"previous of for_each", "for_each = webhook.body\naction \"log\" \"l\" { message = each.previous.l }", "Unknown name", "with while only"},
		{"no condition", "while = 5" + see, "Wrong type", ""},
		{"text", "while = \"${each.index}\"" + see, "Wrong type", "Compare it"},
		{"both", "for_each = []\nwhile = false" + see, "Two forms of a loop", ""},
		{"neither", see, "Missing attribute", `"while"`},
		{"bound of for_each", "for_each = []\nmax_iterations = 3" + see, "Only with while", ""},
		{"several at once", "while = each.index < 3\nmax = 2" + see, "Only with for_each", `"max"`},
		{"failures passed over", "while = each.index < 3\non_item_error = \"continue\"" + see, "Only with for_each", ""},
		{"no bound", "while = each.index < 3\nmax_iterations = 0" + see, "Wrong value", "between 1 and 10000"},
		{"large bound", "while = each.index < 3\nmax_iterations = 10001" + see, "Wrong value", "between 1 and 10000"},
		{"no actions", "while = each.index < 3", "Nothing to run", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(actiontest.Action("loop", c.loop) + `action "respond" "done" {}`)
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
}
