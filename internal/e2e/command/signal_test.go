package command_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
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
	for range 1000 {
		_ = p.cmd.Process.Signal(os.Interrupt) // fails once the process is gone
		select {
		case <-p.ended:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Error("the gateway still runs after many signals")
}
