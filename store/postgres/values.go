package postgres

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// behind is the state in the table of a run that is queued behind another with
// its order key.
const blocked store.State = 0

// public is the state as people know it.
func publicState(s store.State) store.State {
	if s == blocked {
		return store.Queued
	}
	return s
}

// What goes into the tables. The zero value is null, which takes no space.

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

// micros rounds a duration up to microseconds, so that none ends early.
func roundUpMicros(d time.Duration) int64 {
	return int64((d + time.Microsecond - 1) / time.Microsecond)
}

// uuids are ids as the driver takes them.
func uuids(ids []store.ID) [][16]byte {
	out := make([][16]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// orderKey is what is kept of an order key.
func orderKeyBytes(key string) []byte {
	if key == "" {
		return nil
	}
	return []byte(store.ShortName(key))
}

// What comes out of the tables.

func stateOf(n int16) store.State {
	return store.State(n) //nolint:gosec // it is one that was put there
}

// milli is a time to the millisecond; null is the zero time.
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
