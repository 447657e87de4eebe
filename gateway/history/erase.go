package history

import (
	"bytes"
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/erase"
)

// eraseBatch is how many runs one call of the store searches for an address.
const eraseBatch = 500

// Eraser erases the addresses of deleted contacts from stored runs.
type Eraser struct {
	Store  store.Contacts
	Sealer *redact.Sealer
}

// Erase erases an address, or those of all deleted contacts if it is "", from a
// batch of runs.
func (h *Eraser) Erase(ctx context.Context, email string) (store.Erased, error) {
	return h.Store.Erase(ctx, store.EraseQuery{
		Email: email, Limit: eraseBatch,
		NewEraser: func(email string) store.Eraser { return &pieceEraser{plain: erase.New(email), sealer: h.Sealer} },
	})
}

// pieceEraser erases an address from the forms that only the gateway reads:
// responses, whose bodies are base64, and sealed outputs and responses.
type pieceEraser struct {
	plain  store.Eraser
	sealer *redact.Sealer
}

// Erase erases the address from a piece of a run.
func (e *pieceEraser) Erase(p store.Piece) ([]byte, error) {
	switch {
	case p.Kind == store.ResponsePiece:
		return e.eraseResponse(p)
	case p.Kind == store.OutputPiece && redact.IsSealed(p.Bytes):
		return e.eraseSealed(p)
	case redact.IsSealed(p.Bytes): // or a body that begins like a sealed one
		if clean, err := e.eraseSealed(p); err == nil {
			return clean, nil
		}
	}
	return e.plain.Erase(p)
}

// eraseResponse erases the address from a response. Other values, such as those
// of keys that the gateway did not make, are treated as text.
func (e *pieceEraser) eraseResponse(p store.Piece) ([]byte, error) {
	if redact.IsSealed(p.Bytes) && !p.Cut {
		open, err := e.sealer.Open(p.Bytes)
		if err != nil {
			return nil, err
		}
		clean, err := e.eraseResponse(store.Piece{Kind: p.Kind, Bytes: open})
		if err != nil || bytes.Equal(clean, open) {
			return p.Bytes, err
		}
		return e.sealer.Seal(clean), nil
	}
	r, err := run.DecodeResponse(p.Bytes)
	if err != nil || r.Status == 0 {
		return e.plain.Erase(p)
	}
	body, err := e.plain.Erase(store.Piece{Bytes: r.Body})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(body, r.Body) {
		r.Body = body
		p.Bytes = run.EncodeResponse(r)
	}
	return e.plain.Erase(p)
}

// eraseSealed erases the address from a sealed output and seals it again.
func (e *pieceEraser) eraseSealed(p store.Piece) ([]byte, error) {
	if p.Cut {
		return nil, errors.New("it was sealed and then cut")
	}
	open, err := e.sealer.Open(p.Bytes)
	if err != nil {
		return nil, err
	}
	clean, err := e.plain.Erase(store.Piece{Bytes: open})
	if err != nil || bytes.Equal(clean, open) {
		return p.Bytes, err
	}
	return e.sealer.Seal(clean), nil
}
