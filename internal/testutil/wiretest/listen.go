package wiretest

import (
	"crypto/tls"
	"net"
	"sync"
	"testing"
)

// listen serves connections on a loopback address until the test ends, and returns
// the address. setting is nil for connections without TLS.
func listen(t *testing.T, setting *tls.Config, serve func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if setting != nil {
		l = tls.NewListener(l, setting)
	}
	var (
		mu    sync.Mutex
		conns []net.Conn
		open  sync.WaitGroup
	)
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			open.Go(func() { defer func() { _ = conn.Close() }(); serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return address
}
