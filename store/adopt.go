package store

// Adoption gives the runs and keys of a flow to the flow that it was renamed to.
type Adoption struct {
	From, To string // names of flows
	Keys     []KeyMove
}

// KeyMove gives keys another scope or name. A key that exists under the new one
// stays, and the moved key is deleted.
type KeyMove struct {
	From, To         string // scopes
	FromName, ToName string // both "" move all keys of the scope under their names
}

// What one call of Adopt moves at most: keys of each KeyMove, and runs. An engine
// whose other writers do not wait for Adopt may move more runs.
const (
	MaxMovedKeys = 1000
	MaxMovedRuns = 250
)

// Adopted is the result of Adopt.
type Adopted struct {
	Runs int // moved
	Keys int // moved, or deleted because the new key existed
	More bool
}

// Add counts what one KeyMove did.
func (a *Adopted) Add(keys int) {
	a.Keys += keys
	a.More = a.More || keys == MaxMovedKeys
}
