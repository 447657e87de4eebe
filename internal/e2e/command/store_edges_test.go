package command_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// answered is a response that was read.
type answered struct {
	status int
	retry  string // Retry-After
	body   string
}

// ask sends a request to a gateway, with a JSON body unless that is "".
func ask(t *testing.T, target, body string) answered {
	t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header.Get("Retry-After"), string(text)}
}

// checkNotStored checks that a gateway accepts no run and is not ready, and says
// why.
func checkNotStored(t *testing.T, p *process, why string) {
	t.Helper()
	r := ask(t, p.base+"/load", `{"n": 1}`)
	if r.status != http.StatusServiceUnavailable || r.retry == "" || !strings.Contains(r.body, "The run can't be stored now.") || strings.Contains(r.body, "gateway.db") {
		t.Errorf("a request that needs the store got %+v, want a problem with Retry-After and without internals", r)
	}
	if r := ask(t, "http://"+p.admin+"/readyz", ""); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, why) {
		t.Errorf("/readyz answers %+v, want that the store is not available: %s", r, why)
	}
	if !strings.Contains(p.lines.String(), why) {
		t.Errorf("the log does not say %q:\n%s", why, p.lines)
	}
}

// TestLostStoreFile deletes and replaces the file of the embedded store under a
// gateway. From then on the gateway accepts nothing.
func TestLostStoreFile(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(path string) error{
		"deleted":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
		"no log":   func(path string) error { return os.Remove(path + "-wal") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, nil)
			// The stop does not wait long for the run that can't end without the file.
			s := newSite(t, threeActions(r.url), "--shutdown-timeout", "500ms")
			p := s.start(t)
			if got := ask(t, p.base+"/load", `{"n": 7}`); got.status != http.StatusOK && got.status != http.StatusAccepted {
				t.Fatalf("before the file is lost a request got %+v", got)
			}
			r.await(t, []int64{7}, "/three")
			if err := lose(filepath.Join(s.data, "gateway.db")); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				checkNotStored(t, p, "its file was deleted or replaced")
			}
			p.stop()
			p = s.start(t)
			if got := ask(t, p.base+"/load", `{"n": 8}`); got.status >= http.StatusMultipleChoices {
				t.Errorf("after a restart a request got %+v", got)
			}
			r.await(t, []int64{7, 8}, "/three")
			p.stop()
			if name == "no log" {
				return // the checkpoints in the log are lost, so actions run again
			}
			if n := r.check(t, "/three"); n > 0 {
				t.Errorf("%d actions were repeated", n)
			}
		})
	}
}

// awaitReady waits until a gateway is ready.
func awaitReady(t *testing.T, p *process) {
	t.Helper()
	signaltest.Repeat(t, "the gateway is ready", func() bool {
		return ask(t, "http://"+p.admin+"/readyz", "").status == http.StatusOK
	})
}

// awaitIdle waits until a gateway has no open run.
func awaitIdle(t *testing.T, p *process) {
	t.Helper()
	signaltest.Repeat(t, "all runs are over", func() bool {
		answer := ask(t, "http://"+p.admin+"/api/v1/runs?state=queued&state=waiting&state=running", "")
		var page struct{ Runs []json.RawMessage }
		return answer.status == http.StatusOK && json.Unmarshal([]byte(answer.body), &page) == nil && len(page.Runs) == 0
	})
}
