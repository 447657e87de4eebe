package history_test

import (
	"context"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// eraseStore gives the eraser of one address to a test.
type eraseStore struct {
	store.Contacts
	eraser store.Eraser
}

func (e *eraseStore) Erase(_ context.Context, q store.EraseQuery) (store.Erased, error) {
	e.eraser = q.NewEraser("ann@example.com")
	return store.Erased{}, nil
}

// TestEraserReadsTheFormsOfTheGateway: responses hold their body in base64, and
// outputs may be sealed.
func TestEraserReadsTheFormsOfTheGateway(t *testing.T) {
	t.Parallel()
	sealer := redact.NewSealer([]byte("0123456789abcdef"))
	s := &eraseStore{}
	if _, err := (&history.Eraser{Store: s, Sealer: sealer}).Erase(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	open := func(b []byte) ([]byte, error) { return sealer.Open(b) }
	body := func(b []byte) ([]byte, error) {
		r, err := run.DecodeResponse(b)
		if err != nil {
			return nil, err
		}
		return r.Body, nil
	}
	plain := func(b []byte) ([]byte, error) { return b, nil }
	text := []byte(`{"to":"ann@example.com"}`)
	for _, c := range []struct {
		name  string
		piece store.Piece
		read  func([]byte) ([]byte, error)
	}{
		{"a plain output", store.Piece{Kind: store.OutputPiece, Bytes: text}, plain},
		{"a sealed output", store.Piece{Kind: store.OutputPiece, Bytes: sealer.Seal(text)}, open},
		{"a response", store.Piece{Kind: store.ResponsePiece, Bytes: run.EncodeResponse(&flow.Response{Status: 200, Body: text})}, body},
		{"the value of a key of another program", store.Piece{Kind: store.ResponsePiece, Bytes: text}, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := s.eraser.Erase(c.piece)
			if err != nil {
				t.Fatal(err)
			}
			if got, err = c.read(got); err != nil || strings.Contains(string(got), "ann") || !strings.Contains(string(got), `"to"`) {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
	for name, p := range map[string]store.Piece{
		"cut":         {Kind: store.OutputPiece, Bytes: sealer.Seal(text), Cut: true},
		"another key": {Kind: store.OutputPiece, Bytes: redact.NewSealer([]byte("another key, too")).Seal(text)},
	} {
		if got, err := s.eraser.Erase(p); err == nil {
			t.Errorf("%s: erased to %s without an error", name, got)
		}
	}
}
