package actiontest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// Contacts are contacts in memory, with all that was asked of them.
type Contacts struct {
	mu      sync.Mutex
	Tags    []string // that every contact has
	Changes []flow.ContactChange
	Err     error
}

// Contact returns the contact of the test.
func (p *Contacts) Contact(context.Context, string) (flow.Contact, bool, error) {
	return flow.Contact{}, false, errors.New("no action reads contacts")
}

// Change collects the change.
func (p *Contacts) Change(_ context.Context, c flow.ContactChange) (flow.ContactChanged, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Changes = append(p.Changes, c)
	var out flow.ContactChanged
	for _, t := range c.Add {
		if !slices.Contains(p.Tags, t) {
			out.Added = append(out.Added, t)
		}
	}
	for _, t := range c.Remove {
		if slices.Contains(p.Tags, t) {
			out.Removed = append(out.Removed, t)
		}
	}
	return out, p.Err
}

// Keys is a store's keys, in memory and without an end.
type Keys struct {
	mu    sync.Mutex
	Names map[string]string
}

// PutKey claims a key in memory.
func (k *Keys) PutKey(_ context.Context, scope, name, owner string, _ time.Duration) (bool, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if holder, there := k.Names[scope+name]; there {
		return false, holder, nil
	}
	if k.Names == nil {
		k.Names = map[string]string{}
	}
	k.Names[scope+name] = owner
	return true, owner, nil
}

// DropKey releases a key.
func (k *Keys) DropKey(_ context.Context, scope, name, owner string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Names[scope+name] == owner {
		delete(k.Names, scope+name)
	}
	return nil
}
