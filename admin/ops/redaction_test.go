package ops_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

const secret = admintest.Secret

// storeSecrets fills the store with a run and a contact that hold the secret in
// each text, and returns the id of the run.
func storeSecrets(t *testing.T, l *admintest.Lab) string {
	t.Helper()
	quoted := []byte(`{"a": "` + secret + `", "` + secret + `": [{"b": "x ` + secret + ` y"}]}`)
	id := l.Queue("x", store.Payload{
		Event: []byte(`{"method":"POST","url":"/x?k=` + url.QueryEscape(secret) + `","host":"` + secret + `","headers":{"X-K":["` + secret + `"]},"path":{"a":"` + secret + `"}}`),
		Body:  []byte("\xff" + secret), Variables: quoted,
		Response: run.EncodeResponse(&flow.Response{Status: 202, Header: map[string][]string{"X-K": {secret}}, Body: []byte(secret)}),
	})
	cause := store.Cause{Class: "permanent", Reason: secret, Message: "no " + secret}
	l.End(id, &store.Ending{State: store.Failed, Cause: cause, Output: quoted, Steps: []store.Step{
		{Path: "note", Kind: "log", State: flow.Failed, Input: quoted, Output: quoted, Cause: cause},
		{Path: "hush", Kind: "log", State: flow.Succeeded, Output: []byte(`"an output of the time before the action was sensitive"`)},
		{Path: "gone", Kind: "log", State: flow.Succeeded, Output: l.Sealer.Seal([]byte(`"a sealed output"`))},
	}})
	change := ops.ContactChange{Fields: map[string]json.RawMessage{"a": quoted}, Add: []string{"tag " + secret}}
	if _, err := l.Service.ChangeContact(t.Context(), "jane@example.com", change); err != nil {
		t.Fatal(err)
	}
	return id
}

// results calls each method of the service and returns its result as JSON, or its
// error.
func results(ctx context.Context, s *ops.Service, id string) map[string]string {
	out := map[string]string{}
	add := func(name string, v any, err error) {
		text, _ := json.Marshal(v)
		out[name] = string(text)
		if err != nil {
			out[name] = err.Error()
		}
	}
	runs, err := s.Runs(ctx, store.ListQuery{})
	add("Runs", runs, err)
	newest, err := s.NewestRuns(ctx, []string{"x"})
	add("NewestRuns", newest, err)
	run, err := s.Run(ctx, id)
	add("Run", run, err)
	run, err = s.RunPreview(ctx, id, 100)
	add("RunPreview", run, err)
	stats, err := s.Stats(ctx, store.StatsQuery{})
	add("Stats", stats, err)
	changed, err := s.RetryRuns(ctx, ops.Selection{Filter: store.Filter{Text: secret}}, false)
	add("RetryRuns", changed, err)
	changed, err = s.CancelRuns(ctx, ops.Selection{Filter: store.Filter{Text: secret}})
	add("CancelRuns", changed, err)
	changed, err = s.RetryRun(ctx, id, true)
	add("RetryRun", changed, err)
	changed, err = s.CancelRun(ctx, id)
	add("CancelRun", changed, err)
	contacts, err := s.Contacts(ctx, store.ContactQuery{})
	add("Contacts", contacts, err)
	contact, err := s.Contact(ctx, "jane@example.com")
	add("Contact", contact, err)
	change, err := s.ChangeContact(ctx, "jane@example.com", ops.ContactChange{Add: []string{"b " + secret}, Remove: []string{"tag " + secret}})
	add("ChangeContact", change, err)
	change, err = s.ChangeContact(ctx, "jane@example.com", ops.ContactChange{Add: []string{secret}, Remove: []string{secret}})
	add("ChangeContact that is wrong", change, err)
	change, err = s.ChangeContact(ctx, "jane@example.com", ops.ContactChange{Fields: map[string]json.RawMessage{secret: []byte("{")}})
	add("ChangeContact of a field that is wrong", change, err)
	imported, err := s.ImportContacts(ctx, []ops.ContactImport{{Email: "joe@example.com", ContactChange: ops.ContactChange{Add: []string{secret}, Remove: []string{secret}}}}, ops.ImportOptions{})
	add("ImportContacts", imported, err)
	deleted, err := s.DeleteContact(ctx, "jane@example.com")
	add("DeleteContact", deleted, err)
	created, err := s.CreateKey(ctx, ops.NewKey{Name: secret, AllFlows: true})
	add("CreateKey", created, err)
	created, err = s.RotateKey(ctx, secret, ops.KeyRotation{Overlap: "1h"})
	add("RotateKey", created, err)
	created, err = s.CreateKey(ctx, ops.NewKey{Name: "a", Flows: []string{secret}})
	add("CreateKey for a flow that does not exist", created, err)
	listed, err := s.Keys(ctx)
	add("Keys", listed, err)
	revoked, err := s.RevokeKey(ctx, secret+"x")
	add("RevokeKey of a missing key", revoked, err)
	revoked, err = s.RevokeKey(ctx, secret)
	add("RevokeKey", revoked, err)
	flows, err := s.Flows()
	add("Flows", flows, err)
	add("Status", s.Status(), nil)
	overview, err := s.Overview(ctx)
	add("Overview", overview, err)
	detail, err := s.FlowDetail(ctx, "x")
	add("FlowDetail", detail, err)
	_, err = s.FlowDetail(ctx, secret)
	add("FlowDetail of a flow that does not exist", nil, err)
	paused, err := s.PauseFlow(ctx, secret)
	add("PauseFlow of a flow that does not exist", paused, err)
	audit, err := s.Audit(ctx, 0, "")
	add("Audit", audit, err)
	found, _ := s.Reload(ctx, "test")
	add("Reload", found, nil)
	add("Status after a reload", s.Status(), nil)
	add("Ready", nil, s.Ready(ctx))
	return out
}

func wantNoSecret(t *testing.T, texts map[string]string) {
	t.Helper()
	hidden := []string{secret, base64.StdEncoding.EncodeToString([]byte("\xff" + secret)), "time before the action was sensitive", "a sealed output"}
	for name, text := range texts {
		for _, bad := range hidden {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q: %s", name, bad, text)
			}
		}
	}
}

// No method returns a secret of the configuration, nor an output that is
// sensitive.
func TestNoResultHoldsASecret(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	id := storeSecrets(t, l)
	got := results(t.Context(), l.Service, id)
	wantNoSecret(t, got)
	for _, name := range []string{"Runs", "NewestRuns", "Run", "RunPreview", "Contacts", "Contact", "ChangeContact", "ChangeContact that is wrong", "ChangeContact of a field that is wrong", "ImportContacts", "CreateKey", "RotateKey", "CreateKey for a flow that does not exist", "Keys", "RevokeKey of a missing key"} {
		if !strings.Contains(got[name], "(sensitive)") {
			t.Errorf("%s shows no redacted value: %s", name, got[name])
		}
	}
}

// failingStore fails with an error that holds the secret.
type failingStore struct{ store.Store }

var errSecret = fmt.Errorf("connecting with %s: %w", secret, errors.New("refused"))

func (failingStore) List(context.Context, store.ListQuery) (store.Page, error) {
	return store.Page{}, errSecret
}

func (failingStore) Newest(context.Context, []string) ([]store.Summary, error) {
	return nil, errSecret
}
func (failingStore) Get(context.Context, string) (*store.Run, error) { return nil, errSecret }

func (failingStore) Stats(context.Context, store.StatsQuery) ([]store.Count, error) {
	return nil, &store.UnavailableError{Err: errSecret}
}
func (failingStore) Cancel(context.Context, string) error { return errSecret }

func (failingStore) Requeue(context.Context, string, store.RequeueOptions) error { return errSecret }

func (failingStore) CancelAll(context.Context, store.ListQuery) (store.Changed, error) {
	return store.Changed{}, errSecret
}

func (failingStore) RequeueAll(context.Context, store.ListQuery, store.RequeueOptions) (store.Changed, error) {
	return store.Changed{}, errSecret
}

func (failingStore) GetContact(context.Context, string) (*store.Contact, error) {
	return nil, errSecret
}

func (failingStore) ListContacts(context.Context, store.ContactQuery) (store.ContactPage, error) {
	return store.ContactPage{}, errSecret
}

func (failingStore) ChangeContact(context.Context, store.ContactChange) (store.ContactChanged, error) {
	return store.ContactChanged{}, errSecret
}
func (failingStore) DeleteContact(context.Context, string) (bool, error) { return false, errSecret }

func (failingStore) ListAPIKeys(context.Context) (store.APIKeyList, error) {
	return store.APIKeyList{}, errSecret
}

func (failingStore) ChangeAPIKeys(context.Context, store.APIKeyChange) error { return errSecret }

func (failingStore) Ping(context.Context) error { return errSecret }

// Errors and log lines hold no secret, even if the error of the store does.
func TestNoErrorHoldsASecret(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	core, lines := observer.New(zapcore.DebugLevel)
	s := ops.New(ops.Options{
		Version: "1", Clock: clock.System{}, Log: zap.New(core), Store: failingStore{l.Store}, Process: l.Gateway,
		Snapshots: l.Gateway, Reloader: l.Gateway, Worker: l.Gateway, Contacts: l.Gateway, Keyring: l.Gateway, Handshakes: l.Gateway,
	})
	got := results(t.Context(), s, l.NewID())
	wantNoSecret(t, got)
	for _, line := range lines.All() {
		wantNoSecret(t, map[string]string{"the log": fmt.Sprint(line.Message, line.ContextMap())})
	}
	if lines.Len() == 0 {
		t.Error("the errors are not in the log")
	}
	var failed *ops.Error
	if _, err := s.Run(t.Context(), "x"); !errors.As(err, &failed) || failed.Kind != ops.Internal {
		t.Errorf("%v", err)
	}
	if _, err := s.Stats(t.Context(), store.StatsQuery{}); !errors.As(err, &failed) || failed.Kind != ops.Unavailable {
		t.Errorf("%v", err)
	}
}

// failedLoad is a loader that fails with a finding that holds the secret of
// the configuration that serves, and one of the files that were loaded.
type failedLoad struct{ ops.Reloader }

const loadedSecret = "swordfish-swordfish"

func (failedLoad) LastLoad() *gateway.Load {
	return &gateway.Load{Config: &load.Config{Secrets: []string{loadedSecret}}, Diags: hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "no " + secret, Detail: "The server refused " + loadedSecret + " and " + secret + ".",
	}}}
}

func (p failedLoad) Reload(string) *gateway.Load { return p.LastLoad() }

// Findings of a load hold neither the secrets that serve nor those of the files
// that were loaded.
func TestNoFindingHoldsASecret(t *testing.T) {
	t.Parallel()
	l := admintest.New(t, admintest.Flows)
	s := ops.New(ops.Options{Clock: clock.System{}, Log: zap.NewNop(), Store: l.Store, Process: l.Gateway, Snapshots: l.Gateway, Reloader: failedLoad{l.Gateway}})
	found, ok := s.Reload(t.Context(), "test")
	if ok || found.Errors != 1 || !strings.Contains(string(found.Diagnostics[0]), "The server refused (sensitive) and (sensitive).") {
		t.Errorf("%v %+v %s", ok, found, found.Diagnostics)
	}
	for _, d := range append(found.Diagnostics, s.Status().Reload.Diagnostics.Diagnostics...) {
		wantNoSecret(t, map[string]string{"a finding": strings.ReplaceAll(string(d), loadedSecret, secret)})
	}
}
