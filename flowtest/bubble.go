package flowtest

import (
	"fmt"
	"runtime/debug"
	"testing" //nolint:depguard // see docs/adr/0014-virtual-time.md
	"testing/synctest"
	"time"
)

// runBubble calls f in a bubble of testing/synctest, whose clock shows the time at:
// time passes in it only while all its goroutines wait, and then at once. f must end
// everything that it starts. The error says that f panicked, or that goroutines in
// the bubble wait for something that never comes.
//
// Package synctest is made for go test. docs/adr/0014-virtual-time.md says why it
// serves here too, and what holds it in place.
func runBubble(at time.Time, f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	synctest.Test(new(testing.T), func(*testing.T) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		time.Sleep(time.Until(at)) //nolint:forbidigo // a bubble begins at midnight UTC of 2000-01-01
		f()
	})
	return err
}

// settle waits until all other goroutines of the bubble wait.
func settle() { synctest.Wait() }
