package web_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestHTTPMultipart: parts arrive in order with their bytes, and no name that
// came from a caller can add a field to the header of a part.
func TestHTTPMultipart(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, nil)
	const hcl = `
multipart {
  part "title" { value = webhook.body.title }
  part "count" { value = webhook.body.count }
  part "gone" { value = webhook.body.none }
  part "scan" {
    content_base64 = "AP/+DQo="
    filename       = webhook.body.filename
    content_type   = webhook.body.type
  }
  part "title" {
    value    = "second"
    filename = "second.txt"
  }
}`
	const evil = "a\"; name=\"admin\"\r\nX-Evil: 1\r\n\r\nbody ü\\.jpg"
	in := map[string]any{"title": "Prüfung\r\n--x", "count": 3, "none": nil, "filename": evil, "type": "image/jpeg"}
	actiontest.New(t).MustSucceed("http", "url = \""+server.URL+"\""+hcl, valuetest.EncodeJSON(t, in))
	got := server.OnlyRequest(t)
	media, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || len(params["boundary"]) < 40 || got.Method != "POST" {
		t.Fatalf("%s %s %v: %v", got.Method, media, params, err)
	}
	r := multipart.NewReader(bytes.NewReader([]byte(got.Body)), params["boundary"])
	want := [][3]string{
		{`form-data; name="title"`, "", "Prüfung\r\n--x"},
		{`form-data; name="count"`, "", "3"},
		{`form-data; name="scan"; filename="a%22; name=%22admin%22%0D%0AX-Evil: 1%0D%0A%0D%0Abody ü\.jpg"`, "image/jpeg", "\x00\xff\xfe\r\n"},
		{`form-data; name="title"; filename="second.txt"`, "text/plain; charset=utf-8", "second"},
	}
	for _, w := range want {
		part, err := r.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(part)
		if have := [3]string{part.Header.Get("Content-Disposition"), part.Header.Get("Content-Type"), string(body)}; have != w || part.Header.Get("X-Evil") != "" {
			t.Errorf("part %q, want %q", have, w)
		}
	}
	if _, err := r.NextRawPart(); err != io.EOF {
		t.Errorf("further parts: %v", err)
	}
}

func TestHTTPMultipartRefusesToSend(t *testing.T) {
	t.Parallel()
	in := valuetest.EncodeJSON(t, map[string]any{"long": strings.Repeat("x", 2000), "o": map[string]any{}, "type": "a/b\r\nX: 1", "big": strings.Repeat("eHh4", 1000)})
	cases := []struct{ name, part, want string }{
		{"object", "value = webhook.body.o", "jsonencode"},
		{"not base64", "content_base64 = webhook.body.type", "not base64"},
		{"object as base64", "content_base64 = webhook.body.o", "content_base64"},
		{"long filename", "value = \"x\"\nfilename = webhook.body.long", "1000 bytes"},
		{"line break in the type", "value = \"x\"\ncontent_type = webhook.body.type", "the type of a part"},
		{"large text", "value = webhook.body.long", "max_size"},
		{"large file", "content_base64 = webhook.body.big", "max_size"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			err := actiontest.New(t).MustFail("http", "url = \""+server.URL+"\"\nmultipart {\nmax_size = \"2000B\"\npart \"a\" {\n"+c.part+"\n}\n}", in)
			if err.Class != flow.Invalid || !strings.Contains(err.Message, c.want) || len(server.Requests()) > 0 {
				t.Errorf("%s %q, want %q", err.Class, err.Message, c.want)
			}
		})
	}
}

func TestHTTPMultipartFindings(t *testing.T) {
	t.Parallel()
	const one = "multipart {\npart \"a\" { value = \"x\" }\n}"
	cases := []struct{ name, hcl, summary string }{
		{"fine", one, ""},
		{"no part", "multipart {}", "Missing block"},
		{"second body", "json = {}\n" + one, "Two bodies"},
		{"type of the body", "content_type = \"text/plain\"\n" + one, "Type of a multipart body"},
		{"type in the header", "headers = { content-type = \"text/plain\" }\n" + one, "Type of a multipart body"},
		{"no content", "multipart {\npart \"a\" {}\n}", "Missing attribute"},
		{"two contents", "multipart {\npart \"a\" {\nvalue = \"x\"\ncontent_base64 = \"eA==\"\n}\n}", "Two contents"},
		{"wrong base64", "multipart {\npart \"a\" { content_base64 = \"eA\" }\n}", "Wrong content"},
		{"list", "multipart {\npart \"a\" { value = [1] }\n}", "Wrong content"},
		{"type", "multipart {\npart \"a\" {\nvalue = \"x\"\ncontent_type = \"jpeg\"\n}\n}", "Wrong type of content"},
		{"name", "multipart {\npart \"a\\nb\" { value = \"x\" }\n}", "Wrong name of a part"},
		{"size", "multipart {\nmax_size = \"2GiB\"\npart \"a\" { value = \"x\" }\n}", "Wrong value"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(actiontest.Action("http", "url = \"https://api.example.com/\"\n"+c.hcl) + `action "respond" "done" {}`)
			actiontest.CheckFinding(t, diags, c.summary, "")
		})
	}
}
