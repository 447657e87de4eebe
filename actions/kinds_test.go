package actions_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
	"github.com/webhook-gateway/gateway/internal/testutil/slackd"
	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// exampleFolder is where the files of examples are.
const exampleFolder = "/srv/archive"

// exampleHost is the host of the examples. Tests replace it by their own
// server.
const exampleHost = "https://api.example.com"

// exampleServer answers the requests of the examples. It sends no date, so
// that its answers do not change.
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
			fmt.Fprintln(w, valuetest.EncodeJSON(t, of(r)))
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
	mux.HandleFunc("POST /uploads", answer(http.StatusNoContent, nil))
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

// exampleBench has the connections, files and secrets that the examples use.
func exampleBench(t *testing.T, server string) *actiontest.Bench {
	b := actiontest.New(t)
	b.Connections["shop"] = fmt.Sprintf("base_url = %q\nbearer { token = secret.shop_token }", server+"/v2")
	b.Connections["slack.team"] = fmt.Sprintf("token = %q\nbase_url = %q", slackd.Token, server+"/api")
	b.Connections["slack.hook"] = fmt.Sprintf("webhook_url = %q", server+slackd.HookPath)
	b.Connections["jira.tracker"] = fmt.Sprintf("base_url = %q\nemail = %q\ntoken = %q", server, jirad.Email, jirad.Token)
	b.Files["warehouse-ca.pem"] = certtest.New(t, "warehouse.internal").Cert
	b.AddMailServer(smtpd.Start(t, nil))
	b.AllowExec, b.AllowPaths = true, []string{t.TempDir()}
	b.Secrets["partner"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	addShopDatabase(b)
	return b
}

// addShopDatabase adds the database that examples use: connection.sql.shop.
func addShopDatabase(b *actiontest.Bench) {
	b.T.Helper()
	folder := b.T.TempDir()
	file := filepath.Join(folder, "shop.db")
	b.AllowPaths = append(b.AllowPaths, folder)
	b.Connections["sql.shop"] = fmt.Sprintf("driver = \"sqlite\"\ndatabase = %q", file)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		b.T.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(b.T.Context(), `CREATE TABLE articles (sku TEXT PRIMARY KEY, name TEXT, price REAL, stock INTEGER);
		INSERT INTO articles VALUES ('L-1', 'Lamp "Grün"', 49.9, 3);
		CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT)`)
	if err != nil {
		b.T.Fatal(err)
	}
}

// usable lists the kinds that flows can use.
func usable() []flow.Kind {
	return slices.DeleteFunc(actions.All(), func(k flow.Kind) bool { return k.New == nil })
}

func TestKindsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range actions.All() {
		if seen[k.Name] || (k.New == nil) == (k.NotYet == "") {
			t.Errorf("action %q is there twice, or has not exactly one of New and NotYet", k.Name)
		}
		seen[k.Name] = true
		if flow.ActionSpec(k).Doc == "" {
			t.Errorf("action %q says nothing about itself", k.Name)
		}
	}
	for _, k := range actions.Connections() {
		if (k.New == nil) == (k.NotYet == "") {
			t.Errorf("connection %q has not exactly one of New and NotYet", k.Name)
		}
	}
}

// TestKindsOfLaterVersions: the language's kinds are all known, and a file
// that uses one too early learns so.
func TestKindsOfLaterVersions(t *testing.T) {
	t.Parallel()
	for _, k := range actions.All() {
		if k.New != nil {
			continue
		}
		_, diags := actiontest.New(t).Compile(actiontest.Action(k.Name, "x = 1") + `action "log" "after" { message = "${action.example.x}" }`)
		if len(diags) != 1 || diags[0].Summary != "Not yet available" || !strings.Contains(diags[0].Detail, fmt.Sprintf("action %q", k.Name)) {
			t.Errorf("%s: findings %v, want one that says it is not yet available", k.Name, diags)
		}
	}
	for _, k := range actions.Connections() {
		if k.New != nil {
			continue
		}
		kind := k.Name
		block := actiontest.ParseBlock(t, fmt.Sprintf("connection %q \"x\" {}", kind))
		_, diags := schema.FindKind("connection", actions.Connections(), block)
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
	for _, k := range actions.Connections() {
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
			if _, diags := exampleBench(t, exampleHost).Compile(actiontest.Action(k.Name, body+"\n"+text)); diags.HasErrors() {
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
	b := actiontest.ParseBlock(t, "x {\n"+body+"\n}").Body
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
	f := b.MustCompile(actiontest.Action(k.Name, strings.ReplaceAll(e.HCL, exampleHost, server.URL)))
	before, body := valuetest.DecodeJSON(t, e.Input), valuetest.DecodeJSON(t, e.Input)
	res := b.RunEvent(t.Context(), f, actiontest.Event{Body: body, Raw: e.Input})
	if res.Err != nil {
		t.Fatalf("the run failed: %v", res.Err)
	}
	if !value.Equal(before, body) {
		t.Errorf("the run changed its input from %s to %s", valuetest.EncodeJSON(t, before), valuetest.EncodeJSON(t, body))
	}
	if e.Want == "" {
		return
	}
	out := valuetest.Clone(res.Outputs["example"])
	wanted := strings.NewReplacer(exampleFolder, b.AllowPaths[0], exampleHost, server.URL).Replace(e.Want)
	if got, want := valuetest.EncodeJSON(t, out), valuetest.EncodeJSON(t, valuetest.DecodeJSON(t, wanted)); !value.Equal(valuetest.DecodeJSON(t, got), valuetest.DecodeJSON(t, want)) {
		t.Errorf("outputs\n%s\nwant\n%s", got, want)
	}
	valuetest.Check(t, "outputs", res.Outputs["example"])
	checkOutputs(t, flow.ActionSpec(k), out)
}

// checkOutputs compares outputs with the declared ones.
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
			res := b.Run(ctx, b.MustCompile(actiontest.Action(k.Name, strings.ReplaceAll(e.HCL, exampleHost, server.URL))), e.Input)
			select {
			case <-asked:
				if res.State != flow.Failed || res.Err.Class != flow.Transient {
					t.Errorf("state %q and error %v after the context ended", res.State, res.Err)
				}
			default: // the kind sends no request
			}
		})
	}
}

// TestConnectionExamplesDecode checks the examples of connections.
func TestConnectionExamplesDecode(t *testing.T) {
	t.Parallel()
	for _, k := range actions.Connections() {
		if k.New == nil {
			continue
		}
		for _, e := range schema.Describe(k.New()).Examples() {
			b := exampleBench(t, exampleHost)
			b.Connections[k.Name+".example"] = e.HCL
			if _, diags := b.Scope(); len(diags) > 0 {
				t.Errorf("connection %s, %s: %v", k.Name, e.Title, diags)
			}
		}
	}
}
