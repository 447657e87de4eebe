package store

import "time"

// Key is a name that a run, or whoever came first, holds for a time.
type Key struct {
	Scope   string // such as DedupeScope of a flow
	Name    string
	Run     string // id of the run that holds it; any other word where there is none
	Value   []byte
	Expires time.Time // by the engine's clock; set by engines
}
