package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/apikey"
	"github.com/webhook-gateway/gateway/internal/duration"
	"github.com/webhook-gateway/gateway/store"
)

// The bounds of the times of a key.
const (
	maxKeyLifetime = 3650 * 24 * time.Hour
	maxKeyOverlap  = 365 * 24 * time.Hour

	defaultOverlap = 24 * time.Hour
)

// Keyring knows the keys of callers.
type Keyring interface {
	// RefreshKeys makes a change of the keys count for the next request.
	RefreshKeys()
}

// Keys returns the keys of callers.
func (s *Service) Keys(ctx context.Context) (KeyList, error) {
	return withStore(s, func(v view) (KeyList, error) {
		list, err := s.opts.Store.ListAPIKeys(ctx)
		out := KeyList{Keys: make([]Key, 0, len(list.Keys))}
		for i := range list.Keys {
			out.Keys = append(out.Keys, v.showKey(&list.Keys[i], s.opts.Clock.Now()))
		}
		return out, err
	})
}

// CreateKey makes a key with a name that no key has.
func (s *Service) CreateKey(ctx context.Context, n NewKey) (_ KeyCreated, err error) {
	defer s.audit(ctx, "key.create", n.Name, &err)
	return withStore(s, func(v view) (KeyCreated, error) {
		lifetime, err := parseKeyTime("expires_in", n.Expires, time.Second, maxKeyLifetime)
		if err != nil {
			return KeyCreated{}, err
		}
		switch {
		case n.AllFlows && len(n.Flows) > 0:
			return KeyCreated{}, invalid("the key names flows and opens all; leave out one of them")
		case !n.AllFlows && len(n.Flows) == 0:
			return KeyCreated{}, invalid("the key opens no flow; name flows, or say that it opens all")
		}
		if err := v.checkKeyFlows(n.Flows); err != nil {
			return KeyCreated{}, err
		}
		secret := apikey.New()
		return s.addKey(ctx, v, n.Name, secret, store.CreateAPIKey{
			Hash: apikey.Hash(secret), Name: n.Name, Hint: apikey.Hint(secret), AllFlows: n.AllFlows, Flows: n.Flows, Lifetime: lifetime,
		})
	})
}

// RotateKey makes a new key with the name and the flows of an existing one, which
// stays valid for a while.
func (s *Service) RotateKey(ctx context.Context, name string, r KeyRotation) (_ KeyCreated, err error) {
	defer s.audit(ctx, "key.rotate", name, &err)
	return withStore(s, func(v view) (KeyCreated, error) {
		lifetime, err := parseKeyTime("expires_in", r.Expires, time.Second, maxKeyLifetime)
		if err != nil {
			return KeyCreated{}, err
		}
		overlap := defaultOverlap
		if r.Overlap != "" {
			if overlap, err = parseKeyTime("overlap", r.Overlap, 0, maxKeyOverlap); err != nil {
				return KeyCreated{}, err
			}
		}
		secret := apikey.New()
		return s.addKey(ctx, v, name, secret, store.RotateAPIKey{
			Hash: apikey.Hash(secret), Name: name, Hint: apikey.Hint(secret), Overlap: overlap, Lifetime: lifetime,
		})
	})
}

// addKey changes the keys and returns the new one.
func (s *Service) addKey(ctx context.Context, v view, name, secret string, c store.APIKeyChange) (KeyCreated, error) {
	if err := s.changeKeys(ctx, name, c); err != nil {
		return KeyCreated{}, err
	}
	list, err := s.opts.Store.ListAPIKeys(ctx)
	if err != nil {
		return KeyCreated{}, err
	}
	at := slices.IndexFunc(list.Keys, func(k store.APIKey) bool { return k.Hash == apikey.Hash(secret) })
	if at < 0 {
		return KeyCreated{}, &Error{Kind: Conflict, Message: "the key was revoked while it was made"}
	}
	return KeyCreated{Key: v.showKey(&list.Keys[at], s.opts.Clock.Now()), Secret: secret, Closed: v.closedFlows(list.Keys[at].Flows)}, nil
}

// closedFlows returns those of the flows whose triggers ask for no key.
func (v view) closedFlows(names []string) []string {
	var closed []string
	for _, f := range v.Config.Flows {
		if slices.Contains(names, f.Name) && (f.Parts.HTTP == nil || !f.Parts.HTTP.ReadsKeys) {
			closed = append(closed, v.redactText(f.Name))
		}
	}
	return closed
}

// RevokeKey deletes the keys with a name.
func (s *Service) RevokeKey(ctx context.Context, name string) (_ KeysRevoked, err error) {
	defer s.audit(ctx, "key.revoke", name, &err)
	return withStore(s, func(view) (KeysRevoked, error) {
		c := &revocation{RevokeAPIKey: store.RevokeAPIKey{Name: name}}
		err := s.changeKeys(ctx, name, c)
		return KeysRevoked{Revoked: c.revoked}, err
	})
}

// revocation counts the keys that it deletes.
type revocation struct {
	store.RevokeAPIKey
	revoked int
}

// Apply deletes the keys.
func (r *revocation) Apply(keys []store.APIKey, now time.Time) (store.APIKeyDiff, error) {
	d, err := r.RevokeAPIKey.Apply(keys, now)
	r.revoked = len(d.Delete)
	return d, err
}

// changeKeys changes the keys with a name. Its errors are for people.
func (s *Service) changeKeys(ctx context.Context, name string, c store.APIKeyChange) error {
	named := &namedChange{APIKeyChange: c}
	err := s.opts.Store.ChangeAPIKeys(ctx, named)
	var wrong *store.APIKeyError
	switch {
	case err == nil:
		s.opts.Keyring.RefreshKeys()
	case errors.As(err, &wrong):
		return invalid("%s", wrong.Message)
	case errors.Is(err, store.ErrAPIKeyExists):
		return &Error{Kind: Conflict, Message: "there is a key with this name; rotate it, revoke it first, or choose another name"}
	case errors.Is(err, store.ErrNotFound):
		return missingKey(name, named.names)
	}
	return err
}

// namedChange notes the names of the keys, for a message about a missing one.
type namedChange struct {
	store.APIKeyChange
	names []string
}

// Apply applies the change.
func (n *namedChange) Apply(keys []store.APIKey, now time.Time) (store.APIKeyDiff, error) {
	n.names = nil
	for i := range keys {
		n.names = append(n.names, keys[i].Name)
	}
	return n.APIKeyChange.Apply(keys, now)
}

func missingKey(name string, known []string) error {
	message := "there is no key with this name"
	if near := diag.Nearest(name, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return &Error{Kind: NotFound, Message: message}
}

// checkKeyFlows refuses the name of a flow that is not in the files.
func (v view) checkKeyFlows(names []string) error {
	var known []string
	for _, f := range v.Config.Flows {
		known = append(known, f.Name)
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		message := fmt.Sprintf("there is no flow %q in the files", name)
		if near := diag.Nearest(name, known); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		return invalid("%s", message)
	}
	return nil
}

// parseKeyTime reads a duration; 0 if it is missing.
func parseKeyTime(name, text string, least, most time.Duration) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := duration.Parse(text)
	if err != nil {
		return 0, invalid("%q: %v", name, err)
	}
	if d < least || d > most {
		return 0, invalid("%q must be from %s to %s", name, duration.Format(least), duration.Format(most))
	}
	return d, nil
}
