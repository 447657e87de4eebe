package store

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
)

// ID is the id of a run in its compact form.
type ID = ulid.ID

// ParseID reads the id of a run.
func ParseID(text string) (ID, error) {
	id, err := ulid.Parse(text)
	if err != nil {
		return id, fmt.Errorf("%.40q is not the id of a run: %w", text, err)
	}
	return id, nil
}

// FirstID returns the least id that a run of a time can have. It returns false
// if ids cannot hold the time.
func FirstID(t time.Time) (ID, bool) { return ulid.First(t) }
