package arch

import "testing"

// sourceCase is a file of a package at path, and what must be found in it:
// text of the one fault, or nothing.
type sourceCase struct {
	name, path, text, want string
}

func runSourceCases(t *testing.T, cases []sourceCase, check func(source) []string) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := parseSource(c.path, map[string]string{
				"a.go": "package p\n" + c.text,
				"b.go": "package p\nvar shared, Err = 0, 1\ntype env struct{ Getenv func() }\n",
			})
			if err != nil {
				t.Fatal(err)
			}
			expectFault(t, check(s), c.want)
		})
	}
}

func TestCheckSleeps(t *testing.T) {
	t.Parallel()
	const imports = `import ("time"; "testing"; "testing/synctest");`
	cases := []sourceCase{
		{"real clock", "p", imports + `func TestA(t *testing.T) { time.Sleep(1) }`, "p/a.go:2: sleeps"},
		{"own clock", "p", imports + `func TestA(t *testing.T) { synctest.Test(t, func(t *testing.T) { time.Sleep(1) }) }`, ""},
		{"after it", "p", imports + `func TestA(t *testing.T) { synctest.Test(t, f); time.Sleep(1) }`, "sleeps"},
		{"through a helper", "p", imports + `func in(t *testing.T, f func(*testing.T)) { synctest.Test(t, f) }; func TestA(t *testing.T) { in(t, func(*testing.T) { time.Sleep(1) }) }`, ""},
		{"through two helpers", "p", imports + `func in(t *testing.T, f func(*testing.T)) { synctest.Test(t, f) }; func all(t *testing.T, f func(*testing.T)) { in(t, f) }; func TestA(t *testing.T) { all(t, func(*testing.T) { time.Sleep(1) }) }`, ""},
		{"helper of a bubble", "p", imports + `func wait() { time.Sleep(1) }`, ""},
		{"helper where there is no bubble", "p", `import "time"; func wait() { time.Sleep(1) }`, "sleeps"},
		{"of another", "p", `func f(time interface{ Sleep(int) }) { time.Sleep(1) }`, ""},
	}
	runSourceCases(t, cases, checkSleeps)
}

func TestCheckTrust(t *testing.T) {
	t.Parallel()
	const imports = `import "example.com/gateway/flow";`
	runSourceCases(t, []sourceCase{
		{"called", "gateway/endpoint", imports + `var ctx = flow.TrustSample(nil, "x")`, "lets a request pass its auth"},
		{"passed on", "triggers", imports + `var trust = flow.TrustSample`, "lets a request pass its auth"},
		{"renamed", "triggers", `import f "example.com/gateway/flow"; var trust = f.TrustSample`, "lets a request pass its auth"},
		{"in its package", "flow", `func TrustSample() {}; func f() { TrustSample() }`, "lets a request pass its auth"},
		{"declared", "flow", `func TrustSample() {}`, ""},
		{"tests of flows", "flowtest", imports + `var ctx = flow.TrustSample(nil, "x")`, ""},
		{"read", "triggers", imports + `var kind = flow.TrustedAs(nil)`, ""},
		{"of another", "triggers", `import "example.com/other"; var ctx = other.TrustSample(nil)`, ""},
	}, checkTrust)
}

func TestCheckState(t *testing.T) {
	t.Parallel()
	cases := []sourceCase{
		{"read", "p", `var m = map[int]int{}; func f() int { return m[0] + shared }`, ""},
		{"set", "p", `var n int; func f() { n = 1 }`, "n is package-level and changes here"},
		{"set in another file", "p", `func f() { shared += 1 }`, "shared is package-level"},
		{"a local of the same name", "p", `func f() { shared := 0; shared = 1; _ = shared }`, ""},
		{"counted", "p", `var n int; func f() { n++ }`, "n is"},
		{"element", "p", `var m map[int]int; func f() { (m[0]) = 1 }`, "m is"},
		{"field through a pointer", "p", `var s *struct{ a []int }; func f() { s.a[0] = 1 }`, "s is"},
		{"what it points to", "p", `var n *int; func f() { *n = 1 }`, "n is"},
		{"deleted from", "p", `var m map[int]int; func f() { delete(m, 1) }`, "m is"},
		{"ranged into", "p", `var n int; func f() { for n = range 3 {} }`, "n is"},
		{"address", "p", `var n int; func f() *int { return &n }`, "n is"},
		{"address of a new value", "p", `type a struct{}; func f() *a { return &a{} }`, ""},
		{"of another package", "p", `import "net/http"; func f() { http.DefaultClient = nil }`, "net/http.DefaultClient is"},
		{"exported", "p", `var Kinds = []string{"a"}`, "any package can set Kinds"},
		{"error to compare with", "p", `import "errors"; var ErrGone = errors.New("gone")`, ""},
		{"lock", "p", `import "sync"; var mu sync.Mutex`, "sync.Mutex guards"},
		{"atomic", "p", `import "sync/atomic"; var n = new(atomic.Int64)`, "sync/atomic.Int64"},
		{"buffers for reuse", "p", `import "sync"; var buffers sync.Pool`, ""},
		{"computed once", "p", `import "sync"; var n = sync.OnceValue(func() int { var mu sync.Mutex; _ = mu; return 1 })`, ""},
	}
	runSourceCases(t, cases, checkState)
}

func TestParseSourceTellsBrokenFiles(t *testing.T) {
	t.Parallel()
	if _, err := parseSource("p", map[string]string{"a.go": "package"}); err == nil {
		t.Error("no error for a file that does not parse")
	}
}
