package load_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/fuzztest"
)

// TestLoadByDifference edits files at random and holds that a loader that has loaded
// all the states before gives what a load from nothing gives.
func TestLoadByDifference(t *testing.T) {
	t.Parallel()
	edits := 100
	if testing.Short() {
		edits = 40
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			good := compareLoads(t, rand.New(rand.NewPCG(seed, 1)), edits)
			if good < edits/10 || good == edits {
				t.Errorf("%d of %d states were good, which tests too little", good, edits)
			}
		})
	}
}

// FuzzLoadByDifference is TestLoadByDifference for a few edits.
func FuzzLoadByDifference(f *testing.F) {
	for _, seed := range []string{"", "a", "several decisions"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) { compareLoads(t, fuzztest.NewRand(input), 3) })
}

// compareLoads loads the files after each edit in both ways, and returns how often they
// had no errors.
func compareLoads(t *testing.T, r *rand.Rand, edits int) (good int) {
	t.Helper()
	w, o := newGoodWorld(r)
	loader := load.NewLoader(o)
	for i := range edits {
		edit := w.edit()
		w.render()
		got, gotDiags := loader.Load()
		want, wantDiags := load.Files(o)
		if d := cmp.Diff(describeLoad(want, wantDiags, w.broken() != ""), describeLoad(got, gotDiags, w.broken() != "")); d != "" {
			t.Fatalf("after edit %d, %s (-from nothing +by difference):\n%s", i, edit, d)
		}
		if !wantDiags.HasErrors() {
			good++
		}
	}
	return good
}

// world is a set of flow files that can be edited.
type world struct {
	*rand.Rand
	fsys   fstest.MapFS
	env    map[string]string
	blocks map[string][]string // by file
	cut    map[string]bool     // files with a syntax error
	data   map[string]string   // other files
	wrong  map[string]string   // files with a block that is wrong
	head   map[string]string   // lines at the top
}

const worldFlows = 8 // flows that may exist

// newGoodWorld returns a world without errors, and the options to load it.
func newGoodWorld(r *rand.Rand) (*world, load.Options) {
	for {
		w := newWorld(r)
		w.render()
		o := options(w.fsys, "flows")
		o.Unset = load.RequireSet
		o.Env = func(name string) (string, bool) { v, ok := w.env[name]; return v, ok }
		if _, diags := load.Files(o); !diags.HasErrors() {
			return w, o
		}
	}
}

func newWorld(r *rand.Rand) *world {
	w := &world{
		Rand: r, fsys: fstest.MapFS{}, blocks: map[string][]string{}, cut: map[string]bool{}, head: map[string]string{}, wrong: map[string]string{},
		env:  map[string]string{"TOKEN": "the-t0ken-of-it", "OTHER": "an-other-secret", "WORD": "lamp"},
		data: map[string]string{"flows/text.txt": "hello", "flows/sub/text.txt": "hallo", "flows/program.jq": ".a", "flows/sub/program.jq": ".l"},
	}
	w.blocks["flows/globals.hcl"] = nil
	w.blocks["flows/connections.hcl"] = nil
	w.blocks["flows/gateway.hcl"] = nil
	w.writeGlobals()
	w.writeConnections()
	w.writeGateway()
	for i := range worldFlows {
		f := w.flowFile()
		w.blocks[f] = append(w.blocks[f], w.flow(i))
	}
	return w
}

func (w *world) pick(of ...string) string { return of[w.IntN(len(of))] }

// oneIn returns the text in one of n cases, and "" otherwise.
func (w *world) oneIn(n int, text string) string {
	if w.IntN(n) == 0 {
		return text
	}
	return ""
}

func (w *world) flowFile() string {
	return w.pick("flows/a.hcl", "flows/b.hcl", "flows/c.hcl", "flows/sub/d.hcl", "flows/sub/e.hcl")
}

func (w *world) writeGlobals() {
	w.blocks["flows/globals.hcl"] = []string{
		fmt.Sprintf("secret \"one\" { env = %q }", w.pick("TOKEN", "OTHER")),
		"secret \"two\" { env = \"OTHER\" }",
		fmt.Sprintf("locals {\n  plain = %s\n  list = [%d, 2]\n  text = %s\n}", w.pick(`"lamps"`, `"chairs"`, `"${local.word}s"`), w.IntN(3), w.pick(`"x"`, `lower("X")`, `file("text.txt")`, `upper("x")`)),
		fmt.Sprintf("locals {\n  word = %s\n  derived = upper(secret.one)\n  called = %q\n}", w.pick(`"w"`, `env("WORD")`, `env("NONE", "d")`), w.callable()),
	}
}

func (w *world) writeConnections() {
	w.blocks["flows/connections.hcl"] = []string{
		fmt.Sprintf("connection \"http\" \"shop\" {\n  base_url = %s\n  bearer { token = secret.%s }\n}", w.pick(`"https://shop.example.com"`, `"https://${local.word}.example.com"`, w.pick(`"https://10.1.2.3"`, `"https://example.com"`)), w.pick("one", "two")),
		fmt.Sprintf("connection \"smtp\" \"mail\" {\n  host = \"mail.example.com\"\n  from = %s\n}", w.pick(`"a@example.com"`, `"b@example.com"`)),
	}
	if w.IntN(4) == 0 {
		w.blocks["flows/connections.hcl"] = append(w.blocks["flows/connections.hcl"], "connection \"http\" \"other\" {\n  base_url = \"https://other.example.com\"\n}")
	}
}

func (w *world) writeGateway() {
	w.blocks["flows/gateway.hcl"] = []string{w.pick(
		"", "gateway {\n  egress { allow = [\"10.1.0.0/16\"] }\n}", "gateway {\n  egress { allow = [\"10.1.2.3\"] }\n}", "gateway {\n  limits { runs = 7 }\n  trusted_proxies = []\n}", "gateway {\n  egress { idle_timeout = \"3s\" }\n}")}
}

// callable returns the name of a flow that others may call.
func (w *world) callable() string { return fmt.Sprint("f", w.IntN(worldFlows/2)) }

// flow returns a flow that others may call, or one that requests start.
func (w *world) flow(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "flow \"f%d\" {\n", i)
	if w.IntN(6) == 0 {
		fmt.Fprintf(&b, "  label = %s\n", w.pick(`local.plain`, `"shop ${local.word}"`, `env("WORD", "none")`))
	}
	if w.IntN(12) == 0 {
		b.WriteString("  enabled = false\n")
	}
	if i < worldFlows/2 {
		fmt.Fprintf(&b, "  trigger \"flow\" {\n    variable \"a\" {\n      type = any\n%s    }\n  }\n", w.pick("", "", "      sensitive = true\n"))
	} else {
		fmt.Fprintf(&b, "  trigger \"webhook\" {\n    path = \"/%s\"\n    mode = \"sync\"\n    response { status = 204 }\n%s  }\n",
			w.pick(fmt.Sprint("p", i), fmt.Sprint("p", i), fmt.Sprint("p", i, "/x"), fmt.Sprintf("{any}/x%d", i)),
			w.pick("", "    auth \"basic\" {\n      username = \"u\"\n      password = secret.one\n    }\n", "    allow_ips = [\"10.0.0.0/8\"]\n"))
	}
	for n := range 1 + w.IntN(4) {
		b.WriteString(w.action(i, n))
	}
	if i < worldFlows/2 && w.IntN(3) > 0 {
		fmt.Fprintf(&b, "  action \"stop\" \"end\" {\n    output = %s\n%s  }\n", w.pick(`{ n = 1 }`, `"text"`, `input.a`, `{ s = local.list }`), w.pick("", "", "    when = input.a != 1\n"))
	}
	b.WriteString("}")
	return b.String()
}

func (w *world) action(i, n int) string {
	name := fmt.Sprintf("s%d", n)
	body := "webhook.body"
	if i < worldFlows/2 {
		body = "input"
	}
	switch w.IntN(12) {
	case 0:
		return fmt.Sprintf("  action \"log\" %q {\n    message = %s\n  }\n", name, w.pick(`"${local.plain} ${local.text}"`, `file("text.txt")`, `"x ${file("text.txt")} ${run.id}"`, `"${env("WORD", "none")} ${run.id}"`))
	case 1:
		return fmt.Sprintf("  action \"transform\" %q {\n    jq = %s\n    input = { a = %s, l = local.list }\n  }\n", name, w.pick(`".a"`, `file("program.jq")`, `".l | length"`), body)
	case 2:
		return fmt.Sprintf("  action \"log\" %q {\n    message = %s\n  }\n", name, w.pick(`"local.word"`, `"costs $local.plain"`, `"local.nothing"`, `"x"`))
	case 3:
		return fmt.Sprintf("  action \"http\" %q {\n    connection = connection.http.shop\n    url = \"/x\"\n    sensitive = %s\n  }\n", name, w.pick("true", "false"))
	case 4:
		return fmt.Sprintf("  action \"http\" %q {\n    url = %s\n    headers = { %s = \"1\" }\n  }\n", name, w.pick(`"https://${local.word}.example.com"`, `"https://a.example.com"`, w.pick(`"https://10.1.2.3/x"`, `"https://10.1.2.3/x"`, `"https://b.example.com"`)), w.pick("X_Shop", "Accept"))
	case 5, 6, 7:
		to := w.pick(fmt.Sprintf("%q", w.callable()), fmt.Sprintf("%q", w.callable()), "local.called")
		out := fmt.Sprintf("  action \"flow\" %q {\n    flow = %s\n    input = { a = %s }\n%s    when = length(local.list) > %d\n  }\n", name, to, body, w.pick("", "", "    sensitive = true\n", "    wait = false\n"), w.IntN(3))
		return out + fmt.Sprintf("  action \"log\" \"l%d\" { message = \"${jsonencode(try(action.%s%s, 0))}\" }\n", n, name, w.oneIn(12, ".n"))
	case 8:
		return fmt.Sprintf("  action \"email\" %q {\n    to = \"a@example.com\"\n    subject = local.plain\n    text = \"x\"\n%s  }\n", name, w.pick("", "    connection = connection.smtp.mail\n"))
	case 9:
		return fmt.Sprintf("  action \"log\" %q {\n    message = \"${upper(secret.one)} ${local.derived}\"\n  }\n", name)
	case 10:
		return fmt.Sprintf("  action \"loop\" %q {\n    for_each = local.list\n    action \"log\" \"in%d\" { message = \"${each.value} ${length(local.plain)}\" }\n  }\n", name, n)
	}
	return fmt.Sprintf("  action \"delay\" %q {\n    for = \"%dms\"\n  }\n", name, 1+w.IntN(3))
}

// edit changes one thing, and says what.
func (w *world) edit() string {
	if broken := w.broken(); broken != "" && w.IntN(2) == 0 {
		clear(w.cut)
		return "mending " + broken
	}
	if len(w.wrong) > 0 && w.IntN(2) == 0 {
		clear(w.wrong)
		return "taking the wrong block out"
	}
	switch w.IntN(18) {
	case 12:
		for i, b := range w.blocks["flows/globals.hcl"] { // the value stays the same
			if strings.Contains(b, `lower("LAMPS")`) {
				w.blocks["flows/globals.hcl"][i] = strings.Replace(b, `lower("LAMPS")`, `"lamps"`, 1)
			} else {
				w.blocks["flows/globals.hcl"][i] = strings.Replace(b, `"lamps"`, `lower("LAMPS")`, 1)
			}
		}
		return "the spelling of a local"
	case 13:
		w.writeGateway()
		return "the gateway block"
	case 11:
		name := w.flowFile()
		for i, b := range w.blocks[name] { // of the same length, so that nothing moves
			w.blocks[name][i] = strings.Replace(b, `"x"`, `"y"`, 1)
		}
		return "a letter in " + name
	case 0:
		w.writeGlobals()
		return "the globals"
	case 1:
		w.writeConnections()
		return "the connections"
	case 2:
		w.writeGateway()
		return "the gateway block"
	case 3:
		w.env["WORD"] = w.pick("lamp", "chair", "table")
		return "a variable"
	case 4:
		w.env["TOKEN"] = w.pick("the-t0ken-of-it", "new-t0ken-of-it")
		return "a secret"
	case 5:
		name := w.pick(slices.Sorted(maps.Keys(w.data))...)
		w.data[name] = w.pick(".a", ".l", ".a | .")
		return "the file " + name
	case 6:
		name := w.flowFile()
		w.head[name] = w.pick("", "\n", "\n\n\n\n", "# a\n")
		return "the top of " + name
	case 7:
		name := w.flowFile()
		w.Shuffle(len(w.blocks[name]), func(i, j int) {
			w.blocks[name][i], w.blocks[name][j] = w.blocks[name][j], w.blocks[name][i]
		})
		return "the order of " + name
	case 8:
		from, to := w.flowFile(), w.flowFile()
		if blocks := w.blocks[from]; len(blocks) > 0 {
			moved := blocks[0]
			w.blocks[from] = blocks[1:]
			w.blocks[to] = append(slices.Clone(w.blocks[to]), moved)
		}
		return "moving a flow from " + from + " to " + to
	case 9:
		name := w.pick(slices.Sorted(maps.Keys(w.blocks))...)
		w.cut[name] = true
		return "a syntax error in " + name
	case 10:
		name := w.flowFile()
		w.wrong[name] = w.pick("locals {\n  bad = local.nothing\n}", "flow \"w\" {\n}", "flow \"f1\" {\n  trigger \"flow\" {}\n}", "secret \"x\" { env = \"UNSET\" }",
			"flow \"w\" {\n  trigger \"flow\" {}\n  action \"log\" \"a\" { message = \"${local.plian} ${secret.on} ${connection.http.sop}\" }\n}",
			"flow \"w\" {\n  trigger \"flow\" {}\n  action \"flow\" \"a\" { flow = \"f99\" }\n}")
		return "a wrong block in " + name
	}
	i := w.IntN(worldFlows)
	for name, blocks := range w.blocks {
		at := slices.IndexFunc(blocks, func(b string) bool { return strings.HasPrefix(b, fmt.Sprintf("flow \"f%d\"", i)) })
		if at >= 0 {
			w.blocks[name] = slices.Clone(blocks)
			w.blocks[name][at] = w.flow(i)
			return fmt.Sprint("flow f", i)
		}
	}
	return "nothing"
}

// broken returns the name of a file with a syntax error, "" if there is none.
func (w *world) broken() string {
	for name := range w.cut {
		return name
	}
	return ""
}

func (w *world) render() {
	clear(w.fsys)
	for name, text := range w.data {
		w.fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, blocks := range w.blocks {
		text := w.head[name] + strings.Join(append(slices.Clone(blocks), w.wrong[name]), "\n\n") + "\n"
		if w.cut[name] {
			text += "flow \"x {\n"
		}
		w.fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
}

// describeLoad writes a result of a load with all that its flows do. While a file has
// syntax errors, only the errors count: a load from nothing knows less of the rest.
func describeLoad(c *load.Config, diags hcl.Diagnostics, onlyErrors bool) []string {
	var out []string
	for _, d := range diags {
		if d.Severity == hcl.DiagError || !onlyErrors {
			out = append(out, fmt.Sprintf("%s: %s: %s (%v, %v)", severity(d), d.Summary, d.Detail, d.Subject, d.Context))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		out = append(out, fmt.Sprintf("file %s: %d bytes", name, len(c.Files[name])))
	}
	if onlyErrors {
		return out
	}
	out = append(out, fmt.Sprintf("read %v", c.Read), fmt.Sprintf("secrets %q", c.Secrets), fmt.Sprintf("credentials %v", c.Credentials))
	if diags.HasErrors() {
		return out
	}
	out = append(out, fmt.Sprintf("gateway %+v %+v", *c.Gateway.Limits, *c.Gateway.Egress))
	for _, f := range c.Flows {
		out = append(out, describeFlow(f)...)
	}
	return out
}

func describeFlow(f *flow.Flow) []string {
	out := []string{fmt.Sprintf("flow %s %q %v %s %s %q at %v", f.Name, f.Label, f.Enabled, f.Version, f.Kind, f.HiddenInput, f.Range)}
	runs := true
	f.Walk(func(s *flow.Step) {
		runs = runs && s.Kind != "http" && s.Kind != "email" && (s.Kind != "flow" || s.Traits.Callee.Waits)
		out = append(out, fmt.Sprintf("  %s %s %v %v %v %+v", s.Kind, s.Name, s.Block, s.Timeout, s.Sensitive, s.Hidden))
		for _, r := range s.Reads {
			line := fmt.Sprintf("    %s %v %v %v %q %q", r.Name(), r.Range(), r.Refs(), r.Sources(), r.Secret(), r.Hidden())
			if e, ok := r.(*expr.Expr); ok {
				v, err := e.Eval(context.Background(), eventOfWorld{})
				line += fmt.Sprintf(" = %v, %v", v, err)
			}
			out = append(out, line)
		}
	})
	if runs {
		out = append(out, runFlow(f)...)
	}
	return out
}

// runFlow runs a flow, with the flows that it calls.
func runFlow(f *flow.Flow) []string {
	r := &runOfWorld{}
	outcome := flow.Execute(context.Background(), &flow.Run{ID: "01run", Attempt: 1, Flow: f, Event: eventOfWorld{}, Logger: r, Journal: r, Clock: clock.System{}, RecordInputs: true})
	return append(r.lines, fmt.Sprintf("  run: %v %v %v", outcome.State, outcome.Output, outcome.Err))
}

// runOfWorld writes down what a run does.
type runOfWorld struct {
	flow.NoJournal
	lines []string
}

func (r *runOfWorld) Log(action, level, message string, fields map[string]any) {
	r.lines = append(r.lines, fmt.Sprintf("  line of %s: %s %s %v", action, level, message, fields))
}

func (r *runOfWorld) LogRetry(*flow.Call, *flow.Error, time.Duration) {}

func (r *runOfWorld) Done(rec *flow.Record) {
	r.lines = append(r.lines, fmt.Sprintf("  step %s: %v %v %v %v at %v", rec.Path, rec.State, rec.Input, rec.Output, rec.Err, rec.Step.Range))
}

// eventOfWorld starts flows of both triggers.
type eventOfWorld struct{}

func (eventOfWorld) Value(root string) any {
	switch root {
	case "webhook":
		return map[string]any{"body": map[string]any{"a": "of the body"}}
	case "input":
		return map[string]any{"a": "of the input"}
	}
	return nil
}

func (eventOfWorld) Input() any { return map[string]any{"a": 1} }
