package keys

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestLoadKeyFromVariable(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, env, want string
		err             string
	}{
		{name: "hex", env: strings.Repeat("0a", 16), want: strings.Repeat("0a", 16)},
		{name: "base64", env: "bm9ib2R5IGd1ZXNzZXM=", want: "bm9ib2R5IGd1ZXNzZXM="},
		{name: "anything", env: "correct/horse/battery", want: "correct/horse/battery"},
		{name: "line break at the end", env: "correct/horse/battery\n", want: "correct/horse/battery"},
		{name: "short", env: "correct/horse", err: "GATEWAY_KEY is too short: it has 13 characters and needs at least 16"},
		{name: "short hex", env: strings.Repeat("0a", 15), err: "it has 30 hex digits and needs at least 32"},
		{name: "space inside", env: "correct horse battery", err: "has a space"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			got, err := LoadKey(dir, c.env)
			if string(got) != c.want || (err == nil) != (c.err == "") || (err != nil && !strings.Contains(err.Error(), c.err)) {
				t.Errorf("%q, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), c.env) {
				t.Errorf("the key is in the message: %v", err)
			}
			if entries, _ := os.ReadDir(dir); len(entries) > 0 {
				t.Errorf("made %v", entries)
			}
		})
	}
}

func TestKeyIsKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	key, err := LoadKey(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if random, err := hex.DecodeString(string(key)); err != nil || len(random) != 32 {
		t.Errorf("%q", key)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "key"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left %v", entries)
	}
	again, err := LoadKey(dir, "")
	if err != nil || string(again) != string(key) {
		t.Errorf("%q after %q, %v", again, key, err)
	}
	// The content of the file gives the same key in the variable.
	text, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if other, err := LoadKey(t.TempDir(), string(text)); err != nil || string(other) != string(key) {
		t.Errorf("%q after %q, %v", other, key, err)
	}
	if token, err := LoadAdminToken(dir, ""); err != nil || token == string(key) || len(token) != 64 {
		t.Errorf("token %q, %v", token, err)
	}
}

// Gateways that start together on one folder agree on a key.
func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := filepath.Join(t.TempDir(), "data")
		keys := make([]string, 8)
		var starts sync.WaitGroup
		for i := range keys {
			starts.Go(func() {
				key, err := LoadKey(dir, "")
				if err != nil {
					t.Error(err)
				}
				keys[i] = string(key)
			})
		}
		starts.Wait()
		for _, k := range keys {
			if k != keys[0] || k == "" {
				t.Fatalf("%q", keys)
			}
		}
	}
}

func TestKeyFileIsChecked(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		mode       os.FileMode
		err        string
	}{
		{"for all users", strings.Repeat("0a", 16), 0o644, "chmod 600"},
		{"empty", "", 0o600, "too short"},
		{"half written", "0a0a", 0o600, "too short"},
		{"for a group, as volumes make it", strings.Repeat("0a", 16), 0o660, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := LoadKey(filepath.Dir(path), "")
			if (err == nil) != (c.err == "") || (err != nil && (!strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), path))) {
				t.Errorf("%v", err)
			}
			if text, _ := os.ReadFile(path); string(text) != c.text {
				t.Error("the file was changed")
			}
		})
	}
}

func TestKeyWithoutLinks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := createExclusive(path, "first"); err != nil {
		t.Fatal(err)
	}
	if err := createExclusive(path, "second"); !os.IsExist(err) {
		t.Errorf("%v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "first" {
		t.Errorf("%q", text)
	}
}

func TestDataFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(filepath.Join(file, "data"), ""); err == nil {
		t.Error("a folder was made inside of a file")
	}
}

// Everything derived from the key depends on these bytes.
func TestDerive(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef0123456789abcdef")
	got := hex.EncodeToString(Derive(key, "link nonce", "confirm", "ann@example.com", ""))
	const want = "272e432deab789128a40712c" // the nonce of a link that was sent
	if len(got) != 64 || !strings.HasPrefix(got, want) {
		t.Errorf("derived %s, want %s…", got, want)
	}
}

func TestLoadAdminToken(t *testing.T) {
	t.Parallel()
	if token, err := LoadAdminToken(t.TempDir(), " correct/horse/battery\n"); err != nil || token != "correct/horse/battery" {
		t.Errorf("%q %v", token, err)
	}
	if _, err := LoadAdminToken(t.TempDir(), "short"); err == nil || !strings.Contains(err.Error(), "admin token is too short") {
		t.Errorf("%v", err)
	}
}
