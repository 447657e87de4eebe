package flowtest

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// The writing operations of people and of the housekeeping. TestDroppedStore holds
// that no operation of store.Store that writes is missing here and in drop.go.

// Ping implements store.Store.
func (s *mortalStore) Ping(ctx context.Context) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Ping(ctx)
}

// Cancel implements store.Store.
func (s *mortalStore) Cancel(ctx context.Context, id string) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Cancel(ctx, id)
}

// CancelAll implements store.Store.
func (s *mortalStore) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	if err := s.guard(ctx); err != nil {
		return store.Changed{}, err
	}
	return s.Store.CancelAll(ctx, q)
}

// Requeue implements store.Store.
func (s *mortalStore) Requeue(ctx context.Context, id string, o store.RequeueOptions) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Requeue(ctx, id, o)
}

// RequeueAll implements store.Store.
func (s *mortalStore) RequeueAll(ctx context.Context, q store.ListQuery, o store.RequeueOptions) (store.Changed, error) {
	if err := s.guard(ctx); err != nil {
		return store.Changed{}, err
	}
	return s.Store.RequeueAll(ctx, q, o)
}

// Dismiss implements store.Store.
func (s *mortalStore) Dismiss(ctx context.Context, id string) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.Dismiss(ctx, id)
}

// DismissAll implements store.Store.
func (s *mortalStore) DismissAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	if err := s.guard(ctx); err != nil {
		return store.Changed{}, err
	}
	return s.Store.DismissAll(ctx, q)
}

// Adopt implements store.Store.
func (s *mortalStore) Adopt(ctx context.Context, a store.Adoption) (store.Adopted, error) {
	if err := s.guard(ctx); err != nil {
		return store.Adopted{}, err
	}
	return s.Store.Adopt(ctx, a)
}

// Purge implements store.Store.
func (s *mortalStore) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	if err := s.guard(ctx); err != nil {
		return store.Purged{}, err
	}
	return s.Store.Purge(ctx, r)
}

// DeleteContact implements store.Store.
func (s *mortalStore) DeleteContact(ctx context.Context, email string) (bool, error) {
	if err := s.guard(ctx); err != nil {
		return false, err
	}
	return s.Store.DeleteContact(ctx, email)
}

// Erase implements store.Store.
func (s *mortalStore) Erase(ctx context.Context, q store.EraseQuery) (store.Erased, error) {
	if err := s.guard(ctx); err != nil {
		return store.Erased{}, err
	}
	return s.Store.Erase(ctx, q)
}

// ChangeAPIKeys implements store.Store.
func (s *mortalStore) ChangeAPIKeys(ctx context.Context, c store.APIKeyChange) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.ChangeAPIKeys(ctx, c)
}

// NoteAPIKeyUses implements store.Store.
func (s *mortalStore) NoteAPIKeyUses(ctx context.Context, hashes ...store.APIKeyHash) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.NoteAPIKeyUses(ctx, hashes...)
}

// PutHandshake implements store.Store.
func (s *mortalStore) PutHandshake(ctx context.Context, h store.Handshake) (store.Handshake, bool, error) {
	if err := s.guard(ctx); err != nil {
		return store.Handshake{}, false, err
	}
	return s.Store.PutHandshake(ctx, h)
}

// DeleteHandshakes implements store.Store.
func (s *mortalStore) DeleteHandshakes(ctx context.Context, flows ...string) (int, error) {
	if err := s.guard(ctx); err != nil {
		return 0, err
	}
	return s.Store.DeleteHandshakes(ctx, flows...)
}

// PauseFlow implements store.Store.
func (s *mortalStore) PauseFlow(ctx context.Context, flow, by string) (bool, error) {
	if err := s.guard(ctx); err != nil {
		return false, err
	}
	return s.Store.PauseFlow(ctx, flow, by)
}

// ResumeFlow implements store.Store.
func (s *mortalStore) ResumeFlow(ctx context.Context, flow string) (bool, error) {
	if err := s.guard(ctx); err != nil {
		return false, err
	}
	return s.Store.ResumeFlow(ctx, flow)
}

// AppendAudit implements store.Store.
func (s *mortalStore) AppendAudit(ctx context.Context, e store.AuditEntry) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.AppendAudit(ctx, e)
}

// RecordOutcomes implements store.Store.
func (s *mortalStore) RecordOutcomes(ctx context.Context, list []store.Outcome) error {
	if err := s.guard(ctx); err != nil {
		return err
	}
	return s.Store.RecordOutcomes(ctx, list)
}
