package postgres

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// blocked is the stored state of a queued run that another run with its order
// key blocks.
const blocked store.State = 0

// publicState returns a stored state as callers know it.
func publicState(s store.State) store.State {
	if s == blocked {
		return store.Queued
	}
	return s
}

// Values for the tables. The zero value is null, which takes no space.

func nullBlob(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

func nullText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// roundUpMicros rounds a duration up to microseconds, so that no wait ends
// early.
func roundUpMicros(d time.Duration) int64 {
	return int64((d + time.Microsecond - 1) / time.Microsecond)
}

// failureOf returns the key of the cause of a run that failed, 0 for another run.
func failureOf(s store.State, c *store.Cause) int64 {
	if s != store.Failed {
		return 0
	}
	return store.FailureKey(c)
}

// uuidsOf returns ids as the driver takes them.
func uuidsOf(ids []store.ID) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// Values from the tables. Null is the zero value.

func stateOf(n int16) store.State {
	return store.State(n) //nolint:gosec // it is one that was put there
}

// timeOf returns a time in milliseconds.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.Truncate(time.Millisecond)
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
