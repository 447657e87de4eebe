package command_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestReplicasPause pauses a flow at one of two gateways. Both accept runs of it and
// start none, also after a restart, until the pause ends at the other gateway.
func TestReplicasPause(t *testing.T) {
	t.Parallel()
	r := startReplicas(t, 2, newReceiver(t, nil), postgrestest.Start(t).Database(t))
	var numbers []int64
	acceptBoth := func() {
		for _, p := range r.all {
			for range 5 {
				n := int64(len(numbers) + 1)
				if _, status, err := postNumber(http.DefaultClient, p.base+"/once", n); err != nil || status != http.StatusOK {
					t.Fatalf("request %d was answered with %d: %v", n, status, err)
				}
				numbers = append(numbers, n)
			}
		}
	}

	changePause(t, r.all[0], "pause")
	awaitPaused(t, r.all, true)
	acceptBoth()
	for i, p := range r.all {
		p.stop() // after the runs that it had started
		r.all[i] = r.sites[i].start(t)
	}
	awaitPaused(t, r.all, true)
	acceptBoth()
	for _, n := range numbers {
		if r.has(n, "/once") {
			t.Errorf("request %d of a paused flow was executed", n)
		}
	}
	if open, err := r.st.Depths(t.Context()); err != nil || len(open) != 1 || open[0].Queued != len(numbers) {
		t.Errorf("%d runs were accepted, and open are %+v, %v", len(numbers), open, err)
	}

	changePause(t, r.all[1], "resume")
	r.await(t, numbers, "/once")
	awaitPaused(t, r.all, false)
	r.awaitIdle(t)
	for _, p := range r.all {
		p.stop()
	}
}

// changePause pauses or resumes the flow "once" at a gateway.
func changePause(t *testing.T, p *process, action string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.admin+"/api/v1/flows/once/"+action, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s was answered with %d", action, res.StatusCode)
	}
}

// awaitPaused waits until each gateway knows whether the flow "once" is paused.
func awaitPaused(t *testing.T, gateways []*process, paused bool) {
	t.Helper()
	for _, p := range gateways {
		signaltest.Repeat(t, "the gateway knows of the pause", func() bool {
			return strings.Contains(get(t, "http://"+p.admin+"/metrics"), `gateway_flow_paused{flow="once"} 1`) == paused
		})
	}
}
