package engine_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/internal/testutil/tracetest"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/triggers"
)

// leakLab is a gateway that runs the flows of a kind.
type leakLab struct {
	*durable
	mode     string // of the triggers
	log      *lines
	echo     string // address of the echo server
	database string // URL of a PostgreSQL database for actions
	spans    *tracetest.Recorder
}

func newLeakLab(t *testing.T, mode string) *leakLab {
	l := &leakLab{durable: newStopped(t), mode: mode, log: &lines{}, echo: echoServer(t)}
	l.spans = l.traced(trace.Sampler{Ratio: 1})
	var err error
	if l.opts.Log, err = logging.New(l.log, "json", "debug"); err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	if err := os.Mkdir(filepath.Join(work, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.opts.AllowExec, l.opts.AllowPaths = true, []string{work}
	l.opts.Load = func() (*load.Config, hcl.Diagnostics) {
		loaded, diags := load.Files(load.Options{
			Clock: clock.System{}, FS: *l.files.Load(), Paths: []load.Path{{Dir: "flows.hcl"}}, Connections: actions.Connections(),
			Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
			Env:   func(name string) (string, bool) { v, ok := secretTexts()[name]; return v, ok }, Unset: load.RequireSet,
		})
		return loaded, slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagWarning })
	}
	return l
}

// leakConnections are the connections that all flows share.
const leakConnections = `
gateway {
  egress { allow = ["127.0.0.1"] }
}
connection "smtp" "mail" {
  host = "127.0.0.1"
  port = MAIL
  tls  = "none"
  from = "gateway@example.com"
}
connection "slack" "bot" {
  token    = secret.plain
  base_url = "ECHO/slack"
}
connection "slack" "hook" { webhook_url = "ECHO/fail/${secret.plain}" }
connection "jira" "it" {
  base_url = "ECHO/jira"
  email    = "bot@example.com"
  token    = secret.plain
}
connection "sql" "db" {
  driver   = "sqlite"
  database = "places.db"
}
connection "sql" "server" {
  driver = "postgres"
  url    = "DATABASE"
}
`

// values returns the values that the places of the kind get. Credentials are single
// lines.
func (k leakKind) values() []sensitiveValue {
	if k.secrets {
		return slices.DeleteFunc(leakValues(), func(v sensitiveValue) bool { return !v.isSecret() || v.any == "secret.lines" })
	}
	return leakValues()
}

// holds reports whether a place of the kind has a part.
func (k leakKind) holds(part string) bool {
	return slices.ContainsFunc(k.places, func(p leakPlace) bool { return strings.Contains(p.hcl, part) })
}

// flows writes two flows for each value: one with each place, and one that fails by
// the last place that fails.
func (l *leakLab) flows(kind leakKind) string {
	var b strings.Builder
	for name := range secretTexts() {
		fmt.Fprintf(&b, "secret %q { env = %q }\n", strings.ToLower(name), name)
	}
	mail := strconv.Itoa(newEchoMailServer(l.t))
	b.WriteString(strings.NewReplacer("ECHO", l.echo, "MAIL", mail, "DATABASE", cmp.Or(l.database, "postgres://u@127.0.0.1:1/none")).Replace(leakConnections))
	for i, v := range kind.values() {
		w := leakWriter{Builder: &b, value: v, name: fmt.Sprintf("f%d", i), mail: mail, echo: l.echo, mode: l.mode}
		if kind.holds("LINK") {
			w.write(leakConnectionsOf, "", "")
		}
		w.writeFlow(kind, "ok")
		w.writeFlow(kind, "failed")
		if kind.holds("CALLEE") {
			w.write(leakCallee, "", "")
		}
	}
	return b.String()
}

// leakWriter writes the flows of a value.
type leakWriter struct {
	*strings.Builder
	value                  sensitiveValue
	name, mode, echo, mail string
}

// write writes a text with the value in place of its placeholders.
func (w leakWriter) write(text, id, mods string) {
	v, marked := w.value, ""
	if v.marked {
		marked = "sensitive = true"
	}
	w.WriteString(strings.NewReplacer(
		"ID", id, "LINK", w.name, "CALLEE", w.name+"_callee", "MODS", mods+"\n"+marked, "SENSITIVE", marked, "ECHO", w.echo, "MAIL", w.mail,
		"PATH", v.asPath(), "ANY", v.any, "TEXT", v.asText(), "JQ", strings.ReplaceAll(v.jq, `"`, `\"`),
		"RUN", fmt.Sprintf(`"${%s}${webhook.method == "GET" ? "!" : ""}"`, v.asText()), "HASH", fmt.Sprintf(`substr(sha512(%s), 0, 16)`, v.asText()),
	).Replace(text) + "\n")
}

const leakFallback = `on_error {
  action "log" "told" {
    message = "${error.action}: ${error.message} ${TEXT}"
    SENSITIVE
  }
}`

func (w leakWriter) writeFlow(kind leakKind, outcome string) {
	response := ""
	if kind.end != nil && w.value.isSecret() && w.mode == "async" {
		response = "  response {\n    headers = { X-N = urlencode(TEXT) }\n    json = { n = ANY }\n  }\n"
	}
	w.write(fmt.Sprintf("flow \"%s_%s\" {\ntrigger \"webhook\" {\n  path = \"/%[1]s_%[2]s\"\n  mode = %[3]q\n%s}\n%s", w.name, outcome, w.mode, response, leakSource), "", "")
	last := ""
	for i, p := range kind.places {
		if p.fails {
			last = p.hcl
		}
		if outcome == "ok" && (w.value.jq != "" || !strings.Contains(p.hcl, "JQ")) {
			w.write(p.hcl, fmt.Sprintf("p%d", i), `on_error = "continue"`)
		}
	}
	if outcome == "failed" && last != "" {
		w.write(last, "last", "")
		w.write(leakFallback, "", "")
	}
	w.write(kind.end[w.mode]+"\n}", "end", "")
}

func (l *leakLab) allRuns() []store.Summary {
	page, err := l.store.List(l.t.Context(), store.ListQuery{Limit: 1000})
	if err != nil {
		l.t.Fatal(err)
	}
	return page.Runs
}

// checkPlaces checks that the actions of the places ran and ended as they should
// with the first value: a place that is skipped leaks nothing.
func (l *leakLab) checkPlaces(kind leakKind) {
	l.t.Helper()
	states, all := map[string]flow.State{}, ""
	for _, r := range l.allRuns() {
		if r.Flow != "f0_ok" {
			continue
		}
		run, err := l.store.Get(l.t.Context(), r.ID)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, s := range run.Steps {
			states[s.Path] = s.State
		}
		text, _ := json.Marshal(run.Steps)
		all = string(text)
	}
	for i, p := range kind.places {
		want := flow.Succeeded
		if p.fails {
			want = flow.Failed
		}
		if got := states[fmt.Sprintf("p%d", i)]; got != want && !strings.Contains(p.hcl, "JQ") {
			l.t.Errorf("the place %q is %q, want %q: %s", p.name, got, want, all)
		}
	}
}
