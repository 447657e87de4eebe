package store

import (
	"fmt"
	"regexp"
	"time"
)

// CreateAPIKey makes a key with a name that no key has.
type CreateAPIKey struct {
	Hash     APIKeyHash
	Name     string
	Hint     string
	AllFlows bool
	Flows    []string      // at least one unless AllFlows
	Lifetime time.Duration // 0 for no end
}

var apiKeyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// Apply returns an *APIKeyError for a wrong name or too many keys, and
// ErrAPIKeyExists.
func (c CreateAPIKey) Apply(keys []APIKey, now time.Time) (APIKeyDiff, error) {
	if err := c.validate(); err != nil {
		return APIKeyDiff{}, err
	}
	if len(keysNamed(keys, c.Name)) > 0 {
		return APIKeyDiff{}, fmt.Errorf("%w: %q", ErrAPIKeyExists, c.Name)
	}
	if err := checkAPIKeyCount(len(keys) + 1); err != nil {
		return APIKeyDiff{}, err
	}
	return APIKeyDiff{Put: []APIKey{{Hash: c.Hash, Name: c.Name, Hint: c.Hint, AllFlows: c.AllFlows, Flows: c.Flows, Created: now, Expires: endOf(now, c.Lifetime)}}}, nil
}

func (c CreateAPIKey) validate() error {
	switch {
	case len(c.Name) > MaxAPIKeyName || !apiKeyName.MatchString(c.Name):
		return &APIKeyError{fmt.Sprintf("the name of a key must have 1 to %d letters, digits, dots, hyphens and underscores, and begin with a letter or digit, such as \"acme\"", MaxAPIKeyName)}
	case c.AllFlows == (len(c.Flows) > 0):
		return &APIKeyError{"a key opens the flows that it names, at least one, or all flows; say which"}
	case len(c.Flows) > MaxAPIKeyFlows:
		return &APIKeyError{fmt.Sprintf("a key opens at most %d flows by name, this one has %d", MaxAPIKeyFlows, len(c.Flows))}
	}
	return nil
}

func checkAPIKeyCount(n int) error {
	if n > MaxAPIKeys {
		return &APIKeyError{fmt.Sprintf("there are %d keys already, which is the most; revoke keys that nobody needs", MaxAPIKeys)}
	}
	return nil
}

// RotateAPIKey adds a key with the name and the flows of an existing one, which
// ends after Overlap.
type RotateAPIKey struct {
	Hash     APIKeyHash
	Name     string
	Hint     string
	Overlap  time.Duration
	Lifetime time.Duration // 0 for that of the existing key
}

// Apply returns ErrNotFound if there is no key with the name. It deletes those that
// have ended.
func (r RotateAPIKey) Apply(keys []APIKey, now time.Time) (APIKeyDiff, error) {
	old := keysNamed(keys, r.Name)
	if len(old) == 0 {
		return APIKeyDiff{}, MissingAPIKey(r.Name)
	}
	last := old[len(old)-1]
	if r.Lifetime == 0 && !last.Expires.IsZero() {
		r.Lifetime = last.Expires.Sub(last.Created)
	}
	d := APIKeyDiff{Put: []APIKey{{Hash: r.Hash, Name: r.Name, Hint: r.Hint, AllFlows: last.AllFlows, Flows: last.Flows, Created: now, Expires: endOf(now, r.Lifetime)}}}
	ends := now.Add(r.Overlap)
	for _, k := range old {
		if k.Expires.IsZero() || k.Expires.After(ends) {
			k.Expires = ends
		}
		if k.Expires.After(now) {
			d.Put = append(d.Put, k)
		} else {
			d.Delete = append(d.Delete, k.Hash)
		}
	}
	return d, checkAPIKeyCount(len(keys) - len(d.Delete) + 1)
}

// RevokeAPIKey deletes the keys of a name.
type RevokeAPIKey struct{ Name string }

// Apply returns ErrNotFound if there is no key with the name.
func (r RevokeAPIKey) Apply(keys []APIKey, _ time.Time) (APIKeyDiff, error) {
	var d APIKeyDiff
	for _, k := range keysNamed(keys, r.Name) {
		d.Delete = append(d.Delete, k.Hash)
	}
	if len(d.Delete) == 0 {
		return d, MissingAPIKey(r.Name)
	}
	return d, nil
}

// keysNamed returns the keys of a name, the oldest first.
func keysNamed(keys []APIKey, name string) []APIKey {
	var out []APIKey
	for _, k := range keys {
		if k.Name == name {
			out = append(out, k)
		}
	}
	return out
}

func endOf(now time.Time, lifetime time.Duration) time.Time {
	if lifetime == 0 {
		return time.Time{}
	}
	return now.Add(lifetime)
}
