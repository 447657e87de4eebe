package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// answerFlows make answers that are several times as large as the bodies of their
// callers.
func answerFlows() (names []string, config string) {
	var b strings.Builder
	for name, answer := range map[string]string{
		"text":    `body = "` + strings.Repeat("${webhook.raw}", 9) + `"`,
		"list":    "json = [" + strings.Repeat("webhook.raw, ", 20) + "]",
		"bytes":   `body_base64 = base64encode("` + strings.Repeat("${webhook.raw}", 6) + `")`,
		"decoded": "json = [" + strings.Repeat("webhook.body, ", 5) + "]",
	} {
		names = append(names, name)
		fmt.Fprintf(&b, "flow %q {\n  trigger \"webhook\" {\n    path = \"/%s\"\n    mode = \"sync\"\n    timeout = %q\n  }\n  action \"respond\" \"r\" {\n    timeout = %q\n    %s\n  }\n}\n", name, name, longTimeout, longTimeout, answer)
	}
	b.WriteString("flow \"quick\" {\n  trigger \"webhook\" {\n    path = \"/quick\"\n    mode = \"sync\"\n    timeout = \"" + longTimeout + "\"\n  }\n  action \"respond\" \"r\" { status = 204 }\n}\n")
	return names, b.String()
}

// TestManyLargeAnswers: many callers at once ask for answers that are larger than
// their bodies. The process stays within its memory, and a caller gets its answer or a
// 503; one that tries again gets its answer.
func TestManyLargeAnswers(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector takes several times the memory and the time; make test runs this test without it too")
	}
	t.Parallel()
	const callers = 30
	names, config := answerFlows()
	s := newSite(t, config)
	group := newMemoryGroup(t, hostileLimit)
	s.env = []string{fmt.Sprintf("GOMEMLIMIT=%d", hostileLimit/10*8)}
	p := s.start(t)
	if group != nil && group.add(p.cmd.Process.Pid) {
		t.Log("the kernel limits the memory")
		defer func() { t.Logf("the group took at most %s bytes", group.peak()) }()
	}
	body := "[" + strings.Repeat("1,", 450_000) + "1]"
	for _, name := range names {
		var mu sync.Mutex
		statuses := map[int]int{}
		var wg sync.WaitGroup
		for i := range callers {
			post := postTo
			if i == 0 {
				post = postUntilServed
			}
			wg.Go(func() {
				status := post(t, p.base+"/"+name, "", body)
				mu.Lock()
				defer mu.Unlock()
				statuses[status]++
			})
		}
		wg.Wait()
		if statuses[http.StatusOK] == 0 || statuses[http.StatusOK]+statuses[http.StatusServiceUnavailable] != callers {
			t.Errorf("%s: the callers got %v", name, statuses)
		}
	}
	checkSmall(t, p, hostileLimit+mappedFiles)
}
