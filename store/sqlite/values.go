package sqlite

import (
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Values from the file. Null is the zero value.

func intOf(v driver.Value) int64 {
	n, _ := v.(int64)
	return n
}

func textOf(v driver.Value) string {
	s, _ := v.(string)
	return s
}

func blobOf(v driver.Value) []byte {
	b, _ := v.([]byte)
	return b
}

func stateOf(v driver.Value) store.State {
	return store.State(intOf(v)) //nolint:gosec // it is one that was put there
}

// publicState returns a stored state as callers know it.
func publicState(s store.State) store.State {
	if s == blocked {
		return store.Queued
	}
	return s
}

func idOf(v driver.Value) store.ID {
	var id store.ID
	copy(id[:], blobOf(v))
	return id
}

// idTextOf reads an id as text. Null is "".
func idTextOf(v driver.Value) string {
	if v == nil {
		return ""
	}
	return idOf(v).String()
}

// timeOf reads milliseconds since 1970. Null is the zero time.
func timeOf(v driver.Value) time.Time {
	ms, ok := v.(int64)
	if !ok {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// Values for the file. The zero value is null, which takes no space.

func nullText(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

func nullBlob(b []byte) driver.Value {
	if len(b) == 0 {
		return nil
	}
	return b
}

// failureOf returns the key of the cause of a run that failed, 0 for another run.
func failureOf(s store.State, c *store.Cause) int64 {
	if s != store.Failed {
		return 0
	}
	return store.FailureKey(c)
}

func nullMillis(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// roundUpMillis rounds a duration up to milliseconds, so that no wait ends
// early.
func roundUpMillis(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// causeOf reads the six columns of a cause.
func causeOf(v []driver.Value) store.Cause {
	return store.Cause{Reason: textOf(v[0]), Class: textOf(v[1]), Action: textOf(v[2]), Position: textOf(v[3]), Message: textOf(v[4]), Detail: textOf(v[5])}
}
