package auth

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/hashicorp/hcl/v2"
)

// A sender whose keys are shared by all its customers needs what pins its tokens to
// one of them.
func TestTokenSenderFindings(t *testing.T) {
	t.Parallel()
	const url = "audience = \"https://hooks.example.com\""
	const grid = "audience = \"api://orders\"\n"
	for kind, cases := range map[string][]finding{
		"google_pubsub": {
			{"no audience", "email = \"a@b.example\"", hcl.DiagError, "Missing attribute", `"audience" is required`, "1:1-1:21"},
			{"no email", url, hcl.DiagError, "Missing attribute", `"email" is required`, "1:1-1:21"},
			{"an empty email", url + "\nemail = \"\"", hcl.DiagError, "Wrong value", "your service account", "3:9-3:11"},
			{"an empty list", "audience = []\nemail = \"a@b.example\"", hcl.DiagError, "Wrong value", `"audience" is empty`, "2:12-2:14"},
		},
		"google_chat": {
			{"no audience", "", hcl.DiagError, "Missing attribute", `"audience" is required`, "1:1-1:19"},
			{"two forms", "audience = [\"https://hooks.example.com\", \"123\"]", hcl.DiagError, "Audiences of two forms", "one auth block for each", "2:12-2:48"},
			{"two forms, the number first", "audience = [\"123\", \"https://hooks.example.com\"]", hcl.DiagError, "Audiences of two forms", "one auth block for each", "2:12-2:48"},
		},
		"azure_event_grid": {
			{"no audience", "tenant = \"01234567-89ab-cdef-0123-456789abcdef\"", hcl.DiagError, "Missing attribute", `"audience" is required`, "1:1-1:24"},
			{"no tenant", grid, hcl.DiagError, "Missing attribute", `"tenant" is required`, "1:1-1:24"},
			{"another tenant", grid + "tenant = \"common\"", hcl.DiagError, "Wrong value", "The id of a tenant looks like", "3:10-3:18"},
		},
		"netlify": {
			{"no secret", "", hcl.DiagError, "Missing attribute", `"secret" is required`, "1:1-1:15"},
			{"audience", "secret = secret.long\naudience = \"a\"", hcl.DiagError, "Unknown attribute", "audience", "3:1-3:9"},
		},
		"monday": {
			{"no secret", "audience = \"https://hooks.example.com\"", hcl.DiagError, "Missing attribute", `"secret" is required`, "1:1-1:14"},
			{"no audience", "secret = secret.long", hcl.DiagError, "Missing attribute", `"audience" is required`, "1:1-1:14"},
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			checkFindings(t, kind, cases)
		})
	}
}

// The keys of a project number are those of Google Chat itself.
func TestKeySetsOfGoogleChat(t *testing.T) {
	t.Parallel()
	for audience, want := range map[string]string{
		`"https://hooks.example.com"`:   googleKeySet,
		`["https://a.example", "12.3"]`: googleKeySet,
		`["123456789012", "1"]`:         "https://www.googleapis.com/service_accounts/v1/jwk/chat@system.gserviceaccount.com",
	} {
		if c := mustDecode(t, "google_chat", "audience = "+audience).(*tokenSenderCheck); c.keySetURL != want {
			t.Errorf("the keys for %s are at %s, want %s", audience, c.keySetURL, want)
		}
	}
}

// A token of Netlify has no end, but its body is signed.
func TestTokenOfNetlifyNeedsItsBody(t *testing.T) {
	t.Parallel()
	check := mustDecode(t, "netlify", "secret = secret.key")
	token := signed(t, jwt.SigningMethodHS256, []byte(testKey), jwt.MapClaims{"iss": "netlify"}, nil)
	checkAttempts(t, check, []attempt{{"no hash", withBody("{}", "X-Webhook-Signature", token), "the token is for another body"}})
	if !check.NeedsBody() || !HasClaims(check) {
		t.Error("the body is not read, or there are no claims")
	}
}
