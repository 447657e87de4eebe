package sensitivity_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

// secretAction is the source of sensitive values in the cases. It is on line 8.
const secretAction = `secret "key" { env = "KEY" }
flow "main" {
  trigger "webhook" {
    mode = "sync"
    response { status = 204 }
  }

  action "http" "card" {
    url       = "https://pay.example.com"
    sensitive = true
  }
`

const callable = `
flow "callee" {
  trigger "flow" {}
%s
}
`

func loadFlows(t *testing.T, src string) (map[string]*flow.Flow, hcl.Diagnostics) {
	t.Helper()
	c, diags := load.Files(load.Options{
		Clock: clock.System{}, Env: func(string) (string, bool) { return "0123456789", true },
		FS: fstest.MapFS{"f.hcl": {Data: []byte(src)}}, Paths: []load.Path{{Dir: "f.hcl"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	})
	out := map[string]*flow.Flow{}
	for _, f := range c.Flows {
		out[f.Name] = f
	}
	return out, diags
}

// hiddenParts lists what is hidden, as "flow/action.part: why".
func hiddenParts(flows map[string]*flow.Flow) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(flows)) {
		f := flows[name]
		if f.HiddenInput != "" {
			out = append(out, name+": "+f.HiddenInput)
		}
		f.Walk(func(s *flow.Step) {
			if s.Name == "card" {
				return
			}
			add := func(part, why string) {
				if why != "" {
					out = append(out, fmt.Sprintf("%s/%s.%s: %s", name, s.Name, part, why))
				}
			}
			add("all", s.Hidden.Sensitive)
			add("output", s.Hidden.Output)
			for _, r := range s.Reads {
				add(r.Name(), r.Hidden())
			}
		})
	}
	return out
}

func TestValuesAreFollowed(t *testing.T) {
	t.Parallel()
	const card = "which holds values of action.card, which is sensitive (f.hcl:8)"
	const direct = "reads action.card.body, which is sensitive (f.hcl:8)"
	for name, c := range map[string]struct {
		main, callee string
		want         []string
	}{
		"a program": {
			main: `action "transform" "t" { jq = "$action.card.body.number | length" }`,
			want: []string{"main/t.output: reads action.card.body.number, which is sensitive (f.hcl:8)", "main/t.jq: reads action.card.body.number, which is sensitive (f.hcl:8)"},
		},
		"a function": {
			main: "action \"log\" \"l\" {\n message = lower(action.card.body.name)\n fields = { ok = 1 }\n}",
			want: []string{"main/l.message: reads action.card.body.name, which is sensitive (f.hcl:8)"},
		},
		"a derived value": {
			main: "action \"transform\" \"t\" {\n jq = \".\"\n input = action.card.body\n}\naction \"log\" \"l\" { message = \"n=${action.t.value}\" }",
			want: []string{"main/t.output: " + direct, "main/t.input: " + direct, "main/l.message: reads action.t.value, " + card},
		},
		"lifted": {
			main: "action \"transform\" \"t\" {\n jq = \".\"\n input = nonsensitive(action.card.body.last4)\n}\naction \"log\" \"l\" { message = \"n=${nonsensitive(action.card.body.a)} ${action.t.value} ${nonsensitive(jq(\"$action.card\", 1))}\" }",
		},
		"lifted in part": {
			main: `action "log" "l" { message = "${nonsensitive(action.card.body.a)} ${action.card.body.b}" }`,
			want: []string{"main/l.message: reads action.card.body.b, which is sensitive (f.hcl:8)"},
		},
		"a request": {
			main: "action \"http\" \"h\" {\n url = \"https://a.example.com\"\n json = { n = action.card.body }\n}\naction \"log\" \"l\" { message = action.h.text }",
			want: []string{"main/h.output: " + direct, "main/h.json: " + direct, "main/l.message: reads action.h.text, " + card},
		},
		"a credential of a request": {
			main: "action \"http\" \"h\" {\n url = \"https://a.example.com\"\n headers = { Authorization = action.card.body }\n}\naction \"log\" \"l\" { message = action.h.text }",
			want: []string{"main/h.headers: " + direct},
		},
		"an id of another system": {
			main: "action \"delay\" \"d\" { for = action.card.body }\naction \"log\" \"l\" { message = \"${action.d.waited}\" }",
			want: []string{"main/d.for: " + direct},
		},
		"a field that another system repeats": {
			main: "action \"slack\" \"s\" {\n connection = connection.slack.bot\n channel = action.card.body.channel\n text = \"x\"\n}\naction \"log\" \"l\" { message = action.s.channel }\n}\nconnection \"slack\" \"bot\" {\n token = \"xoxb-1\"",
			want: []string{
				"main/s.output: reads action.card.body.channel, which is sensitive (f.hcl:8)", "main/s.channel: reads action.card.body.channel, which is sensitive (f.hcl:8)",
				"main/l.message: reads action.s.channel, " + card,
			},
		},
		"a field that another system does not repeat": {
			main: "action \"slack\" \"s\" {\n connection = connection.slack.bot\n channel = \"#a\"\n text = action.card.body.text\n}\naction \"log\" \"l\" { message = action.s.channel }\n}\nconnection \"slack\" \"bot\" {\n token = \"xoxb-1\"",
			want: []string{"main/s.text: reads action.card.body.text, which is sensitive (f.hcl:8)"},
		},
		"a secret in a path": {
			main: "action \"file\" \"w\" {\n path = \"a/${secret.key}\"\n content = \"x\"\n}\naction \"log\" \"l\" { message = action.w.path }",
			want: []string{"main/w.output: reads secret.key", "main/w.path: reads secret.key", "main/l.message: reads action.w.path, which holds values of secret.key (f.hcl:12)"},
		},
		"elements of a loop": {
			main: "action \"loop\" \"o\" {\n for_each = action.card.body\n action \"log\" \"l\" { message = \"${each.value} ${each.index}\" }\n action \"log\" \"i\" { message = \"${each.index}\" }\n}",
			want: []string{"main/o.output: " + direct, "main/o.for_each: " + direct, "main/l.message: reads each.value, " + card},
		},
		"elements of a loop around": {
			main: "action \"loop\" \"o\" {\n for_each = action.card.body\n action \"parallel\" \"p\" {\n action \"loop\" \"n\" {\n for_each = [1]\n action \"log\" \"l\" { message = \"${each.outer.value}\" }\n action \"log\" \"v\" { message = \"${each.value}\" }\n}\n}\n}",
			want: []string{"main/o.output: " + direct, "main/o.for_each: " + direct, "main/l.message: reads each.outer.value, " + card},
		},
		"results of a loop": {
			main: "action \"loop\" \"o\" {\n for_each = [1]\n action \"transform\" \"t\" {\n jq = \".\"\n input = action.card.body\n}\n}\naction \"log\" \"l\" { message = \"${action.o.count}\" }",
			want: []string{"main/o.output: holds the output of action.t, " + card, "main/t.output: " + direct, "main/t.input: " + direct, "main/l.message: reads action.o.count, " + card},
		},
		"results of a parallel": {
			main: "action \"parallel\" \"p\" {\n action \"transform\" \"t\" {\n jq = \".\"\n input = action.card.body\n}\n}\naction \"log\" \"l\" { message = \"${action.p.results.t.value}\" }",
			want: []string{"main/p.output: holds the output of action.t, " + card, "main/t.output: " + direct, "main/t.input: " + direct, "main/l.message: reads action.p.results.t.value, " + card},
		},
		"the iteration before": {
			main: "action \"loop\" \"o\" {\n while = each.index == 0 || each.previous.t.value != null\n max_iterations = 3\n action \"log\" \"l\" { message = \"${try(each.previous.t.value, 1)}\" }\n action \"transform\" \"t\" {\n jq = \".\"\n input = action.card.body\n}\n}",
			want: []string{
				"main/o.output: holds the output of action.t, " + card, "main/o.while: reads each.previous.t.value, " + card,
				"main/l.message: reads each.previous.t.value, " + card, "main/t.output: " + direct, "main/t.input: " + direct,
			},
		},
		"the case of a branch": {
			main: "action \"branch\" \"b\" {\n case \"big\" {\n when = action.card.body > 1\n action \"log\" \"i\" { message = \"x\" }\n}\n}\naction \"log\" \"l\" { message = \"${action.b.case}\" }",
			want: []string{"main/b.output: " + direct, "main/b.when: " + direct, "main/l.message: reads action.b.case, " + card},
		},
		"inside of a sensitive action": {
			main: "action \"branch\" \"b\" {\n sensitive = true\n case \"c\" {\n when = webhook.body.x\n action \"parallel\" \"p\" {\n action \"log\" \"i\" { message = \"x\" }\n}\n}\n}\naction \"log\" \"l\" { message = \"${action.b.case}\" }",
			want: []string{
				"main/b.all: has sensitive = true (f.hcl:12)",
				"main/p.all: is inside action.b, which is sensitive (f.hcl:12)",
				"main/i.all: is inside action.p, which is sensitive (f.hcl:16)",
				"main/l.message: reads action.b.case, which is sensitive (f.hcl:12)",
			},
		},
		"a called flow": {
			main:   "action \"flow\" \"c\" {\n flow = \"callee\"\n input = { n = action.card.body }\n}\naction \"log\" \"l\" { message = \"${action.c}\" }",
			callee: "action \"transform\" \"t\" { jq = \"$input.n\" }\naction \"stop\" \"s\" {\n message = \"done\"\n output = action.t.value\n}",
			want: []string{
				"callee: holds values of action.card, which is sensitive (f.hcl:8)",
				"callee/t.output: reads input.n, " + card, "callee/t.jq: reads input.n, " + card,
				"callee/s.output: reads action.t.value, " + card, "callee/s.output: reads action.t.value, " + card,
				"main/c.output: holds the output of flow \"callee\", " + card, "main/c.input: " + direct,
				"main/l.message: reads action.c, " + card,
			},
		},
		"what a called flow returns": {
			main:   "action \"flow\" \"c\" { flow = \"callee\" }\naction \"log\" \"l\" { message = \"${action.c}\" }",
			callee: "action \"http\" \"x\" {\n url = \"https://a.example.com\"\n sensitive = true\n}\naction \"stop\" \"s\" { output = action.x.status }",
			want: []string{
				"callee/x.all: has sensitive = true (f.hcl:18)",
				"callee/s.output: reads action.x.status, which is sensitive (f.hcl:18)", "callee/s.output: reads action.x.status, which is sensitive (f.hcl:18)",
				"main/c.output: holds the output of flow \"callee\", which holds values of action.x, which is sensitive (f.hcl:18)",
				"main/l.message: reads action.c, which holds values of action.x, which is sensitive (f.hcl:18)",
			},
		},
		"flows that call one another": {
			main:   "action \"flow\" \"c\" {\n flow = \"callee\"\n input = { n = action.card.body }\n}",
			callee: "action \"flow\" \"again\" {\n flow = \"callee\"\n input = { m = 1 }\n when = length(input) > 9\n}\naction \"log\" \"l\" { message = \"${action.again}\" }\naction \"stop\" \"s\" { output = input.n }",
			want: []string{
				"callee: holds values of action.card, which is sensitive (f.hcl:8)",
				"callee/again.output: holds the output of flow \"callee\", " + card, "callee/again.when: reads input, " + card,
				"callee/l.message: reads action.again, " + card,
				"callee/s.output: reads input.n, " + card, "callee/s.output: reads input.n, " + card,
				"main/c.output: holds the output of flow \"callee\", " + card, "main/c.input: " + direct,
			},
		},
		"a sensitive call": {
			main:   "action \"flow\" \"c\" {\n flow = \"callee\"\n sensitive = true\n}",
			callee: `action "log" "l" { message = "x" }`,
			want: []string{
				"callee: holds values of action.c, which is sensitive (f.hcl:12)",
				"callee/l.all: is called by action.c, which is sensitive (f.hcl:12)",
				"main/c.all: has sensitive = true (f.hcl:12)",
			},
		},
		"a computed secret": {
			main: "action \"transform\" \"t\" {\n jq = \"length\"\n input = secret.key\n}\naction \"log\" \"l\" { message = \"${action.t.value}\" }",
			want: []string{"main/t.output: reads secret.key", "main/t.input: reads secret.key", "main/l.message: reads action.t.value, which holds values of secret.key (f.hcl:12)"},
		},
		"a secret that is sent": {
			main: "action \"http\" \"h\" {\n url = \"https://a.example.com\"\n json = { key = secret.key }\n}\naction \"log\" \"l\" { message = action.h.text }",
			want: []string{"main/h.json: reads secret.key"},
		},
		"a sensitive variable of the body": {
			main: "}\nflow \"w\" {\n trigger \"webhook\" {\n path = \"/w\"\n variable \"pin\" {\n sensitive = true\n from = webhook.body.card.pin\n}\n variable \"id\" {\n type = string\n}\n}\n" +
				"action \"log\" \"a\" { message = \"${webhook.pin} ${webhook.id}\" }\naction \"log\" \"b\" { message = jsonencode(webhook.body.card) }\naction \"log\" \"c\" { message = jsonencode(webhook.body.order) }\n" +
				"action \"log\" \"d\" { message = webhook.raw }\naction \"transform\" \"e\" { jq = \".order\" }\naction \"transform\" \"f\" {\n jq = \"$webhook.id\"\n input = 1\n}\naction \"log\" \"g\" { message = \"${webhook.id} ${webhook.url}\" }",
			want: []string{
				"w: holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/a.message: reads webhook.pin, which is sensitive (f.hcl:16)",
				"w/b.message: reads webhook.body.card, which holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/d.message: reads webhook.raw, which holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/e.output: reads the input of the flow, which holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/e.jq: reads the input of the flow, which holds values of webhook.pin, which is sensitive (f.hcl:16)",
			},
		},
		"a sensitive variable of a header and a query": {
			main: "}\nflow \"w\" {\n trigger \"webhook\" {\n path = \"/w\"\n variable \"pin\" {\n sensitive = true\n from = webhook.headers[\"X-Pin\"]\n}\n variable \"key\" {\n sensitive = true\n from = webhook.query.k\n}\n}\n" +
				"action \"log\" \"a\" { message = \"${webhook.headers[\"x-pin\"]}\" }\naction \"log\" \"b\" { message = \"${webhook.headers[\"X-Other\"]} ${jsonencode(webhook.body)} ${webhook.query.other}\" }\naction \"log\" \"c\" { message = webhook.url }",
			want: []string{
				"w: holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/a.message: reads webhook.headers.x-pin, which holds values of webhook.pin, which is sensitive (f.hcl:16)",
				"w/c.message: reads webhook.url, which holds values of webhook.key, which is sensitive (f.hcl:20)",
			},
		},
		"a sensitive variable of a called flow": {
			main: "action \"flow\" \"c\" {\n flow = \"w\"\n input = { pin = 1, id = 2 }\n}\n}\nflow \"w\" {\n trigger \"flow\" {\n variable \"pin\" {\n sensitive = true\n}\n variable \"id\" {}\n}\naction \"log\" \"a\" { message = \"${input.id}\" }\naction \"stop\" \"s\" { output = { twice = input.pin } }",
			want: []string{
				"main/c.output: holds the output of flow \"w\", which holds values of input.pin, which is sensitive (f.hcl:19)",
				"main/c.input: is passed to flow \"w\", which holds values of input.pin, which is sensitive (f.hcl:19)",
				"w: holds values of input.pin, which is sensitive (f.hcl:19)",
				"w/s.output: reads input.pin, which is sensitive (f.hcl:19)", "w/s.output: reads input.pin, which is sensitive (f.hcl:19)",
			},
		},
		"the default input of a program in a called flow": {
			main:   "action \"flow\" \"c\" {\n flow = \"callee\"\n input = { n = action.card.body }\n}",
			callee: "action \"transform\" \"t\" { jq = \".n\" }",
			want: []string{
				"callee: holds values of action.card, which is sensitive (f.hcl:8)",
				"callee/t.output: reads the input of the flow, " + card, "callee/t.jq: reads the input of the flow, " + card,
				"main/c.input: " + direct,
			},
		},
		"on_error": {
			main: "on_error {\n action \"log\" \"l\" { message = \"${action.card.status} ${error.message}\" }\n}",
			want: []string{"main/l.message: reads action.card.status, which is sensitive (f.hcl:8)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := secretAction + c.main + "\n}\n"
			if c.callee != "" {
				src += fmt.Sprintf(callable, c.callee)
			}
			flows, diags := loadFlows(t, src)
			if diags.HasErrors() {
				t.Fatalf("%s\n%v", src, diags)
			}
			got := hiddenParts(flows)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s\ngot\n  %s\nwant\n  %s", src, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestContactsHoldNoSensitiveValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fields, want string }{
		"sensitive": {"contact = action.card.body.email\nadd = \"x\"", "reads action.card.body.email, which is sensitive (f.hcl:8)"},
		"secret":    {"contact = \"a@example.com\"\nadd = secret.key", "reads secret.key"},
		"lifted":    {"contact = nonsensitive(action.card.body.email)\nadd = \"x\"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := loadFlows(t, secretAction+"action \"tag\" \"t\" {\n"+c.fields+"\n}\n}\n")
			if c.want == "" {
				if diags.HasErrors() {
					t.Error(diags)
				}
				return
			}
			if !diags.HasErrors() || !strings.Contains(diags.Error(), c.want) {
				t.Errorf("got %v, want %q", diags, c.want)
			}
		})
	}
}
