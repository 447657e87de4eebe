// Package signaltest lets a test wait for a condition without polling: the
// parts that the test observes send a signal after each change, and the test
// checks its condition again.
package signaltest

import (
	"sync"
	"testing"
	"time"
)

// Signal wakes the tests that wait for a change. Its zero value is ready. It is
// safe for concurrent use.
type Signal struct {
	mu   sync.Mutex
	next chan struct{} // closed by the next Send
}

// Send wakes all tests that wait. Call it after the change.
func (s *Signal) Send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next != nil {
		close(s.next)
		s.next = nil
	}
}

// Next returns a channel that the next Send closes.
func (s *Signal) Next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = make(chan struct{})
	}
	return s.next
}

// Patience bounds a wait, so that a test whose condition never holds fails with
// a message of its own. Nothing is measured with it.
const Patience = 8 * time.Minute

// Wait waits until the condition holds, and returns false if it does not.
func (s *Signal) Wait(holds func() bool) bool {
	over := time.NewTimer(Patience)
	defer over.Stop()
	for {
		next := s.Next() // before the check: a change during it must not be missed
		if holds() {
			return true
		}
		select {
		case <-next:
		case <-over.C:
			return holds()
		}
	}
}

// Await waits until the condition holds, and fails the test if it does not.
func (s *Signal) Await(t testing.TB, condition string, holds func() bool) {
	t.Helper()
	if !s.Wait(holds) {
		t.Fatalf("within %v it did not come to this: %s", Patience, condition)
	}
}

// Repeat calls try until it returns true, and fails the test if it never does.
// It does not pause: each call waits for an answer.
func Repeat(t testing.TB, condition string, try func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); !try(); {
		if time.Now().After(end) {
			t.Fatalf("within %v it did not come to this: %s", Patience, condition)
		}
	}
}
