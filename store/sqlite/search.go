package sqlite

import (
	"bytes"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// A search ends its page after it has read so many bytes, or has taken so long: on a
// disk that is slow or cold, runs take longer than their bytes suggest. Then it has
// still read some runs, so that pages come to an end.
const (
	listEffort    = 8 << 20
	listTime      = 10 * time.Millisecond
	rowEffort     = 1 << 10 // of a row, in addition to its payload
	outcomeEffort = 128     // of an outcome whose id is read
	lateEvery     = 64      // outcomes are searched before the time is checked
)

// spendRun counts a run that was searched or passed over. Late searches have nothing
// left.
func (l *listing) spendRun() {
	if l.effort -= rowEffort; l.isLate() {
		l.effort = -1
	}
}

// spendOutcome counts an outcome that was searched.
func (l *listing) spendOutcome() {
	l.effort -= outcomeEffort
	if l.searched++; l.searched%lateEvery == 0 && l.isLate() {
		l.effort = -1
	}
}

// isLate reports whether the page has searched for listTime. The time in which the query
// is compiled does not count: with hundreds of parts it takes as long, and pages would
// have one run each.
func (l *listing) isLate() bool {
	now := l.elapsed()
	if l.began == 0 {
		l.began = now
	}
	return now-l.began > listTime
}

// matchesText reports whether a run has a reason and a flow of the filter, and contains
// its text.
func (l *listing) matchesText(v *view, r *store.Summary, more []driver.Value) (bool, error) {
	if !l.selective {
		return true, nil
	}
	l.spendRun()
	if found := l.selects(r); l.needle == nil || !found {
		return found, nil
	}
	if bytes.Equal(blobOf(more[1]), l.okey) {
		return true, nil
	}
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, string(blobOf(more[1])), c.Reason, c.Class, c.Action, c.Position, c.Message, c.Detail} {
		if l.containsNeedle([]byte(t)) {
			return true, nil
		}
	}
	var p store.Payload
	if _, err := readPayload(v, intOf(more[0]), &p); err != nil && !isDamaged(err) {
		return false, err
	}
	for _, b := range [][]byte{p.Event, p.Body, p.Variables} {
		l.effort -= len(b)
		if l.containsNeedle(b) {
			return true, nil
		}
	}
	return false, nil
}

// selects reports whether a run has a reason, a flow and a state of the filter.
func (l *listing) selects(r *store.Summary) bool {
	if l.wide == nil {
		return l.q.Selects(r)
	}
	rest := l.q.Filter
	rest.Flows = nil
	return l.wide[r.Flow] && rest.Selects(r)
}

// containsNeedle reports whether s contains the text of the filter.
func (l *listing) containsNeedle(s []byte) bool {
	l.buffer = foldASCII(l.buffer[:0], s)
	return bytes.Contains(l.buffer, l.needle)
}

// foldASCII appends the text with ASCII letters in lower case. It returns nil
// for no text.
func foldASCII(to, s []byte) []byte {
	for _, b := range s {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		to = append(to, b)
	}
	return to
}
