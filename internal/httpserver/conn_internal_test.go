package httpserver

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// countingConn notes the deadlines that are set on a pipe.
type countingConn struct {
	net.Conn
	mu     sync.Mutex
	reads  []time.Time
	writes []time.Time
}

func (c *countingConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads = append(c.reads, t)
	return c.Conn.SetReadDeadline(t)
}

func (c *countingConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, t)
	return c.Conn.SetWriteDeadline(t)
}

func (c *countingConn) setReads() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.reads)
}

// newPair returns a connection with deadlines, what it has set, and the other end.
func newPair(t *testing.T) (*deadlineConn, *countingConn, net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	counting := &countingConn{Conn: near}
	return &deadlineConn{Conn: counting, clock: clock.System{}}, counting, far
}

func TestReadDeadlineIsSetForARead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, counting, far := newPair(t)
		last := time.Now().Add(time.Minute)
		for _, at := range []time.Time{time.Now().Add(time.Second), {}, time.Now().Add(time.Hour), last} {
			if err := c.SetReadDeadline(at); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			go func() { _, _ = far.Write([]byte("a")) }()
			if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		}
		if got := counting.setReads(); len(got) != 1 || !got[0].Equal(last) {
			t.Errorf("the deadlines %v were set, want %v once", got, last)
		}
		began := time.Now()
		_, err := c.Read(make([]byte, 1))
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != time.Minute {
			t.Errorf("the read ended after %s with %v", took, err)
		}
	})
}

func TestReadDeadlineEndsAReadUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := newPair(t)
		ended := make(chan error, 1)
		go func() {
			_, err := c.Read(make([]byte, 1))
			ended <- err
		}()
		synctest.Wait()
		if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil { // as net/http cancels a read
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the read under way ended with %v", err)
		}
	})
}

func TestCancelledReadNeedsNoDeadline(t *testing.T) {
	t.Parallel()
	c, counting, _ := newPair(t)
	if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%v, want a time-out", err)
	}
	if got := counting.setReads(); len(got) != 0 {
		t.Errorf("the deadlines %v were set", got)
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := c.reading; got != 0 {
		t.Errorf("%d reads are under way", got)
	}
}

func TestWriteDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, counting, far := newPair(t)
		go func() { _, _ = io.Copy(io.Discard, far) }()
		write := func(size int) {
			t.Helper()
			if _, err := c.Write(make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			if err := c.SetWriteDeadline(time.Time{}); err != nil { // as net/http does after a response
				t.Fatal(err)
			}
		}
		first := time.Now().Add(WriteTimeout + writeSlack)
		write(10)
		write(3 * writePart)
		time.Sleep(writeSlack)
		write(10)
		time.Sleep(time.Millisecond)
		second := time.Now().Add(WriteTimeout + writeSlack)
		write(10)
		if want := []time.Time{first, second}; !slices.EqualFunc(counting.writes, want, time.Time.Equal) {
			t.Errorf("the deadlines %v were set, want %v", counting.writes, want)
		}
		until := time.Now().Add(5 * time.Second) // as crypto/tls closes a connection
		if err := c.SetWriteDeadline(until); err != nil {
			t.Fatal(err)
		}
		write(10)
		if got := counting.writes[2]; !got.Equal(until) || len(counting.writes) != 4 || !counting.writes[3].IsZero() {
			t.Errorf("an own deadline was replaced: %v", counting.writes[2:])
		}
		write(10)
		if len(counting.writes) != 5 {
			t.Errorf("after it a write had no deadline: %v", counting.writes)
		}
	})
}

func TestWriteEndsWithoutAReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := newPair(t)
		began := time.Now()
		_, err := c.Write([]byte("a"))
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took != WriteTimeout+writeSlack {
			t.Errorf("the write ended after %s with %v", took, err)
		}
	})
}
