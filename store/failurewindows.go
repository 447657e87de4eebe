package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// FailureWindows count the failures that flows with trigger "failure" watch. A run
// that fails for good leaves a failure for each of its watchers, in the transaction
// that ends it. CollectFailures counts these failures in windows, one at a time for
// each watcher.
type FailureWindows interface {
	// CollectFailures moves failures into the window of a watcher. It returns the
	// window if it is due, again with each call until MarkWindowFired. Call it until
	// CollectedFailures.More is false.
	CollectFailures(ctx context.Context, w FailureWatch) (CollectedFailures, error)
	// MarkWindowFired notes that the window of a watcher that began at a time has
	// started the flow. A window that is over or was marked before is not an error.
	MarkWindowFired(ctx context.Context, watcher string, begin time.Time) error
}

// FailureWatch says when the window of a watcher is due. A window begins with the
// first failure that is in no other one.
type FailureWatch struct {
	Flow   string        // the watcher: the flow that starts
	After  int           // how many failures make a window due
	Length time.Duration // of a window
	Digest bool          // a window is due at its end, with any number of failures
}

// CollectedFailures is the result of CollectFailures.
type CollectedFailures struct {
	Due  *FailureWindow // nil for none
	Open int            // how many failures the window has that is not over
	More bool           // more failures wait to be counted
}

// FailureWindow are the failures of a window, and of a window that started its
// watcher late also those until then.
type FailureWindow struct {
	Begin  time.Time // to the millisecond; no two windows of a watcher have the same
	Count  int
	Flow   string         // of the runs, "" if they are of several flows
	Causes []FailureCause // the first MaxWindowCauses
	Runs   []string       // ids of the first MaxWindowRuns
}

// FailureCause are the failures of a window that have one cause.
type FailureCause struct {
	Flow    string
	Key     string // see FailureKey
	Action  string
	Message string // without values, see MessageClass
	Count   int
}

// The bounds of a window, and of the failures that wait to be counted.
const (
	MaxWindowCauses      = 20
	MaxWindowRuns        = 20
	MaxCollectedFailures = 10_000 // in one call
	// FailureKeepTime is how long failures wait for a gateway that counts them.
	FailureKeepTime   = 7 * 24 * time.Hour
	maxFailureMessage = 500 // characters
)

// WatchedFailure is a failure that waits to be counted. Engines store them.
type WatchedFailure struct {
	Number  int64 // orders the failures of a watcher
	Flow    string
	Run     string
	At      time.Time // when the run ended
	Key     int64     // see FailureKey
	Action  string
	Message string
}

// FailureMessage returns the message that a watcher gets of a cause: without values,
// so that it holds no address of a contact.
func FailureMessage(c *Cause) string {
	message := []rune(MessageClass(c.Clean().Message))
	return string(message[:min(len(message), maxFailureMessage)])
}

// WindowState is the window of a watcher as engines store it.
type WindowState struct {
	FailureWindow
	Fired bool // it has started the watcher
}

// DecodeWindowState returns the state of a stored form; a new one for none.
func DecodeWindowState(stored []byte) (*WindowState, error) {
	s := &WindowState{}
	if len(stored) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(stored, s); err != nil {
		return nil, fmt.Errorf("reading a window of failures: %w", err)
	}
	return s, nil
}

// Encode returns the stored form.
func (s *WindowState) Encode() ([]byte, error) { return json.Marshal(s) }

// Due returns the window if it is due and has not started its watcher; nil otherwise.
func (s *WindowState) Due(w FailureWatch, now time.Time) *FailureWindow {
	due := s.Count >= max(w.After, 1)
	if w.Digest {
		due = s.Count > 0 && !now.Before(s.Begin.Add(w.Length))
	}
	if !due || s.Fired {
		return nil
	}
	return &s.FailureWindow
}

// Result returns what CollectFailures returns of the window.
func (s *WindowState) Result(w FailureWatch, now time.Time) CollectedFailures {
	out := CollectedFailures{Due: s.Due(w, now)}
	if !s.isOver(w, now) {
		out.Open = s.Count
	}
	return out
}

// Collect counts failures, which are in order, and returns how many of them it
// counted. It stops before the first one that belongs to the next window while the
// window before still has to start the watcher.
func (s *WindowState) Collect(w FailureWatch, now time.Time, failures []WatchedFailure) int {
	if s.Begin.After(now) { // the clock was set back
		s.Begin = now.UTC().Truncate(time.Millisecond)
	}
	for i := range failures {
		f := &failures[i]
		at := f.At
		if at.After(now) {
			at = now
		}
		if s.Count > 0 && s.isOver(w, at) {
			if s.Due(w, now) != nil {
				return i
			}
			s.reset()
		}
		if s.Count == 0 {
			s.start(at.UTC().Truncate(time.Millisecond))
		}
		s.add(f)
	}
	return len(failures)
}

// isOver reports whether a failure at a time belongs to another window. A digest that
// was sent takes no late failure, which nobody would learn of.
func (s *WindowState) isOver(w FailureWatch, at time.Time) bool {
	return !at.Before(s.Begin.Add(w.Length)) || w.Digest && s.Fired
}

// reset ends the window. Its beginning stays, so that the next one has another.
func (s *WindowState) reset() {
	*s = WindowState{FailureWindow: FailureWindow{Begin: s.Begin}}
}

func (s *WindowState) start(at time.Time) {
	if at.Equal(s.Begin) {
		at = at.Add(time.Millisecond)
	}
	s.Begin = at
}

// Adopt takes the window of the flow that the watcher was called before. Failures that
// both windows have open count together.
func (s *WindowState) Adopt(old *WindowState) {
	switch {
	case old.Count == 0:
		if old.Begin.After(s.Begin) && s.Count == 0 {
			s.Begin = old.Begin
		}
		return
	case s.Count == 0:
		*s = *old
		return
	}
	if old.Begin.Before(s.Begin) {
		s.Begin = old.Begin
	}
	s.Fired, s.Count = s.Fired || old.Fired, s.Count+old.Count
	if old.Flow != s.Flow {
		s.Flow = ""
	}
	s.Runs = slices.Concat(old.Runs, s.Runs)
	s.Runs = s.Runs[:min(len(s.Runs), MaxWindowRuns)]
	causes := slices.Clone(old.Causes)
	for _, c := range s.Causes {
		if i := slices.IndexFunc(causes, func(o FailureCause) bool { return o.Key == c.Key && o.Flow == c.Flow }); i >= 0 {
			causes[i].Count += c.Count
		} else if len(causes) < MaxWindowCauses {
			causes = append(causes, c)
		}
	}
	s.Causes = causes
}

// add counts a failure.
func (s *WindowState) add(f *WatchedFailure) {
	switch {
	case s.Count == 0:
		s.Flow = f.Flow
	case s.Flow != f.Flow:
		s.Flow = ""
	}
	s.Count++
	if len(s.Runs) < MaxWindowRuns {
		s.Runs = append(s.Runs, f.Run)
	}
	key := FormatFailureKey(f.Key)
	same := func(c FailureCause) bool { return c.Key == key && c.Flow == f.Flow }
	if i := slices.IndexFunc(s.Causes, same); i >= 0 {
		s.Causes[i].Count++
	} else if len(s.Causes) < MaxWindowCauses {
		s.Causes = append(s.Causes, FailureCause{Flow: f.Flow, Key: key, Action: f.Action, Message: f.Message, Count: 1})
	}
}
