package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestImportEndsWhenInterrupted: the call that is under way is completed, no other
// one follows, and the command says where to continue.
func TestImportEndsWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	calls := 0
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		var list []ops.ContactImport
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			t.Error(err)
		}
		interrupt()
		_ = json.NewEncoder(w).Encode(ops.ContactsImported{Changed: len(list), Created: 1})
	}))
	defer gateway.Close()
	c, err := client.New(client.Options{Address: gateway.URL, Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	file.WriteString("email\n")
	for i := range 2*ops.MaxImport + 1 {
		fmt.Fprintf(&file, "c%d@example.com\n", i)
	}
	path := filepath.Join(t.TempDir(), "contacts.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errors bytes.Buffer
	m := &contactImporter{command: &command{out: &out, err: &errors}, client: c}
	err = m.run(ctx, path, "")
	if err == nil || err.Error() != "interrupted: the contacts up to line 1001 are imported; run the command again to import the others" {
		t.Errorf("it ends with %v", err)
	}
	if calls != 1 || out.String() != "1000 contacts imported, 1 of them new\n" || errors.Len() > 0 {
		t.Errorf("%d calls, printed %q and %q", calls, out.String(), errors.String())
	}
}

// TestImportOfInputEndsWhenInterrupted: a command that waits for its input ends.
func TestImportOfInputEndsWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // the test is over
	defer in.Close()  //nolint:errcheck // the test is over
	m := &contactImporter{command: &command{in: in}}
	if err := m.run(ctx, "-", ""); err == nil || err.Error() != "interrupted: nothing is imported" {
		t.Errorf("it ends with %v", err)
	}
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	var terminal bytes.Buffer
	p := &progressLine{to: &terminal}
	p.clear()
	p.show("1 contact imported")
	p.show("2 contacts imported")
	p.clear()
	p.clear()
	if want := "1 contact imported …\r\x1b[K2 contacts imported …\r\x1b[K"; terminal.String() != want {
		t.Errorf("%q, want %q", terminal.String(), want)
	}
	if newProgressLine(&terminal) != nil {
		t.Error("a buffer is no terminal")
	}
	var none *progressLine
	none.show("nothing")
	none.clear()
}
