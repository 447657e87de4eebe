package ops

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// escaped returns a text with each letter as an escape of JSON.
func escaped(text string) string {
	var out strings.Builder
	for _, c := range text {
		_, _ = fmt.Fprintf(&out, "\\u%04x", c)
	}
	return out.String()
}

// forms are the forms in which a body may hold a secret, and what of each may never be
// shown.
func forms(secret string) map[string]string {
	out := map[string]string{}
	for _, text := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret)), url.QueryEscape(secret)} {
		out[text] = text[:5]
	}
	out[escaped(secret)] = secret[:5]
	return out
}

// TestCutSecrets cuts bodies at each place in and around a secret: neither it nor its
// beginning is shown.
func TestCutSecrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2+quo ted/hunter2"
	v := view{&snapshot.Snapshot{Redactor: redact.New([]string{secret, "8675309"})}}
	for form, bad := range forms(secret) {
		for name, body := range map[string]string{
			"value":       `{"a":"` + form + `","b":1}`,
			"name":        `{"` + form + `":1}`,
			"in a text":   `["x ` + form + ` y"]`,
			"JSON string": `"` + form + `"`,
			"broken JSON": `{"a":"` + form + `",]`,
			"plain text":  `the token ` + form + ` is in it`,
			"bytes":       "\xff\xfe" + form + "\xff",
		} {
			if form == escaped(secret) && (name == "plain text" || name == "bytes") {
				continue // of JSON alone
			}
			body += strings.Repeat(" and the rest", 500)
			for limit := 1; limit < len(form)+20; limit++ {
				values := v.values(limit)
				got := values.showBody([]byte(body), nil, false)
				stored, size := values.showStored([]byte(body))
				if got.BodySize != len(body) || size != len(body) {
					t.Fatalf("%s: of %d and %d bytes, want %d", name, got.BodySize, size, len(body))
				}
				for _, shown := range []string{decodedText(got), string(stored)} {
					if strings.Contains(shown, bad) {
						t.Errorf("%s, %d bytes: %q is shown", name, limit, shown)
					}
				}
			}
		}
	}
}

// decodedText returns what a page shows of a body.
func decodedText(b RunBody) string {
	var text string
	if b.Encoding == "json" || json.Unmarshal(b.Body, &text) != nil {
		return string(b.Body)
	}
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil && b.Encoding == "base64" {
		return string(raw)
	}
	return text
}

// TestBeginnings: the beginning of a value is that of what is shown of it all.
func TestBeginnings(t *testing.T) {
	t.Parallel()
	v := viewWithSecrets(1)
	const secret = "hunter0-hunter2"
	rest := strings.Repeat("x", 1000)
	for name, c := range map[string]struct{ body, kind, encoding, want string }{
		"json":           {`{"a":[1,"` + secret + `"],"b":"` + rest + `"}`, "application/json", "json", `{"a":[1,"(sensitive)"],"b":"xxx`},
		"text":           {"a " + secret + " é " + rest, "text/plain", "text", "a (sensitive) é xxx"},
		"bytes":          {"\xff" + secret + rest, "application/octet-stream", "base64", "\xff(sensitive)xxx"},
		"broken later":   {`{"a":` + "12" + `,"b":"` + rest + `"]`, "", "json", `{"a":12,"b":"xxx`},
		"broken at once": {`{"a" 12,"b":"` + rest + `"]`, "", "text", `{"a" 12,"b":"xxx`},
		"a json string":  {`"` + secret + rest + `"`, "", "json", `"(sensitive)xxx`},
		"much space":     {strings.Repeat(" ", 1000) + "{}", "", "json", `""`},
		"a number":       {`{"a":8675309` + `,"b":"` + rest + `"}`, "", "json", `{"a":8675309,"b":"xxx`},
	} {
		header := map[string][]string{}
		if c.kind != "" {
			header["Content-Type"] = []string{c.kind}
		}
		got := v.values(100).showBody([]byte(c.body), header, false)
		if shown := decodedText(got); !strings.HasPrefix(shown, c.want) || len(shown) > 300 || got.Encoding != c.encoding || got.BodySize != len(c.body) {
			t.Errorf("%s: %s of %d: %q", name, got.Encoding, got.BodySize, shown)
		}
	}
	numbers := view{&snapshot.Snapshot{Redactor: redact.New([]string{"8675309"})}}
	body := `[12,8675309,"` + rest + `"] and the rest that makes it no JSON`
	if got := numbers.values(100).showBody([]byte(body), nil, false); !strings.HasPrefix(string(got.Body), `[12,(sensitive),"xxx`) {
		t.Errorf("a secret is shown in what is no JSON: %s", got.Body)
	}
}

// TestRunParts: a download is what the API shows of a value, as text or bytes.
func TestRunParts(t *testing.T) {
	t.Parallel()
	v := viewWithSecrets(1)
	const secret = "hunter0-hunter2"
	for name, c := range map[string]struct {
		part   *RunPart
		binary bool
		want   string
	}{
		"json":             {v.bodyPart([]byte(`{ "a": "`+secret+`", "n": 1.50}`), nil, false), false, `{"a":"(sensitive)","n":1.50}`},
		"a json string":    {v.bodyPart([]byte(` "a\n"`), nil, false), false, `"a\n"`},
		"text":             {v.bodyPart([]byte("a "+secret), map[string][]string{"Content-Type": {"text/plain"}}, false), false, "a (sensitive)"},
		"text that is cut": {v.bodyPart([]byte("a\xc3"), nil, true), false, "a"},
		"bytes":            {v.bodyPart([]byte("\xff\x00"+secret+"\xc3"), nil, false), true, "\xff\x00(sensitive)\xc3"},
		"stored":           {v.storedPart([]byte(`{"a":"` + escaped(secret) + `"}`)), false, `{"a":"(sensitive)"}`},
		"stored string":    {v.storedPart([]byte(`"a \"` + secret + `\""`)), false, `a "(sensitive)"`},
		"stored and cut":   {v.storedPart([]byte(`{"a":"` + secret + "\xc3")), false, `{"a":"(sensitive)` + "\uFFFD"},
		"sealed":           {v.storedPart([]byte("\x01sealed")), false, "(sensitive)"},
	} {
		var out bytes.Buffer
		if err := c.part.Write(&out); err != nil || out.String() != c.want || c.part.Binary != c.binary {
			t.Errorf("%s: %q, binary %v, %v; want %q", name, out.String(), c.part.Binary, err, c.want)
		}
	}
}
