package infer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/triggers/input/infer"
)

// blocks returns the blocks for texts that are read one after another.
func blocks(t *testing.T, o infer.Options, headers []string, texts ...string) string {
	t.Helper()
	r := infer.Variables(read(t, o, texts...), headers)
	return r.Blocks()
}

func read(t *testing.T, o infer.Options, texts ...string) []infer.Sample {
	t.Helper()
	var samples []infer.Sample
	for _, text := range texts {
		found, err := infer.Read([]byte(text), o)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		samples = append(samples, found...)
	}
	return samples
}

// variable is a block with some attributes.
func variable(name string, attributes ...string) string {
	out := "variable \"" + name + "\" {\n"
	for _, a := range attributes {
		out += "  " + a + "\n"
	}
	return out + "}\n"
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		texts   []string
		options infer.Options
		headers []string
		want    string
	}{
		"types in the order of the sample": {
			texts: []string{`{"z": "a", "n": 1.50, "b": true, "a": []}`},
			want:  variable("z", "type = string") + variable("n", "type = number") + variable("b", "type = bool") + variable("a", "type = array"),
		},
		"nested": {
			texts: []string{`{"order": {"id": 7, "lines": [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2, "note": null}]}, "meta": {}}`},
			want: "variable \"order\" {\n  type = object({\n    id    = number\n    lines = list(object({ sku = string, qty = number, note = optional(any) }))\n  })\n}\n" +
				variable("meta", "type = object"),
		},
		"a missing value is optional": {
			texts: []string{`{"a": "x", "b": 1}`, `{"a": "y"}`, `{"a": null, "b": 2}`},
			want:  variable("a", "type     = string", "required = false") + variable("b", "type     = number", "required = false"),
		},
		"different types": {
			texts: []string{`{"a": 1}`, `{"a": "1"}`},
			want:  variable("a"),
		},
		"null in a list":    {texts: []string{`{"a": [1, null]}`}, want: variable("a", "type = array")},
		"only null":         {texts: []string{`{"a": null}`}, want: variable("a", "required = false")},
		"keys, not members": {texts: []string{`{"prices": {"10": 1.5, "20": 2}}`}, want: variable("prices", "type = map(number)")},
		"names need quotes": {texts: []string{`{"order id": 1, "body": {"a b": "${x}"}}`}, want: variable("order_id", "type = number", `from = webhook.body["order id"]`) + variable("body_value", `type = object({ "a b" = string })`, "from = webhook.body.body")},
		"two names become one": {
			texts: []string{`{"a b": 1, "a.b": 2}`},
			want:  variable("a_b", "type = number", `from = webhook.body["a b"]`) + variable("a_b_2", "type = number", `from = webhook.body["a.b"]`),
		},
		"formats": {
			texts: []string{`{"id": "0190f3a0-7f5c-7a1e-8c6d-2b1f0e9d8c7b", "at": "2026-03-01T10:00:00Z", "day": "2026-03-01", "mail": "jane@example.com", "ip": "10.1.2.3", "ip6": "::1", "link": "https://example.com/a", "word": "example", "note": "b: c"}`},
			want: variable("id", "type   = string", `format = "uuid"`) + variable("at", "type   = string", `format = "date-time"`) +
				variable("day", "type   = string", `format = "date"`) + variable("mail", "type   = string", `format = "email"`) +
				variable("ip", "type   = string", `format = "ipv4"`) + variable("ip6", "type   = string", `format = "ipv6"`) +
				variable("link", "type   = string", `format = "uri"`) + variable("word", "type = string") + variable("note", "type = string"),
		},
		"an empty text has no format": {
			texts: []string{`{"mail": "jane@example.com"}`, `{"mail": ""}`},
			want:  variable("mail", "type = string"),
		},
		"few words over several samples": {
			texts: []string{`{"s": "paid"} {"s": "open"} {"s": "paid"} {"s": "open"}`},
			want:  variable("s", "type = string", `enum = ["open", "paid"]`),
		},
		"few samples have no enum": {texts: []string{`{"s": "paid"} {"s": "open"} {"s": "paid"}`}, want: variable("s", "type = string")},
		"one word is no enum":      {texts: []string{`{"s": "DE"} {"s": "DE"} {"s": "DE"} {"s": "DE"}`}, want: variable("s", "type = string")},
		"sentences have no enum":   {texts: []string{`{"s": "a b"} {"s": "c d"} {"s": "a b"} {"s": "c d"}`}, want: variable("s", "type = string")},
		"an array is one sample":   {texts: []string{`[{"a": 1}, {"a": 2}]`}, want: variable("items", "type = list(object({ a = number }))", "from = webhook.body")},
		"each element is a sample": {texts: []string{`[{"a": 1}, {"a": 2, "b": "x"}]`}, options: infer.Options{Each: true}, want: variable("a", "type = number") + variable("b", "type     = string", "required = false")},
		"a body that is no object": {texts: []string{`{"a": 1}`, `5`}, want: variable("payload", "from = webhook.body")},
		"long types take more lines": {
			texts: []string{`{"customer": {"first_name": "a", "last_name": "b", "street_and_number": "c", "postal_code": "d"}}`},
			want:  "variable \"customer\" {\n  type = object({\n    first_name        = string\n    last_name         = string\n    street_and_number = string\n    postal_code       = string\n  })\n}\n",
		},
		"a name that files can't hold": {
			texts: []string{"{\"A\u030a\": 1}"},
			want:  "# webhook.body has a member \"A\u030a\", whose name can't be written in a flow file. Read webhook.body in an action.\n",
		},
		"URL": {
			texts: []string{"https://hooks.example.com/x?page=2&sort=name&filter[open]=true&tag=a&tag=b&phone=01711234567"},
			want: "# For the trigger, so that it accepts the samples:\n# methods = [\"GET\"]\n\n" +
				variable("page", "type = number", "from = webhook.query.page") + variable("sort", "type = string", "from = webhook.query.sort") +
				variable("filter", "type = object({ open = bool })", "from = webhook.query.filter") +
				variable("tag", "type = list(string)", "from = webhook.query.tag") + variable("phone", "type = string", "from = webhook.query.phone"),
		},
		"URLs, one with a list": {
			texts: []string{"/x?tag=a&q=", "/x?tag=a&tag=b&q=7"},
			want: "# For the trigger, so that it accepts the samples:\n# methods = [\"GET\"]\n\n" +
				variable("tag", "type = list(string)", "from = webhook.query.tag") +
				variable("q", "type     = number", "from     = webhook.query.q", "required = false"),
		},
		"curl": {
			texts:   []string{"curl -sS -XPOST 'https://hooks.example.com/x?dry=1' \\\n  -H 'Content-Type: application/json' \\\n  -H \"X-Request-Id: r-1\" --data-raw $'{\"a\": \"it\\'s\"}'"},
			headers: []string{"x-request-id"},
			want: variable("a", "type = string") + variable("dry", "type = number", "from = webhook.query.dry") +
				variable("x-request-id", "type = string", `from = webhook.headers["X-Request-Id"]`),
		},
		"curl with JSON and no type": {
			texts: []string{`curl -d '{"a": 1}' hooks.example.com/x`},
			want:  "# curl sends this JSON as a form unless it is given the header Content-Type: application/json.\n\n" + variable("a", "type = number"),
		},
		"curl with a form": {
			texts: []string{`curl -d name=Jane -d age=40 --data-urlencode 'note=a & b' https://hooks.example.com/x`},
			want: "# For the trigger, so that it accepts the samples:\n# content_types = [\"form\"]\n\n" +
				variable("name", "type = string") + variable("age", "type = number") + variable("note", "type = string"),
		},
		"curl -G": {
			texts: []string{`curl -G -d q=a https://hooks.example.com/x`},
			want:  "# For the trigger, so that it accepts the samples:\n# methods = [\"GET\"]\n\n" + variable("q", "type = string", "from = webhook.query.q"),
		},
		"curl with a file in a form": {
			texts: []string{`curl -F title=Report -F file=@a.pdf https://hooks.example.com/x`},
			want: "# For the trigger, so that it accepts the samples:\n# content_types = [\"multipart\"]\n\n" +
				variable("file", "type = object({ content = string, content_type = string, filename = string, size = number })") + variable("title", "type = string"),
		},
		"curl with a body from a file": {
			texts:   []string{`curl --json @body.json https://hooks.example.com/x`},
			options: infer.Options{ReadFile: func(string) ([]byte, error) { return []byte(`{"a": true}`), nil }},
			want:    variable("a", "type = bool"),
		},
		"HAR": {
			texts:   []string{`{"log": {"entries": [{"request": {"method": "GET", "url": "https://example.com/page"}}, {"request": {"method": "POST", "url": "https://example.com/hook?v=1", "headers": [{"name": "content-type", "value": "application/json"}], "postData": {"mimeType": "application/json", "text": "{\"a\": 1}"}}}]}}`},
			options: infer.Options{URL: "/hook"},
			want:    variable("a", "type = number") + variable("v", "type = number", "from = webhook.query.v"),
		},
		"HAR with a form": {
			texts: []string{`{"log": {"entries": [{"request": {"method": "POST", "url": "https://example.com/", "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "x y"}]}}}]}}`},
			want:  "# For the trigger, so that it accepts the samples:\n# content_types = [\"form\"]\n\n" + variable("a", "type = string"),
		},
		"stored run": {
			texts: []string{`{"id": "x", "state": "succeeded", "steps": [], "request": {"method": "POST", "url": "/x?a=1", "headers": {"Content-Type": ["application/json"]}, "body": {"b": 1}, "body_encoding": "json", "body_cut": false}}`},
			want:  variable("b", "type = number") + variable("a", "type = number", "from = webhook.query.a"),
		},
		"XML": {
			texts: []string{`curl -H 'Content-Type: text/xml' -d '<order><id>7</id><line>a</line></order>' http://x/`, `curl -H 'Content-Type: text/xml' -d '<order><id>8</id><line>a</line><line>b</line></order>' http://x/`},
			want:  "# For the trigger, so that it accepts the samples:\n# content_types = [\"xml\"]\n\n" + variable("order", "type = object({ id = number, line = list(string) })"),
		},
		"text": {
			texts: []string{`curl -H 'Content-Type: text/plain' -d 'hello' http://x/`},
			want:  "# The body is text: the flow reads it as webhook.raw, and no variable is needed.\n# For the trigger, so that it accepts the samples:\n# content_types = [\"text\"]\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := blocks(t, c.options, c.headers, c.texts...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("blocks (-want +got):\n%s", d)
			}
			mustAccept(t, read(t, c.options, c.texts...), c.headers)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	missing := func(string) ([]byte, error) { return nil, errors.New("no such file") }
	for text, want := range map[string]string{
		"":                           "it is empty",
		"{":                          "no URL, no curl command and no JSON",
		`{"a": 1} x`:                 "after 1 JSON values comes something else",
		`{"a": 1, "a": 2}`:           "reading the body as json",
		strings.Repeat("[", 100_000): "no JSON",
		strings.Repeat("[", 100) + "1" + strings.Repeat("]", 100): "reading the body as json",
		"curl 'http://x":           "a quote ' is not closed",
		"curl -d @b.json http://x": "no such file",
		"curl -d a":                "it has no URL",
		"curl http://a http://b":   "it has two URLs",
		"curl -d":                  "-d has no value",
		"curl --data":              "--data has no value",
		"curl -T a http://x":       "give its content with --data-binary",
		"curl -H 'Content-Type: /' -d a http://x": "is no content type",
		`{"log": {"entries": []}}`:                "the HAR file has no request",
		`{"log": {"entries": [{"request": {"method": "GET", "url": "http://a/b"}}, {"request": {"method": "GET", "url": "http://a/c"}}]}}`: "requests to 2 addresses; select one by a part of its URL: GET http://a/b, GET http://a/c",
		`{"state": "failed", "steps": []}`: "no request started this run",
		`{"state": "failed", "steps": [], "request": {"method": "POST", "url": "/", "body_cut": true}}`: "only the first part of the body",
	} {
		if _, err := infer.Read([]byte(text), infer.Options{ReadFile: missing}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error of %.60q: %v, want %q in it", text, err, want)
		}
	}
	if _, err := infer.Read(make([]byte, infer.MaxInput+1), infer.Options{}); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("error of a large input: %v", err)
	}
	if _, err := infer.Read([]byte(strings.Repeat("1 ", infer.MaxSamples+1)), infer.Options{}); err == nil || !strings.Contains(err.Error(), "more than 10000 samples") {
		t.Errorf("error of many samples: %v", err)
	}
	if _, err := infer.Read([]byte(`{"log": {"entries": [{"request": {"method": "GET", "url": "http://a/b"}}]}}`), infer.Options{URL: "/c"}); err == nil || !strings.Contains(err.Error(), `no request of the HAR file has "/c"`) {
		t.Errorf("error of a URL that is not there: %v", err)
	}
}

// TestBounds checks that types and variables end at their bounds and still accept
// the sample.
func TestBounds(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range infer.MaxVariables + 1 {
		many.WriteString(strings.Repeat(",", min(i, 1)) + `"m` + strings.Repeat("x", i) + `": 1`)
	}
	for name, c := range map[string]struct{ text, want string }{
		"deep":    {`{"a": ` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`, strings.Repeat("list(", infer.MaxTypeDepth-1) + "array"},
		"wide":    {`{"a": {` + strings.ReplaceAll(many.String(), "m", "n") + `}}`, "type = object\n"},
		"members": {`{` + many.String() + `}`, "more than 500 members; the rest is left out"},
	} {
		samples := read(t, infer.Options{}, c.text)
		r := infer.Variables(samples, nil)
		if got := r.Blocks(); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q is not in %.300s", name, c.want, got)
		}
		mustAccept(t, samples, nil)
	}
}
