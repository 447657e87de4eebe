package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// claimRules are what the claims of a token must hold.
type claimRules struct {
	issuers, audiences []string // empty for any
	requiredTexts      map[string]string
	oneOf              []requiredClaim // of which one must hold; nil for none
	leeway, maxAge     time.Duration   // maxAge is 0 if the age does not matter
	needsExpiry        bool
	bodyHash           string // the claim; "" if the body is not signed
}

// requiredClaim is a claim with its value.
type requiredClaim struct{ name, value string }

func (k *claimRules) checkSettings(d *schema.Decoded) hcl.Diagnostics {
	diags := checkNotEmpty(d, "issuer", k.issuers)
	diags = append(diags, checkNotEmpty(d, "audience", k.audiences)...)
	if k.leeway < 0 || k.leeway > maxLeeway {
		diags = append(diags, d.Problem("leeway", "Wrong value", `It must be from "0s" to "10m".`))
	}
	if d.Has("max_age") && k.maxAge <= 0 {
		diags = append(diags, d.Problem("max_age", "Wrong value", `It must be positive. Write a duration such as "5m".`))
	}
	if d.Has("body_sha256_claim") && k.bodyHash == "" {
		diags = append(diags, d.Problem("body_sha256_claim", "Wrong value", "It is empty. Remove it if the token does not sign the body."))
	}
	return diags
}

// checkNotEmpty refuses an empty list, which would accept each token.
func checkNotEmpty(d *schema.Decoded, name string, texts []string) hcl.Diagnostics {
	if !d.Has(name) || len(texts) > 0 && !slices.Contains(texts, "") {
		return nil
	}
	return hcl.Diagnostics{d.Problem(name, "Wrong value", fmt.Sprintf("%q is empty. Remove it to accept any value of the claim.", name))}
}

// check returns the reason why claims are not accepted at a time.
func (k *claimRules) check(claims map[string]any, now time.Time) error {
	if err := k.checkTimes(claims, now); err != nil {
		return err
	}
	if len(k.issuers) > 0 && !slices.ContainsFunc(k.issuers, func(want string) bool { return claims["iss"] == want }) {
		return errors.New("the token has another issuer (iss)")
	}
	if len(k.audiences) > 0 && !slices.ContainsFunc(k.audiences, func(want string) bool { return holdsText(claims["aud"], want) }) {
		return errors.New("the token is for another audience (aud)")
	}
	for name, want := range k.requiredTexts {
		if !holdsText(claims[name], want) {
			return errMissingClaim
		}
	}
	holds := func(c requiredClaim) bool { return holdsText(claims[c.name], c.value) }
	if len(k.oneOf) > 0 && !slices.ContainsFunc(k.oneOf, holds) {
		return errMissingClaim
	}
	return nil
}

var errMissingClaim = errors.New("the token does not have the required claims")

// checkTimes checks exp, nbf and iat (RFC 7519, section 4.1).
func (k *claimRules) checkTimes(claims map[string]any, now time.Time) error {
	expires, err := claimTime(claims, "exp")
	switch {
	case err != nil:
		return err
	case expires.IsZero() && k.needsExpiry:
		return errors.New("the token has no end (exp)")
	case !expires.IsZero() && !now.Before(expires.Add(k.leeway)):
		return errors.New("the token has expired")
	}
	begins, err := claimTime(claims, "nbf")
	switch {
	case err != nil:
		return err
	case now.Add(k.leeway).Before(begins):
		return errors.New("the token is not valid yet (nbf)")
	}
	if k.maxAge == 0 {
		return nil
	}
	issued, err := claimTime(claims, "iat")
	switch {
	case err != nil:
		return err
	case issued.IsZero():
		return errors.New("the token has no time of issue (iat)")
	case now.Add(k.leeway).Before(issued):
		return errors.New("the token was issued in the future (iat)")
	case now.After(issued.Add(k.maxAge + k.leeway)):
		return errors.New("the token is older than max_age")
	}
	return nil
}

// maxClaimTime is the last second of the year 9999.
const maxClaimTime = 253402300799

// claimTime returns the time of a claim, the zero time if the token does not have
// it.
func claimTime(claims map[string]any, name string) (time.Time, error) {
	v, has := claims[name]
	if !has {
		return time.Time{}, nil
	}
	number, ok := v.(json.Number)
	seconds, err := strconv.ParseFloat(number.String(), 64)
	if !ok || err != nil || seconds < 0 || seconds > maxClaimTime {
		return time.Time{}, fmt.Errorf("the claim %s is no time", name)
	}
	return time.Unix(int64(seconds), 0), nil
}

// holdsText reports whether a claim equals a text, or is a list with an element
// that does.
func holdsText(claim any, want string) bool {
	if list, ok := claim.([]any); ok {
		return slices.ContainsFunc(list, func(v any) bool { return equalsText(v, want) })
	}
	return equalsText(claim, want)
}

func equalsText(claim any, want string) bool {
	switch v := claim.(type) {
	case string:
		return v == want
	case json.Number:
		return v.String() == want
	case bool:
		return strconv.FormatBool(v) == want
	}
	return false
}

// checkBody compares the body with its hash in the claims.
func (k *claimRules) checkBody(claims map[string]any, body []byte) error {
	if k.bodyHash == "" {
		return nil
	}
	text, _ := claims[k.bodyHash].(string)
	sum := sha256.Sum256(body)
	for _, encoding := range signatureEncodings() {
		given, ok := appendDecoded(nil, encoding, text, len(sum))
		if ok && subtle.ConstantTimeCompare(given, sum[:]) == 1 {
			return nil
		}
	}
	return errors.New("the token is for another body")
}
