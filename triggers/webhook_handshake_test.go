package triggers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
)

func asanaDelivery(kept *keptSecrets, secret, body string) sent {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return sent{typ: "application/json", body: body, kept: kept, header: http.Header{"X-Hook-Signature": {hex.EncodeToString(mac.Sum(nil))}}}
}

// The secret of the first handshake lets deliveries in. A stranger who sends another
// handshake changes nothing.
func TestHandshakeOfAsana(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{"auth \"asana\" {}", "auth \"all\" {\n  auth \"asana\" {}\n  auth \"asana\" {}\n}"} {
		w, kept := mustLoad(t, auth+"\nchallenge \"asana\" {}"), &keptSecrets{}
		handshake := func(secret string) sent {
			return sent{typ: "application/json", body: "{}", kept: kept, header: http.Header{"X-Hook-Secret": {secret}}}
		}
		const body = `{"events":[]}`
		if p := asanaDelivery(kept, "", body).refused(t, w, 401); !strings.Contains(p.Cause.Error(), "no handshake has brought a secret yet") {
			t.Errorf("before the handshake: %v", p.Cause)
		}
		handshake("own-secret").answered(t, w, "")
		asanaDelivery(kept, "own-secret", body).accepted(t, w)
		if p := handshake("of-a-stranger").refused(t, w, 403); p.Outcome != "challenge_refused" {
			t.Errorf("the second handshake: %+v", p)
		}
		handshake("own-secret").answered(t, w, "")
		_ = asanaDelivery(kept, "of-a-stranger", body).refused(t, w, 401)
		changed := asanaDelivery(kept, "own-secret", body)
		changed.body = `{"events":[1]}`
		_ = changed.refused(t, w, 401)
	}
}

func TestHandshakeFindings(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"auth \"asana\" {}":      `Add challenge "asana" {} to the trigger`,
		"challenge \"asana\" {}": `Add auth "asana" {} to the trigger, without secret`,
		"auth \"asana\" {\n  secret = secret.key\n}\nchallenge \"asana\" {}": `if it has one, remove that or the challenge`,
		"auth \"asana\" {\n  secret = secret.key\n}":                         "",
	} {
		_, diags := load(t, body)
		if (want == "") != !diags.HasErrors() || want != "" && !strings.Contains(diags.Error(), want) {
			t.Errorf("%s: %v", body, diags)
		}
	}
}
