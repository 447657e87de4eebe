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

// standardSigner signs by the specification Standard Webhooks.
type standardSigner struct {
	keys [][]byte
}

func (w *standardSigner) Describe(s *schema.Spec) {
	s.Doc = "Signs by [Standard Webhooks](https://www.standardwebhooks.com), version 1: `webhook-id`, the same each time the request is repeated, `webhook-timestamp`, and `webhook-signature`, an HMAC-SHA-256 in base64. Of several secrets each makes a signature, so that receivers can change theirs without a gap."
	secretField(s, "secret", "The secret that the receiver has, in base64, with or without `whsec_` before it.", standardKey, func(secrets []string) {
		for _, text := range secrets {
			key, _ := decodeStandardKey(text) // the rule has looked at it
			w.keys = append(w.keys, key)
		}
	})
	s.Example(schema.Example{
		Title: "Sign with the partner's secret",
		HCL:   "secret = secret.partner",
	})
}

// The prefix of secrets, and the lengths of keys that the specification asks
// for, in bytes.
const (
	standardPrefix  = "whsec_"
	shortestKey     = 24
	longestKey      = 64
	standardVersion = "v1,"
)

func decodeStandardKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.TrimPrefix(text, standardPrefix), "=")
	return base64.RawStdEncoding.DecodeString(text)
}

// standardKey is the rule for its secrets.
func standardKey(text string) (string, hcl.DiagnosticSeverity) {
	key, err := decodeStandardKey(text)
	switch {
	case err != nil:
		return "It is not base64 with whsec_ before it, which secrets of Standard Webhooks are. trimspace() takes away what is at its ends.", hcl.DiagError
	case len(key) < shortestKey || len(key) > longestKey:
		return fmt.Sprintf("It stands for %d bytes, and Standard Webhooks asks for %d to %d; receivers may refuse it. Make one by: openssl rand -base64 32", len(key), shortestKey, longestKey), hcl.DiagWarning
	}
	return "", hcl.DiagInvalid
}

// Sign sets the three headers.
func (w *standardSigner) Sign(r *Outgoing) ([]string, error) {
	id, at := standardID(r.Key), strconv.FormatInt(r.Now.Unix(), 10)
	signatures := make([]string, len(w.keys))
	for i, key := range w.keys {
		signatures[i] = standardSum(key, id, at, r.Body)
	}
	set := map[string]string{"Webhook-Id": id, "Webhook-Timestamp": at, "Webhook-Signature": strings.Join(signatures, " ")}
	fields := make([]string, 0, len(set))
	for name, text := range set {
		r.Header.Set(name, text)
		fields = append(fields, name)
	}
	return fields, nil
}

// standardSum is one signature.
func standardSum(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return standardVersion + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// standardID makes of a key an id without a dot, which is what ends the id in
// what is signed.
func standardID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "msg_" + hex.EncodeToString(sum[:16])
}
