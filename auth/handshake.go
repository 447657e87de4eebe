package auth

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// handshakeRetryAfter is when a sender may try again whose secret can't be read now.
const handshakeRetryAfter = 5 * time.Second

// verifyHandshake checks a signature with the secret that the sender chose in its
// handshake.
func (p *presetCheck) verifyHandshake(ctx context.Context, r *Request) error {
	if _, err := p.signatures[0].readClaim(r); err != nil {
		return err // without a signature the store is not asked
	}
	if r.Handshakes == nil {
		return &Unavailable{Err: flow.ErrHandshakesUnavailable, RetryAfter: handshakeRetryAfter}
	}
	secret, err := r.Handshakes.Secret(ctx, p.preset.name)
	switch {
	case err != nil:
		return &Unavailable{Err: err, RetryAfter: handshakeRetryAfter}
	case secret == "":
		return errors.New("no handshake has brought a secret yet")
	}
	return p.signatureWith(secret).Verify(ctx, r)
}

// handshakeSignature checks signatures with the secret of a handshake.
type handshakeSignature struct {
	secret string
	signature
}

// signatureWith returns the check of signatures with a secret. The last one is kept,
// because the secret seldom changes.
func (p *presetCheck) signatureWith(secret string) *signature {
	v := p.kept.Load()
	if v == nil || v.secret != secret {
		v = &handshakeSignature{secret, signature{scheme: p.signatures[0].scheme}}
		v.setKeys([]string{secret})
		p.kept.Store(v)
	}
	return &v.signature
}

func (p *presetCheck) handshakeSenders() []string {
	if p.preset.handshake && len(p.signatures[0].keys) == 0 {
		return []string{p.preset.name}
	}
	return nil
}
