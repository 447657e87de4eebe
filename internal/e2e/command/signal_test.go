package command_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// TestSecondSignalEndsAtOnce holds that whoever presses Ctrl-C again does not
// have to wait for runs that are under way.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 1)
	r := newReceiver(t, func(_ string, req *http.Request) {
		began <- struct{}{}
		<-req.Context().Done()
	})
	s := newSite(t, strings.Replace(threeActions(r.url), `path = "/load"`, "path = \"/load\"\n    mode = \"sync\"", 1), "--shutdown-timeout", "1h")
	p := s.start(t)
	go func() { _, _, _ = postNumber(http.DefaultClient, p.base+"/load", 1) }() // it is never answered
	<-began
	interrupt := func() { _ = p.cmd.Process.Signal(os.Interrupt) } // fails once the process is gone
	interrupt()
	s.changed.Await(t, "the gateway begins to stop", p.lines.isStopping)
	// The gateway may write this line just before the next signal ends it.
	signaltest.Repeat(t, "a further signal ends the gateway", func() bool {
		interrupt()
		select {
		case <-p.ended:
			return true
		default:
			return false
		}
	})
}
