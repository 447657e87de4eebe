package gateway

import (
	"bytes"
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// hideBatch is how many runs are looked at for an address in one call of the
// store.
const hideBatch = 500

// hide goes on taking addresses out of the history, of one or of all that were
// deleted.
func (g *Gateway) hide(ctx context.Context, email string) (store.Erased, error) {
	return g.opts.Store.Erase(ctx, store.EraseQuery{
		Email: email, Limit: hideBatch,
		NewEraser: func(email string) store.Eraser { return &addressCleaner{plain: store.NewEraser(email), seal: g.seal} },
	})
}

// hideDeleted takes addresses of contacts that were deleted out of runs that are
// over by now.
func (b *background) hideDeleted(ctx context.Context) {
	b.every(ctx, purgeEvery, "addresses can't be taken out of the history", func() (bool, error) {
		got, err := b.g.hide(ctx, "")
		return got.More, err
	})
}

// addressCleaner takes an address out of what the gateway keeps in forms of its
// own: answers, whose bodies are base64, and outputs that are sealed.
type addressCleaner struct {
	plain store.Eraser
	seal  *redact.Sealer
}

// Clean takes the address out of a piece.
func (c *addressCleaner) Erase(p store.Piece) ([]byte, error) {
	switch {
	case p.Kind == store.ResponsePiece:
		return c.response(p)
	case p.Kind == store.OutputPiece && redact.IsSealed(p.Bytes):
		return c.sealed(p)
	case redact.IsSealed(p.Bytes): // or a body that begins like it
		if clean, err := c.sealed(p); err == nil {
			return clean, nil
		}
	}
	return c.plain.Erase(p)
}

// response looks into an answer. What is none, such as the value of a key that
// something else made, is a text.
func (c *addressCleaner) response(p store.Piece) ([]byte, error) {
	r, err := decodeResponse(p.Bytes)
	if err != nil || r.Status == 0 {
		return c.plain.Erase(p)
	}
	body, err := c.plain.Erase(store.Piece{Bytes: r.Body})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(body, r.Body) {
		r.Body = body
		p.Bytes = encodeResponse(r)
	}
	return c.plain.Erase(p)
}

// sealed looks into a sealed output and seals it again.
func (c *addressCleaner) sealed(p store.Piece) ([]byte, error) {
	if p.Cut {
		return nil, errors.New("it was sealed and then cut")
	}
	open, err := c.seal.Open(p.Bytes)
	if err != nil {
		return nil, err
	}
	clean, err := c.plain.Erase(store.Piece{Bytes: open})
	if err != nil || bytes.Equal(clean, open) {
		return p.Bytes, err
	}
	return c.seal.Seal(clean), nil
}
