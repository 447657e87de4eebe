package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// APIKeys stores the keys that let callers in (auth "key"). There are at most
// MaxAPIKeys, so gateways hold all of them in memory and read only the version to
// learn whether that is still right.
type APIKeys interface {
	// ListAPIKeys returns all keys, sorted by name, the oldest of a name first.
	ListAPIKeys(ctx context.Context) (APIKeyList, error)
	// APIKeysVersion returns a number that grows with each change of the keys. Their
	// last use is no change.
	APIKeysVersion(ctx context.Context) (int64, error)
	// ChangeAPIKeys changes keys. If the change returns an error, ChangeAPIKeys
	// returns it and changes nothing.
	ChangeAPIKeys(ctx context.Context, c APIKeyChange) error
	// NoteAPIKeyUses sets the last use of keys to now. Unknown keys are ignored.
	NoteAPIKeyUses(ctx context.Context, hashes ...APIKeyHash) error
}

// APIKeyHash is the SHA-256 hash of a key. The key itself is in no store.
type APIKeyHash [32]byte

// APIKey is a key of a caller. Several keys have one name while a new one replaces
// an old one.
type APIKey struct {
	Hash     APIKeyHash
	Name     string
	Hint     string // the beginning of the key, for people
	AllFlows bool   // the key opens each flow; otherwise those of Flows
	Flows    []string
	Created  time.Time
	Expires  time.Time // zero for never
	Used     time.Time // about; zero for never
}

// APIKeyList are all keys.
type APIKeyList struct {
	Version int64
	Keys    []APIKey
}

// APIKeyChange is a change of keys.
type APIKeyChange interface {
	// Apply decides by all keys and the time of the engine. It may be called again.
	Apply(keys []APIKey, now time.Time) (APIKeyDiff, error)
}

// APIKeyDiff are the keys that a change writes and deletes.
type APIKeyDiff struct {
	Put    []APIKey // without Used, which stays
	Delete []APIKeyHash
}

// The bounds of keys.
const (
	MaxAPIKeys     = 1000
	MaxAPIKeyName  = 64
	MaxAPIKeyFlows = 100
)

// APIKeyError says why a change of keys is not possible. Its message is for people.
type APIKeyError struct{ Message string }

// Error returns the message.
func (e *APIKeyError) Error() string { return e.Message }

// ErrAPIKeyExists says that a key with the name exists.
var ErrAPIKeyExists = errors.New("the key exists already")

// MissingAPIKey returns the ErrNotFound of a key.
func MissingAPIKey(name string) error { return fmt.Errorf("%w: no key %q", ErrNotFound, name) }
