package body

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

func FuzzParseXML(f *testing.F) {
	for _, seed := range []string{
		`<order id="7"><sku>A</sku><sku>B</sku><note/></order>`, `<p cur="EUR"> 9.95 </p>`, `<p>a<b/>c</p>`,
		`<s:E xmlns:s="urn:s" xmlns="urn:d"><s:B s:a="1" a="2"/></s:E>`, `<a><![CDATA[<b>]]></a>`, `<a>&lt;&#65;</a>`,
		"\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><a/>\n", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`,
		``, `<a`, `<a></b>`, `<a/><b/>`, `x<a/>`, `<a b="1" b="2"/>`, `<?xml version="1.0" encoding="latin1"?><a/>`, "<a>\xff</a>",
		`<a><a><a><a><a/></a></a></a></a>`, `<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>`, "\xff\xfe<\x00a\x00", `<a:/>`, `<:a/>`, `<a:b:c/>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const depth = 4
		v, err := ParseXML(data, Charset{}, value.Limits{Depth: depth})
		if text, failed := decodeXMLText(data, Charset{}); failed == nil {
			data = text // of which the place of an error is told
		}
		if err != nil {
			checkRefusal(t, data, err)
			return
		}
		root, ok := v.(map[string]any)
		if !ok || len(root) != 1 {
			t.Fatalf("the root is %#v", v)
		}
		elements, attributes := countXML(t, data)
		for name, value := range root {
			checkElement(t, name, value)
			if got := countMembers(value) + 1; got > elements+attributes {
				t.Fatalf("%d members of %d elements and %d attributes", got, elements, attributes)
			}
		}
		checkFixpoint(t, v, 2*depth+1)
	})
}

// countXML counts the elements and attributes of a document that must be
// well-formed.
func countXML(t *testing.T, data []byte) (elements, attributes int) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	dec.CharsetReader = func(_ string, text io.Reader) (io.Reader, error) { return text, nil }
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return elements, attributes
		}
		if err != nil {
			t.Fatalf("accepted what encoding/xml refuses: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements++
			attributes += len(token.Attr)
		case xml.Directive:
			t.Fatal("accepted a document type declaration")
		}
	}
}

// checkElement checks the shape that ParseXML documents.
func checkElement(t *testing.T, name string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
	case string:
		if strings.HasPrefix(name, "@") {
			return
		}
		if v == "" || strings.Trim(v, xmlSpace) != v {
			t.Fatalf("text of %s is %q", name, v)
		}
	case []any:
		if len(v) < 2 {
			t.Fatalf("%s is a list of %d", name, len(v))
		}
		for _, item := range v {
			if _, ok := item.([]any); ok {
				t.Fatalf("%s is a list of lists", name)
			}
			checkElement(t, name, item)
		}
	case map[string]any:
		if _, ok := v["#text"]; len(v) == 0 || ok && len(v) == 1 {
			t.Fatalf("%s has neither attributes nor children: %v", name, v)
		}
		for name, member := range v {
			checkElement(t, name, member)
		}
	default:
		t.Fatalf("%s is %#v", name, v)
	}
}

// countMembers counts the attributes and children under an element.
func countMembers(v any) int {
	count := 0
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			count += 1 + countMembers(item)
		}
	case map[string]any:
		for name, member := range v {
			count += countMembers(member)
			if _, list := member.([]any); !list && name != "#text" {
				count++
			}
		}
	}
	return count
}
