package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// hostileRequests are requests that once took a gateway down: the expression of a
// flow, and the body that its caller sends. The statuses are those that they may
// get: 200, 500 for a value above a bound, 503 without memory, 504 at the end of
// the time.
var hostileRequests = []struct {
	name, action string
	body         func() string
	statuses     []int
}{
	{"gsub", `jq = ".t | gsub(\"a\"; \"b\") | length"`, longText, []int{200, 504}},
	{"gsub with a group", `jq = ".t | gsub(\"(?<c>[a-z])\"; .c + \"x\") | length"`, longText, []int{200, 500, 504}},
	{"scan", `jq = "[.t | scan(\"a\")] | length"`, longText, []int{200, 500, 504}},
	{"splits", `jq = "[.t | splits(\"a\")] | length"`, longText, []int{200, 500, 504}},
	{"capture", `jq = "[.t | capture(\"(?<x>a)\"; \"g\")] | length"`, longText, []int{200, 500, 504}},
	{"match", `jq = "[.t | match(\"a\"; \"g\")] | length"`, longText, []int{200, 500, 504}},
	{"minus", `jq = ".n - .n | length"`, manyNumbers, []int{200, 500, 503, 504}},
	{"contains", `jq = ".n | contains([.[] + 1])"`, manyNumbers, []int{200, 500, 503, 504}},
	{"inside", `jq = ".n | inside([.[] + 1])"`, manyNumbers, []int{200, 500, 503, 504}},
	{"doubling a list", `jq = "reduce range(40) as $_ ([1]; . + .) | length"`, empty, []int{500}},
	{"doubling a text", `jq = "reduce range(40) as $_ (\"ab\"; . + .) | length"`, empty, []int{500}},
	{"a far place", `jq = ".[130000000] = 1 | length"`, emptyList, []int{500}},
	{"repeating", `jq = "\"abc\" * 1e8 | length"`, empty, []int{500}},
	{"a pattern of the caller", `jq = ". as $b | $b.t | test($b.r)"`, slowPattern, []int{200, 500, 504}},
	{"sum", `jq = "."
    input = sum(webhook.body.n)`, manyNumbers, []int{500, 503}},
	{"for", `jq = "."
    input = [for n in webhook.body.n : n]`, manyNumbers, []int{500, 503}},
	{"nested for", `jq = "."
    input = length([for a in slice(webhook.body.n, 0, 10) : [for b in webhook.body.n : b if a == b]])`, manyNumbers, []int{500, 503}},
}

func longText() string    { return `{"t":"` + strings.Repeat("a", 1_000_000) + `"}` }
func manyNumbers() string { return `{"n":[` + strings.Repeat("1,", 499_000) + `1]}` }
func empty() string       { return "{}" }
func emptyList() string   { return "[]" }
func slowPattern() string {
	return `{"r":"` + strings.Repeat("(xy?z){900}", 20) + `","t":"` + strings.Repeat("xyz", 10_000) + `"}`
}

func hostileConfig() string {
	var b strings.Builder
	b.WriteString("gateway {\n  limits {\n    body = \"2MiB\"\n    memory = \"128MiB\"\n  }\n}\n")
	flow := func(path, variable, action string) {
		fmt.Fprintf(&b, "flow %q {\n  trigger \"webhook\" {\n    path = \"/%s\"\n    mode = \"sync\"\n    timeout = \"2s\"\n%s  }\n  action \"transform\" \"t\" {\n    %s\n  }\n}\n", path, path, variable, action)
	}
	for i, h := range hostileRequests {
		flow(fmt.Sprintf("h%d", i), "", h.action)
	}
	flow("typed", "    variable \"n\" { type = list(number) }\n", "jq = \".\"\n    input = webhook.n[0]")
	b.WriteString("flow \"quick\" {\n  trigger \"webhook\" {\n    path = \"/quick\"\n    mode = \"sync\"\n  }\n  action \"respond\" \"r\" { status = 204 }\n}\n")
	return b.String()
}

// TestHostileRequests: each hostile request, two at once, gets an answer while
// another flow serves all its callers, and the process stays small.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t, hostileConfig())
	s.env = []string{"GOMEMLIMIT=400MiB"}
	p := s.start(t)
	stop := make(chan struct{})
	var ordinary sync.WaitGroup
	served := 0
	ordinary.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if status := postTo(t, p.base+"/quick", "", "{}"); status != http.StatusNoContent {
				t.Errorf("another flow got %d", status)
				return
			}
			served++
		}
	})
	for i, h := range hostileRequests {
		postTwice(t, h.name, fmt.Sprintf("%s/h%d", p.base, i), h.body(), h.statuses)
	}
	postTwice(t, "typed list", p.base+"/typed", manyNumbers(), []int{200, 204, 503})
	close(stop)
	ordinary.Wait()
	if served == 0 {
		t.Error("another flow was not asked meanwhile")
	}
	t.Logf("another flow served %d requests", served)
	checkSmall(t, p)
}

// postTwice posts a body twice at once.
func postTwice(t *testing.T, name, url, body string, statuses []int) {
	t.Helper()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			status := postTo(t, url, "", body)
			t.Logf("%s got %d", name, status)
			for _, want := range statuses {
				if status == want {
					return
				}
			}
			t.Errorf("%s got %d, want one of %v", name, status, statuses)
		})
	}
	wg.Wait()
}
