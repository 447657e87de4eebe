package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// hostileRequest is a request that once took a gateway down: the settings of the
// action of a flow, the body that its caller sends, and the status that it gets.
type hostileRequest struct {
	name, action string
	body         func() string
	status       int
}

// hostileRequests have the status 200 where the work is in proportion to the body,
// 500 where a value would exceed a bound, and 504 where the work is too much: their
// flow has a short timeout.
var hostileRequests = []hostileRequest{
	{"gsub", `jq = ".t | gsub(\"a\"; \"b\") | length"`, longText, http.StatusOK},
	{"gsub with a group", `jq = ".t | gsub(\"(?<c>[a-z])\"; .c + \"x\") | length"`, longText, http.StatusOK},
	{"gsub with a program", `jq = ".t[:300000] | gsub(\"(?<c>[a-z])\"; .c | ascii_upcase) | length"`, longText, http.StatusOK},
	{"scan", `jq = "reduce (.t | scan(\"a\")) as $m (0; . + 1)"`, longText, http.StatusOK},
	{"splits", `jq = "reduce (.t | splits(\"a\")) as $m (0; . + 1)"`, longText, http.StatusOK},
	{"capture", `jq = "[.t | capture(\"(?<x>a)\"; \"g\")] | length"`, longText, http.StatusInternalServerError},
	{"match", `jq = "[.t | match(\"a\"; \"g\")] | length"`, longText, http.StatusInternalServerError},
	{"a pattern that looks ahead", `jq = "[.t | match(\"a.*z|a\"; \"g\").offset] | length"`, longText, http.StatusGatewayTimeout},
	{"a large pattern of the caller", `jq = ". as $b | $b.t | test($b.r)"`, largePattern, http.StatusInternalServerError},
	{"a slow pattern of the caller", `jq = ". as $b | $b.t | test($b.r)"`, slowPattern, http.StatusGatewayTimeout},
	{"an endless program", `jq = "def f: f; f"`, empty, http.StatusGatewayTimeout},
	{"minus", `jq = ".n - .n | length"`, someNumbers, http.StatusOK},
	{"contains", `jq = ".n | contains([.[] + 1])"`, someNumbers, http.StatusOK},
	{"inside", `jq = ".n | inside([.[] + 1])"`, someNumbers, http.StatusOK},
	{"doubling a list", `jq = "reduce range(40) as $_ ([1]; . + .) | length"`, empty, http.StatusInternalServerError},
	{"doubling a text", `jq = "reduce range(40) as $_ (\"ab\"; . + .) | length"`, empty, http.StatusInternalServerError},
	{"a far place", `jq = ".[130000000] = 1 | length"`, emptyList, http.StatusInternalServerError},
	{"repeating", `jq = "\"abc\" * 1e8 | length"`, empty, http.StatusInternalServerError},
	{"sum", `jq = "."
    input = sum(webhook.body.n)`, manyNumbers, http.StatusInternalServerError},
	{"for", `jq = "."
    input = [for n in webhook.body.n : n]`, manyNumbers, http.StatusInternalServerError},
	{"nested for", `jq = "."
    input = length([for a in slice(webhook.body.n, 0, 10) : [for b in webhook.body.n : b if a == b]])`, manyNumbers, http.StatusInternalServerError},
	{"length", `jq = "."
    input = "n: ${length(webhook.body.n)}"`, manyNumbers, http.StatusOK},
	{"jq in an expression", `jq = "."
    input = jq("length", webhook.body.n) + 1`, manyNumbers, http.StatusOK},
}

// typedRequest is one whose flow declares the type of the numbers.
var typedRequest = hostileRequest{"typed list", "jq = \".\"\n    input = webhook.n[0]", manyNumbers, http.StatusOK}

// longText is of 1 MB.
func longText() string    { return `{"t":"` + strings.Repeat("a", 1_000_000) + `"}` }
func manyNumbers() string { return `{"n":[` + strings.Repeat("1,", 499_000) + `1]}` }
func someNumbers() string { return `{"n":[` + strings.Repeat("1,", 99_000) + `1]}` }
func empty() string       { return "{}" }
func emptyList() string   { return "[]" }
func largePattern() string {
	return `{"r":"` + strings.Repeat("(xy?z){900}", 20) + `","t":"` + strings.Repeat("xyz", 10_000) + `"}`
}

func slowPattern() string {
	return `{"r":"(a?){300}(b?){300}(c?){300}(d?){300}e","t":"` + strings.Repeat("abcd", 250_000) + `"}`
}

const (
	// hostileLimit is the memory of the container in which the gateway must live.
	hostileLimit = 256 << 20
	// mappedFiles are the pages of the executable and the store, which the kernel
	// drops when memory is short, and which count for the peak of the process.
	mappedFiles = 96 << 20
)

func hostileConfig() string {
	var b strings.Builder
	b.WriteString("gateway {\n  limits {\n    body = \"2MiB\"\n    memory = \"128MiB\"\n  }\n}\n")
	flow := func(path, variable string, h hostileRequest) {
		timeout := longTimeout
		if h.status == http.StatusGatewayTimeout {
			timeout = "1s"
		}
		fmt.Fprintf(&b, "flow %q {\n  trigger \"webhook\" {\n    path = \"/%s\"\n    mode = \"sync\"\n    timeout = %q\n%s  }\n  action \"transform\" \"t\" {\n    timeout = %q\n    %s\n  }\n}\n", path, path, timeout, variable, longTimeout, h.action)
	}
	for i, h := range hostileRequests {
		flow(fmt.Sprintf("h%d", i), "", h)
	}
	flow("typed", "    variable \"n\" { type = list(number) }\n", typedRequest)
	b.WriteString("flow \"quick\" {\n  trigger \"webhook\" {\n    path = \"/quick\"\n    mode = \"sync\"\n  }\n  action \"respond\" \"r\" { status = 204 }\n}\n")
	return b.String()
}

// TestHostileRequests: each hostile request, two at once, gets its answer while
// another flow serves all its callers, and the process stays within its memory.
func TestHostileRequests(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector takes several times the memory and the time; make test runs this test without it too")
	}
	t.Parallel()
	s := newSite(t, hostileConfig())
	group := newMemoryGroup(t, hostileLimit)
	s.env = []string{fmt.Sprintf("GOMEMLIMIT=%d", hostileLimit/10*9)}
	p := s.start(t)
	if group != nil && group.add(p.cmd.Process.Pid) {
		t.Log("the kernel limits the memory")
		defer func() { t.Logf("the group took at most %s bytes", group.peak()) }()
	} else {
		t.Log("only the Go runtime limits the memory, and the test judges the peak")
	}
	other := watchOtherFlow(t, p.base+"/quick")
	for i, h := range hostileRequests {
		postTwice(t, h, fmt.Sprintf("%s/h%d", p.base, i))
	}
	postTwice(t, typedRequest, p.base+"/typed")
	other.end(t)
	checkSmall(t, p, hostileLimit+mappedFiles)
}

// postTwice posts a body twice at once. A request that gets 503, because the
// memory is in use, is sent again.
func postTwice(t *testing.T, h hostileRequest, url string) {
	t.Helper()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if status := postUntilServed(t, url, "", h.body()); status != h.status {
				t.Errorf("%s got %d, want %d", h.name, status, h.status)
			}
		})
	}
	wg.Wait()
}

// otherFlow is a caller of a flow that is not attacked.
type otherFlow struct {
	stop   chan struct{}
	ended  chan struct{}
	served int
	worst  time.Duration
}

// watchOtherFlow sends requests one after another until it is ended.
func watchOtherFlow(t *testing.T, url string) *otherFlow {
	t.Helper()
	o := &otherFlow{stop: make(chan struct{}), ended: make(chan struct{})}
	client := &http.Client{Timeout: signaltest.Patience, Transport: &http.Transport{}}
	go func() {
		defer close(o.ended)
		for {
			select {
			case <-o.stop:
				return
			default:
			}
			start := time.Now()
			resp, err := client.Post(url, "application/json", strings.NewReader("{}"))
			if err != nil {
				t.Errorf("another flow: %v", err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusNoContent {
				t.Errorf("another flow got %d", resp.StatusCode)
				return
			}
			o.served++
			o.worst = max(o.worst, time.Since(start))
		}
	}()
	return o
}

func (o *otherFlow) end(t *testing.T) {
	t.Helper()
	close(o.stop)
	<-o.ended
	if o.served == 0 {
		t.Error("another flow was not asked meanwhile")
	}
	t.Logf("another flow served %d requests, the slowest in %v", o.served, o.worst)
}
