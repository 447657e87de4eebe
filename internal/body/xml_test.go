package body

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

func TestParseXML(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"empty element":          {`<a/>`, `{"a":null}`},
		"empty element, open":    {`<a></a>`, `{"a":null}`},
		"white space":            {"<a> \n\t</a>", `{"a":null}`},
		"text":                   {`<a>Jane</a>`, `{"a":"Jane"}`},
		"text is cut":            {"<a>\n  Jane Doe\n</a>", `{"a":"Jane Doe"}`},
		"other space stays":      {"<a>\u00a0x\u2003</a>", "{\"a\":\"\u00a0x\u2003\"}"},
		"entities":               {`<a b="&quot;&#x41;&#66;">&lt;&amp;&gt;&apos;</a>`, `{"a":{"#text":"<&>'","@b":"\"AB"}}`},
		"CDATA":                  {`<a>1 <![CDATA[<b>&]]> 2</a>`, `{"a":"1 <b>& 2"}`},
		"attributes":             {`<a id="7" x=''/>`, `{"a":{"@id":"7","@x":""}}`},
		"attribute and text":     {`<p cur="EUR"> 9.95 </p>`, `{"p":{"#text":"9.95","@cur":"EUR"}}`},
		"children":               {`<a><b>1</b><c>2</c></a>`, `{"a":{"b":"1","c":"2"}}`},
		"indented":               {"<a>\n  <b>1</b>\n  <c>2</c>\n</a>\n", `{"a":{"b":"1","c":"2"}}`},
		"repeated":               {`<a><b>1</b><c/><b/><b><d>3</d></b></a>`, `{"a":{"b":["1",null,{"d":"3"}],"c":null}}`},
		"repeated null":          {`<a><b/><b/></a>`, `{"a":{"b":[null,null]}}`},
		"mixed":                  {`<p>Hello <b>big</b> world</p>`, `{"p":{"#text":"Hello  world","b":"big"}}`},
		"attribute and child":    {`<a b="1"><b>2</b></a>`, `{"a":{"@b":"1","b":"2"}}`},
		"comment splits nothing": {`<a>1<!-- - -->2</a>`, `{"a":"12"}`},
		"around the root":        {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- x --><?pi y?>\n<a/>\n<!-- z -->\n", `{"a":null}`},
		"byte order mark":        {"\ufeff<?xml version='1.0'?><a/>", `{"a":null}`},
		"names":                  {`<größe a-b.c_d="1"><x.y-z/></größe>`, `{"größe":{"@a-b.c_d":"1","x.y-z":null}}`},
		"numbers are text":       {`<a>1e400</a>`, `{"a":"1e400"}`},
		"namespaces": {
			`<s:Envelope xmlns:s="urn:s" xmlns="urn:d"><s:Body><m s:id="1" id="2">x</m></s:Body></s:Envelope>`,
			`{"Envelope":{"Body":{"m":{"#text":"x","@id":"1"}}}}`,
		},
		"only xmlns":          {`<a xmlns="urn:d">x</a>`, `{"a":"x"}`},
		"undeclared prefix":   {`<x:a xml:lang="de"/>`, `{"a":{"@lang":"de"}}`},
		"nil":                 {`<r xmlns:i="` + schemaInstance + `"><a i:nil="true"/><b i:nil=" 1 "></b><c id="7" i:nil="true"> </c></r>`, `{"r":{"a":null,"b":null,"c":null}}`},
		"nil among items":     {`<r xmlns:i="` + schemaInstance + `"><a>1</a><a i:nil="true"/></r>`, `{"r":{"a":["1",null]}}`},
		"root that is nil":    {`<r xmlns:xsi="` + schemaInstance + `" xsi:nil="true"/>`, `{"r":null}`},
		"not nil":             {`<r xmlns:i="` + schemaInstance + `"><a i:nil="false">x</a><b i:nil="0"/><c i:nil="true">x</c><d i:nil="1"><e/></d></r>`, `{"r":{"a":"x","b":null,"c":"x","d":{"e":null}}}`},
		"other nil":           {`<r xmlns:xsi="urn:other"><a xsi:nil="true"/><b nil="true"/><c x:nil="true"/></r>`, `{"r":{"a":{"@nil":"true"},"b":{"@nil":"true"},"c":{"@nil":"true"}}}`},
		"other attributes":    {`<r xmlns:i="` + schemaInstance + `" i:type="T"/>`, `{"r":{"@type":"T"}}`},
		"prefixes that merge": {`<r xmlns:a="urn:a" xmlns:b="urn:b"><a:x>1</a:x><b:x>2</b:x></r>`, `{"r":{"x":["1","2"]}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseXML([]byte(test.text), Charset{}, value.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, v, test.want)
		})
	}
}

func TestParseXMLCharsets(t *testing.T) {
	t.Parallel()
	declared := func(encoding, text string) string {
		return fmt.Sprintf(`<?xml version="1.0" encoding="%s" standalone='yes'?><a>%s</a>`, encoding, text)
	}
	wide := func(text string, first, second byte) string {
		var b strings.Builder
		for _, r := range text {
			pair := [2]byte{byte(r >> 8), byte(r)}
			b.WriteByte(pair[first])
			b.WriteByte(pair[second])
		}
		return b.String()
	}
	for name, test := range map[string]struct{ text, charset, want string }{
		"declared latin-1":            {declared("ISO-8859-1", "K\xf6ln"), "", "Köln"},
		"declared windows-1252":       {declared("windows-1252", "9 \x80"), "", "9 €"},
		"declared cyrillic":           {declared("koi8-r", "\xf0\xd2\xc9"), "", "При"},
		"declared in single quotes":   {"<?xml version='1.0'\n encoding = 'latin1'?><a>\xe9</a>", "", "é"},
		"content type over the label": {declared("ISO-8859-1", "Köln"), "UTF-8", "Köln"},
		"content type alone":          {"<a>K\xf6ln</a>", "iso-8859-1", "Köln"},
		"content type of latin-1":     {declared("utf-8", "K\xf6ln"), "windows-1252", "Köln"},
		"unknown label is void":       {declared("x-mine", "Köln"), "utf-8", "Köln"},
		"UTF-16 that is UTF-8":        {declared("utf-16", "Köln"), "", "Köln"},
		"UCS-2 that is UTF-8":         {declared("ISO-10646-UCS-2", "Köln"), "", "Köln"},
		"UTF-16 label, named UTF-8":   {declared("UTF-16LE", "Köln"), "utf-8", "Köln"},
		"mark over all names":         {byteOrderMark + declared("latin1", "Köln"), "iso-8859-1", "Köln"},
		"UTF-16, little end first":    {wide("\ufeff"+declared("utf-16", "Köln"), 1, 0), "", "Köln"},
		"UTF-16, big end first":       {wide("\ufeff"+declared("utf-16", "Köln"), 0, 1), "utf-8", "Köln"},
		"UTF-16 without a mark":       {wide(declared("utf-16", "Köln"), 1, 0), "", "Köln"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			charset, ok := FindCharset(test.charset)
			if !ok {
				t.Fatalf("unknown charset %q", test.charset)
			}
			v, err := ParseXML([]byte(test.text), charset, value.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, v, fmt.Sprintf(`{"a":"%s"}`, test.want))
		})
	}
}

func TestParseXMLRefuses(t *testing.T) {
	t.Parallel()
	laughs := "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;&lol;\">]>\n<lolz>&l2;</lolz>"
	tests := map[string]struct {
		text string
		want value.SyntaxError
	}{
		"nothing":            {``, fault(0, 1, 1, "", "no XML element")},
		"only a comment":     {`<!-- x -->`, fault(10, 1, 11, "", "no XML element")},
		"JSON":               {`{"a":1}`, fault(0, 1, 1, "", "text outside")},
		"text before":        {"\nx<a/>", fault(0, 1, 1, "", "text outside")},
		"text after":         {`<a/>x`, fault(4, 1, 5, "", "text outside")},
		"second root":        {`<a/><b/>`, fault(4, 1, 5, "", "second root")},
		"cut off":            {"<a>\n<b>x", fault(8, 2, 5, "/a/b", "ends before")},
		"wrong end":          {`<a><b></a>`, fault(10, 1, 11, "/a/b", "closed by </a>")},
		"stray end":          {`<a/></a>`, fault(8, 1, 9, "", "unexpected end")},
		"place among many":   {`<a><b/><b/><b><c>&x;`, fault(20, 1, 21, "/a/b/2/c", "entity")},
		"place of second":    {`<a><b/><b>&x;`, fault(13, 1, 14, "/a/b/1", "entity")},
		"bare ampersand":     {`<a>R&D</a>`, fault(6, 1, 7, "/a", "entity &D")},
		"unquoted attribute": {`<a b=1/>`, fault(6, 1, 7, "", "attribute value")},
		"repeated attribute": {`<r><a b="1" c="2" b="3"/></r>`, fault(3, 1, 4, "/r", `second attribute with the name "b"`)},
		"document type":      {"<!DOCTYPE a>\n<a/>", fault(0, 1, 1, "", "document type declaration")},
		"billion laughs":     {laughs, fault(0, 1, 1, "", "document type declaration")},
		"external entity":    {`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, fault(0, 1, 1, "", "document type")},
		"encoding":           {`<?xml version="1.0" encoding="klingon"?><a/>`, fault(30, 1, 31, "", `encoding "klingon" is not known`)},
		"version":            {`<?xml version="1.1"?><a/>`, fault(21, 1, 22, "", "version")},
		"late declaration":   {`<!-- x --><?xml version="1.0"?><a/>`, fault(10, 1, 11, "", "not at the beginning")},
		"not UTF-8":          {"<a>K\xf6ln</a>", fault(7, 1, 8, "/a", "UTF-8")},
		"control character":  {"<a>\x01</a>", fault(4, 1, 5, "/a", "illegal character")},
		"after a mark":       {"\ufeff<a>&x;", fault(9, 1, 8, "/a", "entity")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseXML([]byte(test.text), Charset{}, value.Limits{})
			checkFault(t, v, err, test.want)
		})
	}
}

func TestParseXMLLimits(t *testing.T) {
	t.Parallel()
	deep := func(levels int) string {
		return strings.Repeat("<a>", levels) + strings.Repeat("</a>", levels)
	}
	wide := func(nodes int) string { return "<r>" + strings.Repeat("<a/>", nodes-1) + "</r>" }
	attributes := func(nodes int) string {
		var b strings.Builder
		for i := range nodes - 1 {
			fmt.Fprintf(&b, " a%d=''", i)
		}
		return "<r" + b.String() + "/>"
	}
	tests := map[string]struct {
		text  string
		depth int
		want  string // part of the reason, or nothing
	}{
		"default depth":       {deep(value.DefaultDepth), 0, ""},
		"beyond default":      {deep(value.DefaultDepth + 1), 0, "nested too deeply; at most 64"},
		"depth of two":        {`<a><b>x</b></a>`, 2, ""},
		"beyond two":          {`<a><b><c/></b></a>`, 2, "nested too deeply; at most 2"},
		"many open":           {strings.Repeat("<a>", 1e6), 0, "nested too deeply"},
		"most elements":       {wide(MaxXMLNodes), 0, ""},
		"too many elements":   {wide(MaxXMLNodes + 1), 0, "too many elements"},
		"most attributes":     {attributes(MaxXMLNodes), 0, ""},
		"too many attributes": {attributes(MaxXMLNodes + 1), 0, "too many elements"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseXML([]byte(test.text), Charset{}, value.Limits{Depth: test.depth})
			if test.want == "" && err != nil {
				t.Fatal(err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestParseXMLReasonsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 1<<20)
	for name, text := range map[string]string{
		"wrong end": "<" + long + "></b>",
		"entity":    "<a>&" + long + ";</a>",
		"encoding":  `<?xml version="1.0" encoding="` + long + `"?><a/>`,
		"version":   `<?xml version="` + long + `"?><a/>`,
		"attribute": "<a " + long + "='' " + long + "=''/>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseXML([]byte(text), Charset{}, value.Limits{})
			if err == nil {
				t.Fatal("accepted")
			}
			if len(err.Error()) > 600 {
				t.Errorf("message of %d bytes", len(err.Error()))
			}
		})
	}
}
