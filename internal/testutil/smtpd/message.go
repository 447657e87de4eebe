package smtpd

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// Message is a message as it came.
type Message struct {
	From string
	To   []string
	UTF8 bool
	Data string
}

// Parse reads a message as programs do that show it.
func (d Message) Parse(t *testing.T) (mail.Header, []Part) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(d.Data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, d.Data)
	}
	for _, line := range strings.Split(d.Data, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, readParts(t, m.Header, body)
}

// Part is a part of a message without parts inside.
type Part struct {
	MediaType string
	Params    map[string]string
	Header    map[string][]string
	Filename  string
	Body      string
}

func readParts(t *testing.T, header map[string][]string, body []byte) []Part {
	t.Helper()
	get := mail.Header(header).Get
	media, params, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatalf("%q: %v", get("Content-Type"), err)
	}
	if strings.HasPrefix(media, "multipart/") {
		return readMultipart(t, params["boundary"], body)
	}
	var in io.Reader = bytes.NewReader(body)
	switch strings.ToLower(get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		in = quotedprintable.NewReader(in)
	case "base64":
		in = base64.NewDecoder(base64.StdEncoding, in)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	_, disposition, _ := mime.ParseMediaType(get("Content-Disposition"))
	return []Part{{MediaType: media, Params: params, Header: header, Filename: disposition["filename"], Body: string(text)}}
}

func readMultipart(t *testing.T, boundary string, body []byte) []Part {
	t.Helper()
	var out []Part
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		inner, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, readParts(t, p.Header, inner)...)
	}
}

// DecodeHeader reads encoded words.
func DecodeHeader(t *testing.T, text string) string {
	t.Helper()
	out, err := new(mime.WordDecoder).DecodeHeader(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
