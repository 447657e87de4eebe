package cmd

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// TestRunFlagsHaveVariables checks that each flag of run names its variable, and
// that the variable sets it.
func TestRunFlagsHaveVariables(t *testing.T) {
	t.Parallel()
	variables := map[string]string{}
	r := &runner{command: &command{env: func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}}}
	flags := pflag.NewFlagSet("run", pflag.ContinueOnError)
	r.addFlags(flags)
	special := map[string]bool{"allow-exec": true, "allow-path": true} // permissions.resolve reads them
	flags.VisitAll(func(f *pflag.Flag) {
		variable := "GATEWAY_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if !strings.Contains(f.Usage, variable) {
			t.Errorf("--%s does not name %s: %s", f.Name, variable, f.Usage)
		}
		variables[variable] = "value of " + f.Name
		if f.Value.Type() == "duration" {
			variables[variable] = "7s"
		}
		if f.Value.Type() == "bool" {
			variables[variable] = "true"
		}
	})
	if err := r.readEnv(); err != nil {
		t.Fatal(err)
	}
	flags.VisitAll(func(f *pflag.Flag) {
		want := "value of " + f.Name
		if f.Value.Type() == "duration" {
			want = "7s"
		}
		if f.Value.Type() == "bool" {
			want = "true"
		}
		if !special[f.Name] && f.Value.String() != want {
			t.Errorf("--%s is %q, want %q", f.Name, f.Value, want)
		}
	})
}

func TestRunFlagsWinOverVariables(t *testing.T) {
	t.Parallel()
	r := &runner{command: &command{env: func(name string) (string, bool) {
		return map[string]string{"GATEWAY_DRAIN_DELAY": "7s", "GATEWAY_LEASE": "7s", "GATEWAY_LISTEN": "7s"}[name], true
	}}}
	flags := pflag.NewFlagSet("run", pflag.ContinueOnError)
	r.addFlags(flags)
	if err := flags.Parse([]string{"--lease", "9s", "--listen", ":1"}); err != nil {
		t.Fatal(err)
	}
	if err := r.readEnv(); err != nil {
		t.Fatal(err)
	}
	if r.lease != 9*time.Second || r.listen != ":1" || r.drain != 7*time.Second {
		t.Errorf("lease %v, listen %q, drain %v", r.lease, r.listen, r.drain)
	}
}

// TestShowDashboard prints where the dashboard is, unless the log is for programs.
func TestShowDashboard(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"console": "Dashboard: http://localhost:8081/\n", "json": ""} {
		var out strings.Builder
		r := &runner{command: &command{out: &out}, logFormat: format}
		r.showDashboard("http://localhost:8081")
		if out.String() != want {
			t.Errorf("with the log format %s: %q, want %q", format, out.String(), want)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:80": true, "[::1]:8080": true, "[::ffff:127.0.0.1]:80": true, "localhost:8080": true,
		"": false, ":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "10.0.0.7:8080": false, "localhost.example.com:80": false, "127.0.0.1": false,
	} {
		if isLoopback(address) != want {
			t.Errorf("isLoopback(%q) = %v", address, !want)
		}
	}
}
