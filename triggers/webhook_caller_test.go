package triggers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
)

const callerChecks = `
auth "basic" {
  username = "shop"
  password = "correct-horse"
}
auth "basic" {
  username = secret.key
  password = "correct-horse"
}
auth "bearer" { token = "battery-staple" }
auth "github" { secret = secret.key }
`

// TestCaller: webhook.auth tells which check accepted the request, also after the
// event was stored. A user name that comes from a secret stays out.
func TestCaller(t *testing.T) {
	t.Parallel()
	basic := func(user string) http.Header {
		return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":correct-horse"))}}
	}
	for name, c := range map[string]struct {
		checks string
		header http.Header
		want   string
	}{
		"no check":              {"", nil, `{"claims":null,"kind":null,"name":null}`},
		"user name":             {callerChecks, basic("shop"), `{"claims":null,"kind":"basic","name":"shop"}`},
		"user name of a secret": {callerChecks, basic("correct-horse-battery"), `{"claims":null,"kind":"basic","name":null}`},
		"token":                 {callerChecks, http.Header{"Authorization": {"Bearer battery-staple"}}, `{"claims":null,"kind":"bearer","name":null}`},
		"signature over the body": {callerChecks, http.Header{"X-Hub-Signature-256": {
			"sha256=3ca39ba2749b61161e0029d743bc7135143ee6a32b32f4f6e6dbd58f98cae997",
		}}, `{"claims":null,"kind":"github","name":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, c.checks)
			ev := sent{typ: "application/json", body: `{}`, header: c.header}.accepted(t, w)
			if got := sortedJSON(t, read(t, ev, "auth")); got != c.want {
				t.Errorf("webhook.auth is %s, want %s", got, c.want)
			}
			stored, err := w.Encode(ev)
			if err != nil {
				t.Fatal(err)
			}
			restored, err := w.Decode(stored, flow.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := sortedJSON(t, read(t, restored, "auth")); got != c.want {
				t.Errorf("webhook.auth of the stored event is %s, want %s", got, c.want)
			}
		})
	}
}

const tokenCheck = `auth "jwt" {
  secret = secret.long
  header = "X-Token"
}
`

// TestCallerClaims: the claims of a token are exact, also after the event was stored,
// and the token is in no record.
func TestCallerClaims(t *testing.T) {
	t.Parallel()
	const want = `{"claims":{"exp":1767690000,"n":12345678901234567890.1,"roles":["admin"],"sub":"Jäne"},"kind":"jwt","name":"Jäne"}`
	token := signToken(`{"sub":"Jäne","exp":1767690000,"n":12345678901234567890.1,"roles":["admin"]}`)
	w := mustLoad(t, tokenCheck)
	ev := sent{typ: "application/json", body: `{}`, header: http.Header{"X-Token": {token}}}.accepted(t, w)
	stored, err := w.Encode(ev)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := w.Decode(stored, flow.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for name, ev := range map[string]flow.Event{"accepted": ev, "restored": restored} {
		if got := sortedJSON(t, read(t, ev, "auth")); got != want {
			t.Errorf("%s: webhook.auth is %s, want %s", name, got, want)
		}
	}
	if strings.Contains(string(stored.Event), token) {
		t.Error("the token is stored")
	}
	_ = sent{body: `{}`, header: http.Header{"X-Token": {token + "x"}}}.refused(t, w, 401)
}

// signToken returns a token with the claims, signed with HS256.
func signToken(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256"}`)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(longSecret))
	mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// TestCallerTypes: validate knows the members of webhook.auth, and which of them
// may be null with the checks of the trigger.
func TestCallerTypes(t *testing.T) {
	t.Parallel()
	const basic = "auth \"basic\" {\n username = \"shop\"\n password = \"correct-horse\"\n}\n"
	for name, c := range map[string]struct{ checks, value, want string }{
		"kind":                     {basic, `upper(webhook.auth.kind)`, ""},
		"kind without checks":      {"", `upper(webhook.auth.kind)`, "the trigger has no auth block"},
		"compared without checks":  {"", `webhook.auth.kind == "basic"`, ""},
		"name":                     {basic, `upper(webhook.auth.name)`, ""},
		"name of one of two kinds": {callerChecks, `upper(webhook.auth.name)`, "unless a check with names accepted the request"},
		"name with a default":      {callerChecks, `upper(coalesce(webhook.auth.name, "none"))`, ""},
		"member of claims":         {basic, `webhook.auth.claims.sub`, "unless a check with claims"},
		"claims of a token":        {tokenCheck, `upper(webhook.auth.claims.sub)`, ""},
		"claims of one of two":     {basic + tokenCheck, `webhook.auth.claims.sub`, "unless a check with claims"},
		"claims of auth all":       {"auth \"all\" {\n" + basic + tokenCheck + "}\n", `webhook.auth.claims.sub`, ""},
		"unknown member":           {basic, `webhook.auth.user`, "user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := "flow \"f\" {\ntrigger \"webhook\" {\nmode = \"sync\"\n" + c.checks + "response {\n json = [" + c.value + "]\n}\n}\n}\n"
			f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			_, diags = flow.Compile(f.Body.(*hclsyntax.Body).Blocks[0], testScope(), flow.Kinds{Triggers: All(auth.All())})
			if got := diags.Error(); c.want == "" && len(diags) > 0 || !strings.Contains(got, c.want) {
				t.Errorf("the findings are %v, want %q", diags, c.want)
			}
		})
	}
}
