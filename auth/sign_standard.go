package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// standardSigner signs as the specification Standard Webhooks defines.
type standardSigner struct {
	keys [][]byte
}

func (w *standardSigner) Describe(s *schema.Spec) {
	s.Doc = "Signs as [Standard Webhooks](https://www.standardwebhooks.com), version 1, defines: `webhook-id`, identical for each repetition of a request, `webhook-timestamp`, and `webhook-signature`, an HMAC-SHA-256 in base64. Each secret of a list makes a signature, so that receivers can change their secret without a gap."
	secretField(s, "secret", "The secret of the receiver in base64, with or without the prefix `whsec_`.", checkStandardKey, func(secrets []string) {
		for _, text := range secrets {
			key, _ := decodeStandardKey(text) // checkStandardKey has refused errors
			w.keys = append(w.keys, key)
		}
	})
	s.Example(schema.Example{
		Title: "Sign with the partner's secret",
		HCL:   "secret = secret.partner",
	})
}

// The lengths in bytes that the specification requires of keys, and the beginning
// of its signatures.
const (
	shortestKey     = 24
	longestKey      = 64
	standardVersion = "v1,"
)

func decodeStandardKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.TrimPrefix(text, whsecPrefix), "=")
	return base64.RawStdEncoding.DecodeString(text)
}

// checkStandardKey is the rule for secrets of Standard Webhooks.
func checkStandardKey(text string) (string, hcl.DiagnosticSeverity) {
	key, err := decodeStandardKey(text)
	switch {
	case err != nil:
		return "It is not base64 with or without the prefix whsec_. trimspace() removes white space at both ends.", hcl.DiagError
	case len(key) < shortestKey || len(key) > longestKey:
		return fmt.Sprintf("It holds %d bytes, and Standard Webhooks requires %d to %d; receivers may refuse it. Create one with: openssl rand -base64 32", len(key), shortestKey, longestKey), hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}

// Sign sets the three headers.
func (w *standardSigner) Sign(r *Outgoing) ([]string, error) {
	id, at := standardID(r.Key), strconv.FormatInt(r.Now.Unix(), 10)
	signatures := make([]string, len(w.keys))
	for i, key := range w.keys {
		signatures[i] = standardSignature(key, id, at, r.Body)
	}
	set := map[string]string{"Webhook-Id": id, "Webhook-Timestamp": at, "Webhook-Signature": strings.Join(signatures, " ")}
	fields := make([]string, 0, len(set))
	for name, text := range set {
		r.Header.Set(name, text)
		fields = append(fields, name)
	}
	return fields, nil
}

// standardSignature makes the signature of one key.
func standardSignature(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return standardVersion + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// standardID derives the id of a message from an idempotency key. The id must
// not hold a dot, which ends the id in the signed text.
func standardID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "msg_" + hex.EncodeToString(sum[:16])
}
