package sqlite_test

import (
	"errors"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

func TestMemoryImage(t *testing.T) {
	t.Parallel()
	image, err := sqlite.NewImage(clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	id, other := ulid.New(clock.System{}.Now()), ulid.New(clock.System{}.Now())
	for range 2 {
		s, err := sqlite.OpenMemory(clock.System{}, image)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Accept(t.Context(), &store.Submission{ID: id, Flow: "a", Queue: store.QueueLimit{Max: 10}}); err != nil {
			t.Error(err)
		}
		r, err := s.Get(t.Context(), id)
		if err != nil || r.Flow != "a" {
			t.Errorf("%+v, %v", r, err)
		}
		if _, err := s.Get(t.Context(), other); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkOpenMemory(b *testing.B) {
	image, err := sqlite.NewImage(clock.System{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := sqlite.OpenMemory(clock.System{}, image)
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
