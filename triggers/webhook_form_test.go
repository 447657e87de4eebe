package triggers

import (
	"net/http"
	"strings"
	"testing"
)

// TestBlanks checks that an empty text of a form or query is a missing value
// where the value may be missing.
func TestBlanks(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	multipart := "--b\r\nContent-Disposition: form-data; name=\"v\"\r\n\r\n\r\n--b--\r\n"
	for name, c := range map[string]struct {
		declared string
		request  sent
		want     string // "" for a fault
	}{
		"number":           {"type = number\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"no equals sign":   {"type = number\nrequired = false", sent{typ: form, body: "v"}, `null`},
		"bool":             {"type = bool\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"text":             {"type = string\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"text with format": {"type = string\nformat = \"email\"\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"text with enum":   {"type = string\nenum = [\"a\"]\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"any":              {"required = false", sent{typ: form, body: "v="}, `null`},
		"list":             {"type = list(number)\nrequired = false", sent{typ: form, body: "v="}, `null`},
		"default":          {"type = number\ndefault = 3", sent{typ: form, body: "v="}, `3`},
		"default of text":  {"type = string\ndefault = \"x\"", sent{typ: form, body: "v="}, `"x"`},
		"multipart":        {"type = number\nrequired = false", sent{typ: "multipart/form-data; boundary=b", body: multipart}, `null`},
		"query":            {"type = number\nrequired = false\nfrom = webhook.query.v", sent{url: "/?v="}, `null`},
		"member":           {"type = object({ n = optional(number), t = optional(string, \"x\"), r = string })", sent{typ: form, body: "v[n]=&v[t]=&v[r]="}, `{"n":null,"r":"","t":"x"}`},
		"member of items":  {"type = list(object({ sku = string, n = optional(number, 1) }))", sent{typ: form, body: "v[0][sku]=A&v[0][n]=&v[1][sku]=B&v[1][n]=2"}, `[{"n":1,"sku":"A"},{"n":2,"sku":"B"}]`},
		"required text":    {"type = string", sent{typ: form, body: "v="}, `""`},
		"required number":  {"type = number", sent{typ: form, body: "v="}, ``},
		"required any":     {"", sent{typ: form, body: "v="}, `""`},
		"space":            {"type = number\nrequired = false", sent{typ: form, body: "v=+"}, ``},
		"wrong":            {"type = number\nrequired = false", sent{typ: form, body: "v=old"}, ``},
		"JSON":             {"type = string\nrequired = false", sent{body: `{"v": ""}`}, `""`},
		"JSON number":      {"type = number\nrequired = false", sent{body: `{"v": ""}`}, ``},
		"header":           {"type = string\nrequired = false\nfrom = webhook.headers.x-v", sent{header: http.Header{"X-V": {""}}}, `""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := mustLoad(t, everyType+"\nvariable \"v\" {\n"+c.declared+"\n}")
			if c.want == "" {
				_ = c.request.refused(t, w, 422)
				return
			}
			e := c.request.accepted(t, w)
			if got := sortedJSON(t, read(t, e, "v")); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	e := sent{typ: form, body: "v="}.accepted(t, mustLoad(t, everyType+"\nvariable \"v\" {\n  required = false\n}"))
	if got := read(t, e, "body"); got != `{"v":""}` {
		t.Errorf("the body is %s, want the text as it was sent", got)
	}
}

// TestJSONParts checks that the values of a part of JSON have JSON types, beside
// fields that hold text.
func TestJSONParts(t *testing.T) {
	t.Parallel()
	part := func(name, typ, content string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\nContent-Type: " + typ + "\r\n\r\n" + content + "\r\n"
	}
	send := func(parts ...string) sent {
		return sent{typ: "multipart/form-data; boundary=b", body: strings.Join(parts, "") + "--b--\r\n"}
	}
	const declared = everyType + `
variable "payload" {
  type = object({ event = string, live = bool, note = optional(string) })
}
variable "agreed" {
  type = bool
}`
	w := mustLoad(t, declared)
	agreed := part("agreed", "text/plain", "on")
	payload := func(text string) string { return part("payload", "application/json", text) }
	e := send(payload(`{"event":"media.play","live":true,"note":""}`), agreed).accepted(t, w)
	if got := sortedJSON(t, read(t, e, "payload")); got != `{"event":"media.play","live":true,"note":""}` {
		t.Errorf("payload %s", got)
	}
	if got := read(t, e, "agreed"); got != "true" {
		t.Errorf("agreed %s", got)
	}
	for _, wrong := range []string{`{"event":"x","live":"on"}`, `{"event":5,"live":true}`, `[]`} {
		_ = send(payload(wrong), agreed).refused(t, w, 422)
	}
	_ = send(part("payload", "text/plain", `{"event":"x","live":true}`), agreed).refused(t, w, 422)
}
