package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
	"github.com/webhook-gateway/gateway/internal/testutil/slackd"
	"github.com/webhook-gateway/gateway/internal/value"
)

// exampleFolder is where the files of examples are.
const exampleFolder = "/srv/archive"

// exampleHost is what examples call. Tests put a server of their own there.
const exampleHost = "https://api.example.com"

// exampleServer answers what examples ask for, without a date, so that answers
// are the same each time.
func exampleServer(t *testing.T) *httptest.Server {
	t.Helper()
	answer := func(status int, of func(r *http.Request) map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil
			if of == nil {
				w.WriteHeader(status)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintln(w, encode(t, of(r)))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stock", answer(http.StatusOK, func(r *http.Request) map[string]any {
		return map[string]any{"sku": r.URL.Query().Get("sku"), "stock": 3}
	}))
	mux.HandleFunc("POST /orders", answer(http.StatusCreated, func(r *http.Request) map[string]any {
		var order struct{ Order string }
		if err := json.NewDecoder(r.Body).Decode(&order); err != nil {
			t.Errorf("the body is not JSON: %v", err)
		}
		return map[string]any{"order": order.Order}
	}))
	mux.HandleFunc("POST /users", answer(http.StatusCreated, func(r *http.Request) map[string]any {
		form, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		return map[string]any{"query": r.URL.Query().Get("email"), "form": string(form)}
	}))
	mux.HandleFunc("POST /events", answer(http.StatusNoContent, nil))
	mux.HandleFunc("DELETE /v2/orders/{order}", answer(http.StatusNoContent, nil))
	slack := slackd.New()
	mux.Handle("/api/", slack)
	mux.Handle("/services/", slack)
	tracker := jirad.New(jirad.Cloud)
	tracker.Open("SHOP", "An issue that is there")
	mux.Handle("/rest/", tracker)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// exampleBench has what examples name.
func exampleBench(t *testing.T, server string) *bench {
	b := newBench(t)
	b.connections["shop"] = fmt.Sprintf("base_url = %q\nbearer { token = secret.shop_token }", server+"/v2")
	b.connections["slack.team"] = fmt.Sprintf("token = %q\nbase_url = %q", slackd.Token, server+"/api")
	b.connections["slack.hook"] = fmt.Sprintf("webhook_url = %q", server+slackd.HookPath)
	b.connections["jira.tracker"] = fmt.Sprintf("base_url = %q\nemail = %q\ntoken = %q", server, jirad.Email, jirad.Token)
	b.files["warehouse-ca.pem"] = certificate(t, "warehouse.internal").cert
	serveMail(t, nil).join(b)
	b.allowExec, b.allowPaths = true, []string{t.TempDir()}
	b.secrets["partner"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	b.addShopDatabase()
	return b
}

// usable lists the kinds that flows can use.
func usable() []flow.Kind {
	return slices.DeleteFunc(All(), func(k flow.Kind) bool { return k.New == nil })
}

func TestKindsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range All() {
		if seen[k.Name] || (k.New == nil) == (k.Later == "") {
			t.Errorf("action %q is there twice, or has not exactly one of New and Later", k.Name)
		}
		seen[k.Name] = true
		if flow.ActionSpec(k).Doc == "" {
			t.Errorf("action %q says nothing about itself", k.Name)
		}
	}
	for _, k := range Connections() {
		if (k.New == nil) == (k.Later == "") {
			t.Errorf("connection %q has not exactly one of New and Later", k.Name)
		}
	}
}

// TestKindsOfLaterVersions: the language's kinds are all known, and a file
// that uses one too early learns so.
func TestKindsOfLaterVersions(t *testing.T) {
	t.Parallel()
	for _, k := range All() {
		if k.New != nil {
			continue
		}
		_, diags := newBench(t).compile(action(k.Name, "x = 1") + `action "log" "after" { message = "${action.example.x}" }`)
		if len(diags) != 1 || diags[0].Summary != "Not yet available" || !strings.Contains(diags[0].Detail, fmt.Sprintf("action %q", k.Name)) {
			t.Errorf("%s: findings %v, want one that says it is not yet available", k.Name, diags)
		}
	}
	for _, k := range Connections() {
		if k.New != nil {
			continue
		}
		kind := k.Name
		block := parseBlock(t, fmt.Sprintf("connection %q \"x\" {}", kind))
		_, diags := schema.FindKind("connection", Connections(), block)
		if len(diags) != 1 || diags[0].Summary != "Not yet available" {
			t.Errorf("connection %s: findings %v", kind, diags)
		}
	}
}

func TestKindsAreDocumented(t *testing.T) {
	t.Parallel()
	specs := map[string]*schema.Spec{}
	for _, k := range usable() {
		specs["action "+k.Name] = flow.ActionSpec(k)
	}
	for _, k := range Connections() {
		if k.New != nil {
			specs["connection "+k.Name] = schema.Describe(k.New())
		}
	}
	for name, s := range specs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDocs(t, "", s)
			if len(s.Examples()) == 0 {
				t.Error("there is no example")
			}
			for _, e := range s.Examples() {
				if e.Title == "" {
					t.Errorf("an example has no title: %s", e.HCL)
				}
			}
		})
	}
}

func checkDocs(t *testing.T, where string, s *schema.Spec) {
	t.Helper()
	sentence := func(what, doc string) {
		if !strings.HasSuffix(doc, ".") {
			t.Errorf("%s%s: the documentation %q is no sentence", where, what, doc)
		}
	}
	if len(s.Fields()) > 0 {
		sentence("the block", s.Doc)
	}
	for _, f := range s.Fields() {
		sentence(f.Name, f.Doc)
		if f.Block != nil && f.Block.Spec != nil {
			checkDocs(t, where+f.Name+".", f.Block.Spec())
		}
	}
	for _, o := range s.Outputs() {
		sentence("output "+o.Name, o.Doc)
	}
}

// TestDefaultsDecode writes out every default that the reference names.
func TestDefaultsDecode(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, k := range usable() {
		body := flow.ActionSpec(k).Examples()[0].HCL
		for _, f := range flow.ActionSpec(k).Fields() {
			text, given := defaultsOf(f)
			if !given || mentions(t, body, f.Name) {
				continue
			}
			tried++
			if _, diags := exampleBench(t, exampleHost).compile(action(k.Name, body+"\n"+text)); diags.HasErrors() {
				t.Errorf("%s: %s does not decode: %v", k.Name, text, diags.Errs())
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d defaults were tried", tried)
	}
}

// defaultsOf writes a field with its default; a block with all of those
// inside.
func defaultsOf(f *schema.Field) (string, bool) {
	if f.Block == nil {
		return f.Name + " = " + f.Default, f.Default != ""
	}
	if f.Block.Spec == nil || f.Block.Repeated {
		return "", false // one of several is no default
	}
	out := f.Name + " {\n"
	for _, in := range f.Block.Spec().Fields() {
		if in.Required {
			return "", false
		}
		if text, ok := defaultsOf(in); ok {
			out += text + "\n"
		}
	}
	return out + "}", true
}

func mentions(t *testing.T, body, name string) bool {
	t.Helper()
	b := parseBlock(t, "x {\n"+body+"\n}").Body
	_, attr := b.Attributes[name]
	return attr || slices.ContainsFunc(b.Blocks, func(in *hclsyntax.Block) bool { return in.Type == name })
}

func TestExamplesYieldWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, k := range usable() {
		for _, e := range flow.ActionSpec(k).Examples() {
			t.Run(k.Name+"/"+e.Title, func(t *testing.T) {
				t.Parallel()
				checkExample(t, k, e)
			})
		}
	}
}

func checkExample(t *testing.T, k flow.Kind, e schema.Example) {
	server := exampleServer(t)
	b := exampleBench(t, server.URL)
	f := b.must(action(k.Name, strings.ReplaceAll(e.HCL, exampleHost, server.URL)))
	before, body := decode(t, e.Input), decode(t, e.Input)
	res := b.runEvent(t.Context(), f, event{body: body, raw: e.Input})
	if res.Err != nil {
		t.Fatalf("the run failed: %v", res.Err)
	}
	if !value.Equal(before, body) {
		t.Errorf("the run changed its input from %s to %s", encode(t, before), encode(t, body))
	}
	if e.Want == "" {
		return
	}
	out := value.Clone(res.outputs["example"])
	wanted := strings.NewReplacer(exampleFolder, b.allowPaths[0], exampleHost, server.URL).Replace(e.Want)
	if got, want := encode(t, out), encode(t, decode(t, wanted)); !value.Equal(decode(t, got), decode(t, want)) {
		t.Errorf("outputs\n%s\nwant\n%s", got, want)
	}
	checkValue(t, "outputs", res.outputs["example"])
	checkOutputs(t, flow.ActionSpec(k), out)
}

// checkOutputs holds outputs to what their kind declares.
func checkOutputs(t *testing.T, s *schema.Spec, out any) {
	t.Helper()
	members, _ := out.(map[string]any)
	for _, o := range s.Outputs() {
		v, ok := members[o.Name]
		if !ok {
			t.Errorf("the output %q is declared and missing", o.Name)
			continue
		}
		got, err := expr.ToCty(v)
		if err == nil {
			_, err = convert.Convert(got, o.Type)
		}
		if err != nil {
			t.Errorf("output %q: %v", o.Name, err)
		}
	}
	if len(members) != len(s.Outputs()) && s.OutputType() != cty.DynamicPseudoType {
		t.Errorf("%d outputs, of which %d are declared", len(members), len(s.Outputs()))
	}
}

// checkValue reports what is no JSON-like value.
func checkValue(t *testing.T, where string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil, bool, string, json.Number, int, int64, float64, *big.Int:
	case []any:
		for i, e := range v {
			checkValue(t, fmt.Sprintf("%s[%d]", where, i), e)
		}
	case map[string]any:
		for name, e := range v {
			checkValue(t, where+"."+name, e)
		}
	case value.Object:
		// Whoever asks for all members gets plain values: jq takes no others.
		for name, e := range v.Map() {
			if _, lazy := e.(value.Object); lazy {
				t.Errorf("%s.%s is an object within the map of an object", where, name)
			}
			checkValue(t, where+"."+name, e)
			if got, ok := v.Get(name); !ok || !value.Equal(got, e) {
				t.Errorf("%s.%s is %v by name and %v in the map", where, name, got, e)
			}
		}
	default:
		t.Errorf("%s is a %T", where, v)
	}
}

// TestKindsEndWithTheirContext: a run returns soon after its context ends,
// also where the other side of a request keeps silent.
func TestKindsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	for _, k := range usable() {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			asked := make(chan struct{}, 1)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				// A server learns that the caller has gone once it has read all.
				_, _ = io.Copy(io.Discard, r.Body)
				asked <- struct{}{}
				cancel()
				<-r.Context().Done()
			}))
			t.Cleanup(server.Close)
			e := flow.ActionSpec(k).Examples()[0]
			b := exampleBench(t, server.URL)
			res := b.run(ctx, b.must(action(k.Name, strings.ReplaceAll(e.HCL, exampleHost, server.URL))), e.Input)
			select {
			case <-asked:
				if res.State != flow.Failed || res.Err.Class != flow.Transient {
					t.Errorf("state %q and error %v after the context ended", res.State, res.Err)
				}
			default: // the kind asks nobody
			}
		})
	}
}

// TestConnectionExamplesDecode checks the examples of connections.
func TestConnectionExamplesDecode(t *testing.T) {
	t.Parallel()
	for _, k := range Connections() {
		if k.New == nil {
			continue
		}
		for _, e := range schema.Describe(k.New()).Examples() {
			b := exampleBench(t, exampleHost)
			b.connections[k.Name+".example"] = e.HCL
			if _, diags := b.scope(); len(diags) > 0 {
				t.Errorf("connection %s, %s: %v", k.Name, e.Title, diags)
			}
		}
	}
}
