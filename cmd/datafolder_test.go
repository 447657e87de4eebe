package cmd

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDataFolder is not parallel: it changes the working folder.
func TestDataFolder(t *testing.T) {
	cases := map[string]struct {
		files          []string // in the working folder
		flag, variable string
		want           string
	}{
		"no flow files":                  {want: "data"},
		"flow files below":               {files: []string{"flows/a.hcl"}, want: "data"},
		"flow files":                     {files: []string{"a.hcl"}, want: filepath.Join("..", "shop-data")},
		"flow files and other data":      {files: []string{"a.hcl", "data/orders.csv"}, want: filepath.Join("..", "shop-data")},
		"flow files and an earlier key":  {files: []string{"a.hcl", "data/key"}, want: "data"},
		"flow files and an earlier file": {files: []string{"a.hcl", "data/gateway.db"}, want: "data"},
		"the variable":                   {files: []string{"a.hcl"}, variable: "/var/lib/gateway", want: "/var/lib/gateway"},
		"the flag":                       {files: []string{"a.hcl"}, flag: "here", variable: "/var/lib/gateway", want: "here"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			working := filepath.Join(t.TempDir(), "shop")
			for _, file := range append(tc.files, ".keep") {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(working, file)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(working, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(working)
			c := &command{env: func(string) (string, bool) { return tc.variable, tc.variable != "" }}
			if got := c.dataFolder(tc.flag); got != tc.want {
				t.Errorf("dataFolder(%q) = %q, want %q", tc.flag, got, tc.want)
			}
		})
	}
}
