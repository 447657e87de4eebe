package local_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// archive is a bench whose flows may write below a folder.
func archive(t *testing.T) (*actiontest.Bench, string) {
	t.Helper()
	dir := t.TempDir()
	b := actiontest.New(t)
	b.AllowPaths = []string{dir}
	return b, dir
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("the file holds %q, want %q", got, want)
	}
}

func TestFileWrites(t *testing.T) {
	t.Parallel()
	b, dir := archive(t)
	path := filepath.Join(dir, "a", "b", "c.txt")
	out := b.MustSucceed("file", "path = \"a/b/c.txt\"\ncontent = webhook.body.text", `{"text": "Grüße\r\n\u0000😀"}`)
	expectFile(t, path, "Grüße\r\n\x00😀")
	if out["path"] != path || out["size"] != int64(len("Grüße\r\n\x00😀")) {
		t.Errorf("outputs %v", out)
	}
	b.MustSucceed("file", fmt.Sprintf("path = %q\ncontent = \"new\"", path), `{}`)
	expectFile(t, path, "new")
	for i, want := range []string{"new+", "new++"} {
		out = b.MustSucceed("file", "path = \"./a/x/../b/c.txt\"\nmode = \"append\"\ncontent = \"+\"", `{}`)
		expectFile(t, path, want)
		if out["size"] != int64(4+i) || out["path"] != path {
			t.Errorf("outputs %v", out)
		}
	}
	b.MustSucceed("file", "path = \"empty\"\nmode = \"append\"\ncontent = \"\"", `{}`)
	expectFile(t, filepath.Join(dir, "empty"), "")
	left, err := filepath.Glob(filepath.Join(dir, "a", "b", "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, "a", "b", ".*"))
	if err != nil || len(left) != 1 || len(hidden) != 0 {
		t.Errorf("beside the file there is %q and %q", left, hidden)
	}
}

func TestFileKeepsBytesAsTheyAre(t *testing.T) {
	t.Parallel()
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	for _, mode := range []string{"write", "append"} {
		b, dir := archive(t)
		b.MustSucceed("file", fmt.Sprintf("path = \"x\"\nmode = %q\ncontent_base64 = webhook.body.data", mode), fmt.Sprintf(`{"data": %q}`, base64.StdEncoding.EncodeToString(all)))
		expectFile(t, filepath.Join(dir, "x"), string(all))
	}
	b, dir := archive(t)
	res := b.RunEvent(t.Context(), b.MustCompile(actiontest.Action("file", "path = \"raw\"\ncontent = webhook.raw")), actiontest.Event{Raw: string(all)})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	expectFile(t, filepath.Join(dir, "raw"), string(all))
}

func TestFileKeepsPermissions(t *testing.T) {
	t.Parallel()
	b, dir := archive(t)
	path := filepath.Join(dir, "tight")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.MustSucceed("file", "path = \"tight\"\ncontent = \"b\"", `{}`)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, error %v; want those that the file had", info.Mode(), err)
	}
	expectFile(t, path, "b")
}

// TestFileStaysInside: no value of a run writes outside of the allowed folder.
func TestFileStaysInside(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	victim := filepath.Join(outside, "victim")
	cases := []struct {
		name, path string
		class      flow.Class
		says       string
	}{
		{"up", "../victim", flow.Denied, "leads out"},
		{"up from below", "a/../../victim", flow.Denied, "leads out"},
		{"absolute", victim, flow.Denied, "not inside an allowed folder"},
		{"absolute by way of the folder", "DIR/../elsewhere/victim", flow.Denied, "not inside an allowed folder"},
		{"a folder whose name begins alike", "DIR-x/victim", flow.Denied, "not inside an allowed folder"},
		{"link to a folder", "link/victim", flow.Denied, "symbolic link"},
		{"link to a file", "file-link", flow.Denied, "symbolic link"},
		{"link to nothing yet", "new-link", flow.Denied, "symbolic link"},
		{"link up", "up-link/x/victim", flow.Denied, "symbolic link"},
		{"zero byte", "a\x00b", flow.Invalid, "zero byte"},
		{"nothing", "", flow.Invalid, "empty"},
		{"the folder itself", ".", flow.Invalid, "names a folder"},
		{"a folder", "sub", flow.Invalid, "not a regular file"},
		{"a folder by its slash", "sub/", flow.Invalid, "names a folder"},
		{"through a file", "plain/x", flow.Permanent, "can't be written"},
		{"name too long", strings.Repeat("x", 300), flow.Permanent, "can't be written"},
	}
	for _, mode := range []string{"write", "append"} {
		for _, c := range cases {
			t.Run(mode+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				b, dir := archive(t)
				layOut(t, dir, outside)
				path := strings.ReplaceAll(c.path, "DIR", dir)
				err := b.MustFail("file", fmt.Sprintf("path = webhook.body.path\nmode = %q\ncontent = \"x\"", mode), valuetest.EncodeJSON(t, map[string]any{"path": path}))
				if err.Class != c.class || !strings.Contains(err.Message, c.says) {
					t.Errorf("class %s, message %q; want %s and %q", err.Class, err.Message, c.class, c.says)
				}
			})
		}
	}
	t.Cleanup(func() {
		if left, _ := os.ReadDir(outside); len(left) != 1 {
			t.Errorf("%d entries outside of the folder, want the one that was there", len(left))
		}
		expectFile(t, filepath.Join(outside, "kept"), "kept")
	})
}

// layOut fills an allowed folder with links that lead out of it.
func layOut(t *testing.T, dir, outside string) {
	t.Helper()
	kept := filepath.Join(outside, "kept")
	if err := os.WriteFile(kept, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link": outside, "file-link": kept, "new-link": filepath.Join(outside, "new"), "up-link": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileFollowsLinksInside(t *testing.T) {
	t.Parallel()
	b, dir := archive(t)
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	b.MustSucceed("file", "path = \"link/x\"\ncontent = \"x\"", `{}`)
	expectFile(t, filepath.Join(dir, "real", "x"), "x")
}

// TestFileAppendsWhole: the content of concurrent appends is complete, each in
// one piece.
func TestFileAppendsWhole(t *testing.T) {
	t.Parallel()
	b, dir := archive(t)
	const runs, lines = 8, 25
	var writers sync.WaitGroup
	for i := range runs {
		f := b.MustCompile(actiontest.Action("file", "path = \"deep/er/log\"\nmode = \"append\"\ncontent = \"${webhook.body.text}\\n\""))
		writers.Go(func() {
			for n := range lines {
				text := strings.Repeat(fmt.Sprintf("%d-%d ", i, n), 2000)
				if res := b.Run(t.Context(), f, fmt.Sprintf(`{"text": %q}`, text)); res.Err != nil {
					t.Error(res.Err)
				}
			}
		})
	}
	writers.Wait()
	got, err := os.ReadFile(filepath.Join(dir, "deep", "er", "log"))
	if err != nil {
		t.Fatal(err)
	}
	seen := strings.Split(strings.TrimSuffix(string(got), "\n"), "\n")
	slices.Sort(seen)
	if seen = slices.Compact(seen); len(seen) != runs*lines {
		t.Fatalf("%d different lines, want %d", len(seen), runs*lines)
	}
	for _, line := range seen {
		words := strings.Fields(line)
		if len(words) != 2000 || words[0] != words[1999] {
			t.Fatalf("a line of %d words from %q to %q", len(words), words[0], words[len(words)-1])
		}
	}
}

func TestFileIsRefusedWhereNotAllowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cases := []struct {
		name, path string
		allowed    []string
		says       string
	}{
		{"nothing allowed", "x", nil, "--allow-path"},
		{"fixed path elsewhere", "/nowhere/x", []string{dir}, "not inside an allowed folder"},
		{"fixed path inside", filepath.Join(dir, "x"), []string{"/nowhere", dir}, ""},
		{"relative", "x", []string{dir}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := actiontest.New(t).MustCompile(actiontest.Action("file", fmt.Sprintf("path = %q\ncontent = \"x\"", c.path)))
			var pool flow.Pool
			err := f.Actions[0].Action.(flow.Opener).Open(pool.Lease(flow.Settings{Clock: clock.System{}, AllowPaths: c.allowed}))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want one that says %q", err, c.says)
			}
		})
	}
}

// TestFileThatWasNotOpened: a run of a flow that was disabled during the run
// learns why it can't go on.
func TestFileThatWasNotOpened(t *testing.T) {
	t.Parallel()
	for _, body := range []string{actiontest.Action("file", "path = \"x\"\ncontent = \"x\""), actiontest.Action("exec", `command = ["true"]`)} {
		f := actiontest.New(t).MustCompile(body)
		out := flow.Execute(t.Context(), &flow.Run{ID: "01run", Attempt: 1, Flow: f, Event: actiontest.Event{}})
		if out.Err == nil || out.Err.Class != flow.Denied || !strings.Contains(out.Err.Message, "--allow-") {
			t.Errorf("error %v", out.Err)
		}
	}
}

// TestFileKeepsSecretsOutOfErrors: a path that reads a secret is not repeated.
func TestFileKeepsSecretsOutOfErrors(t *testing.T) {
	t.Parallel()
	b, dir := archive(t)
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"../${secret.shop_token}/${webhook.body.x}", "plain/${secret.shop_token}/${webhook.body.x}"} {
		err := b.MustFail("file", fmt.Sprintf("path = \"%s\"\ncontent = \"x\"", path), `{"x": "x"}`)
		if strings.Contains(fmt.Sprint(err, err.Err), actiontest.Secrets()["shop_token"]) || !strings.Contains(err.Message, "hidden") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
