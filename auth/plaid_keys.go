package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/outbound"
)

// plaidKeys are the keys of Plaid that tokens have named. A key is asked for again
// after plaidKeyInterval, to learn whether Plaid has ended it.
type plaidKeys struct {
	fetch func(ctx context.Context, id string) ([]byte, error)
	clock clock.Clock
	gate  fetchGate

	mu   sync.Mutex
	kept map[string]plaidKey
}

// plaidKey is a key as Plaid returned it.
type plaidKey struct {
	jwtKey
	ended  time.Time // zero if it is in use
	loaded time.Time
	tried  time.Time // when it was asked for last, even in vain
}

const (
	plaidKeyPath = "/webhook_verification_key/get"
	// plaidKeyInterval is the age after which a key is asked for again.
	plaidKeyInterval = time.Hour
	// maxPlaidKeys is the number of keys that are kept. Plaid has one or two at a time.
	maxPlaidKeys = 16
	// maxPlaidKeySize is the size of the answer with a key.
	maxPlaidKeySize = 64 << 10
)

// plaidKeyID is the form of the id of a key, which is a UUID today.
var plaidKeyID = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// plaidErrorCode is the form of a reason of Plaid, such as INVALID_API_KEYS.
var plaidErrorCode = regexp.MustCompile(`^[A-Z_]{1,64}$`)

// errPlaidKeyID is the answer of Plaid to an id that is not its own.
var errPlaidKeyID = errors.New("no key of Plaid has the id that the token names")

// find returns the key with the id.
func (k *plaidKeys) find(ctx context.Context, id, algorithm string) ([]jwtKey, error) {
	if !plaidKeyID.MatchString(id) {
		return nil, errNoKey
	}
	found, err := k.key(ctx, id)
	switch {
	case errors.Is(err, errPlaidKeyID):
		return nil, err
	case err != nil:
		return nil, &Unavailable{Err: fmt.Errorf("the key of Plaid can't be fetched: %w", err), RetryAfter: keySetPause, TooMany: errors.Is(err, errTooManyFetches)}
	case !found.ended.IsZero() && !k.clock.Now().Before(found.ended):
		return nil, errors.New("the key that the token names has ended")
	}
	return fixedKeys{found.jwtKey}.find(ctx, id, algorithm)
}

// key returns a kept key, or asks for it. Requests whose key is kept wait for no fetch
// of another request.
func (k *plaidKeys) key(ctx context.Context, id string) (plaidKey, error) {
	found, isKept := k.current(id)
	switch {
	case isKept && (!k.isStale(found) || k.gate.tryBegin() != nil):
		return found, nil
	case !isKept:
		if err := k.gate.begin(ctx); err != nil {
			return plaidKey{}, err
		}
	}
	defer k.gate.end()
	if again, ok := k.current(id); ok && !k.isStale(again) {
		return again, nil
	}
	// Kept keys are few and have their own pause. A flood of other ids must not keep one
	// in use that Plaid has ended.
	if !isKept {
		if err := k.gate.count(k.clock.Now(), "keys"); err != nil {
			return plaidKey{}, err
		}
	}
	fetched, err := k.load(ctx, id)
	switch {
	case err == nil:
		k.keep(id, fetched)
		return fetched, nil
	case isKept && !errors.Is(err, errPlaidKeyID):
		found.tried = k.clock.Now()
		k.keep(id, found)
		return found, nil
	}
	return plaidKey{}, err
}

// current returns a key that may be used.
func (k *plaidKeys) current(id string) (plaidKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.kept[id]
	return found, ok && clock.Since(k.clock, found.loaded) < maxKeySetAge
}

func (k *plaidKeys) isStale(key plaidKey) bool {
	return clock.Since(k.clock, key.loaded) >= plaidKeyInterval && clock.Since(k.clock, key.tried) >= keySetPause
}

func (k *plaidKeys) keep(id string, key plaidKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.kept[id]; !known && len(k.kept) >= maxPlaidKeys || k.kept == nil {
		k.kept = map[string]plaidKey{}
	}
	k.kept[id] = key
}

func (k *plaidKeys) load(ctx context.Context, id string) (plaidKey, error) {
	now := k.clock.Now()
	text, err := k.fetch(ctx, id)
	if err != nil {
		return plaidKey{}, err
	}
	key, err := parsePlaidKey(text, id)
	key.loaded, key.tried = now, now
	return key, err
}

// parsePlaidKey parses the answer with a key.
func parsePlaidKey(text []byte, id string) (plaidKey, error) {
	var answer struct {
		Key struct {
			jsonKey
			Ended *int64 `json:"expired_at"`
		} `json:"key"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return plaidKey{}, errors.New("the answer is no key")
	}
	k := answer.Key
	public, err := k.publicKey()
	if err != nil || k.ID != id || k.Use != "" && k.Use != "sig" {
		return plaidKey{}, errors.New("the answer is not the key that was asked for")
	}
	out := plaidKey{jwtKey: jwtKey{id: k.ID, algorithm: k.Algorithm, key: public}}
	if k.Ended != nil {
		out.ended = time.Unix(*k.Ended, 0)
	}
	return out, nil
}

// plaidFetch asks Plaid for a key. The secret is in the body, which no log has.
func plaidFetch(client *outbound.Client, at, clientID, secret string) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, id string) ([]byte, error) {
		body, err := json.Marshal(map[string]string{"client_id": clientID, "secret": secret, "key_id": id})
		if err != nil {
			return nil, err
		}
		answer, err := client.Do(ctx, &outbound.Request{
			Method: http.MethodPost, URL: at, Body: body, MaxResponse: maxPlaidKeySize, Header: http.Header{"Content-Type": {"application/json"}},
		})
		switch {
		case err != nil:
			return nil, err
		case answer.Status == http.StatusOK:
			return answer.Body, nil
		}
		return nil, plaidError(answer)
	}
}

// plaidError tells an unknown key from other errors, such as a wrong secret in the
// file, after which Plaid should send the webhook again.
func plaidError(answer *outbound.Response) error {
	var reason struct {
		Code string `json:"error_code"`
	}
	if json.Unmarshal(answer.Body, &reason) == nil && answer.Status == http.StatusBadRequest && reason.Code == "INVALID_WEBHOOK_VERIFICATION_KEY_ID" {
		return errPlaidKeyID
	}
	err := error(&statusError{answer.Target, answer.Status})
	if plaidErrorCode.MatchString(reason.Code) {
		err = fmt.Errorf("%w: %s", err, reason.Code)
	}
	return err
}
