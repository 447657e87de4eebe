package command_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// door is an address of a receiver. It tracks the connections to it.
type door struct {
	url     string
	address string
	changed func()

	mu   sync.Mutex
	open map[string]bool // by the address of the caller
}

func (r *receiver) newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{changed: r.changed.Send, open: map[string]bool{}}
	s := httptest.NewUnstartedServer(r)
	s.Config.ConnState = d.track
	s.Start()
	t.Cleanup(s.CloseClientConnections)
	t.Cleanup(s.Close)
	d.url, d.address = s.URL, s.Listener.Addr().String()
	return d
}

func (d *door) track(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	switch state {
	case http.StateNew:
		d.open[c.RemoteAddr().String()] = true
	case http.StateClosed:
		delete(d.open, c.RemoteAddr().String())
	}
	d.mu.Unlock()
	d.changed()
}

// awaitClosed waits until all calls of a gateway that was killed are over. The
// system has closed its connections, and each one ends after its last request
// was read. A connection made now is accepted after all of these.
func (d *door) awaitClosed(t *testing.T, r *receiver) {
	t.Helper()
	last, err := net.Dial("tcp", d.address)
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close() //nolint:errcheck // nothing was sent
	r.changed.Await(t, "the connections of the killed gateway end", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.open[last.LocalAddr().String()] && len(d.open) == 1
	})
}
