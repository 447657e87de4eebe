package body

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// multipartBody joins parts, each a header and a content that a blank line
// divides, with the boundary "b".
func multipartBody(parts ...string) string {
	var body strings.Builder
	for _, part := range parts {
		header, content, _ := strings.Cut(part, "\n\n")
		body.WriteString("--b\r\n" + strings.ReplaceAll(header, "\n", "\r\n") + "\r\n\r\n" + content + "\r\n")
	}
	return body.String() + "--b--\r\n"
}

func field(name, content string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q\n\n%s", name, content)
}

func TestParseMultipart(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want map[string]any
	}{
		"no part":   {"--b--\r\n", map[string]any{}},
		"no end":    {"--b--", map[string]any{}},
		"preamble":  {"hello\r\n" + multipartBody(field("a", "1")) + "bye", map[string]any{"a": "1"}},
		"line ends": {strings.ReplaceAll(multipartBody(field("a", "1")), "\r\n", "\n"), map[string]any{"a": "1"}},
		"fields":    {multipartBody(field("a", "1"), field("b", "x\r\ny")), map[string]any{"a": "1", "b": "x\r\ny"}},
		"boundary within": {
			multipartBody(field("a", "--b\r\n")[:len(field("a", ""))] + "x--b y"),
			map[string]any{"a": "x--b y"},
		},
		"repeated": {multipartBody(field("a", "1"), field("a", "2")), map[string]any{"a": []any{"1", "2"}}},
		"nested": {
			multipartBody(field("items[0][sku]", "A"), field("items[0][qty]", "2"), field("items[1][sku]", "B")),
			map[string]any{"items": []any{map[string]any{"sku": "A", "qty": "2"}, map[string]any{"sku": "B"}}},
		},
		"escapes stay": {multipartBody(field("a%5Bb%5D+c", "x%20+y")), map[string]any{"a%5Bb%5D+c": "x%20+y"}},
		"quoted-printable": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: quoted-printable\n\nK=C3=B6ln"),
			map[string]any{"a": "Köln"},
		},
		"no file chosen": {
			multipartBody("Content-Disposition: form-data; name=a; filename=\"\"\nContent-Type: application/octet-stream\n\n"),
			map[string]any{"a": ""},
		},
		"file": {
			multipartBody("Content-Disposition: form-data; name=\"doc\"; filename=\"a b.pdf\"\nContent-Type: application/pdf\n\n\x00\xff\r\n1"),
			map[string]any{"doc": map[string]any{
				"filename": "a b.pdf", "content_type": "application/pdf", "size": json.Number("5"), "content": "AP8NCjE=",
			}},
		},
		"file without a type": {
			multipartBody("Content-Disposition: form-data; name=doc; filename*=UTF-8''%C3%A4.txt\n\nhi"),
			map[string]any{"doc": map[string]any{
				"filename": "ä.txt", "content_type": "text/plain", "size": json.Number("2"), "content": "aGk=",
			}},
		},
		"file names without folders": {
			multipartBody(file("f", `C:\\Users\\jane\\a.txt`), file("f", "/etc/passwd"), file("f", "..")),
			map[string]any{"f": []any{fileValue("a.txt"), fileValue("passwd"), fileValue("")}},
		},
		"file and field": {
			multipartBody(file("f", "a"), field("f", "x"), field("f[name]", "y")),
			map[string]any{"f": map[string]any{"0": fileValue("a"), "1": "x", "name": "y"}},
		},
		"prototype": {multipartBody(field("__proto__", "1"), field("constructor", "2")), map[string]any{"__proto__": "1", "constructor": "2"}},
		"dots":      {multipartBody(field("input_1.3", "x"), field("input_1.6", "y")), map[string]any{"input_1.3": "x", "input_1.6": "y"}},
		"latin-1":   {multipartBody(typed("a", "text/plain; charset=ISO-8859-1", "K\xf6ln")), map[string]any{"a": "Köln"}},
		"charset of the form": {
			multipartBody(field("b", "ä"), field("_charset_", "windows-1252"), field("a", "9\x80"), typed("c", "text/plain; charset=utf-8", "ö")),
			map[string]any{"_charset_": "windows-1252", "a": "9€", "b": "ä", "c": "ö"},
		},
		"base64": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: BASE64\n\nS8O2\r\n bG4=\r\n"),
			map[string]any{"a": "Köln"},
		},
		"base64 of latin-1": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Type: text/plain; charset=latin1\nContent-Transfer-Encoding: base64\n\nS/ZsbiE"),
			map[string]any{"a": "Köln!"},
		},
		"base64 of a file": {
			multipartBody("Content-Disposition: form-data; name=f; filename=a.bin\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nAP8N\r\nCjE=\r\n"),
			map[string]any{"f": map[string]any{
				"filename": "a.bin", "content_type": "application/octet-stream", "size": json.Number("5"), "content": "AP8NCjE=",
			}},
		},
		"JSON": {
			multipartBody(typed("a", "application/json", `{"n":1.50}`), typed("b[c]", "application/vnd.x+json; charset=utf-8", `[true]`), typed("d", "text/json", `"x"`)),
			map[string]any{"a": map[string]any{"n": json.Number("1.50")}, "b": map[string]any{"c": []any{true}}, "d": "x"},
		},
		"JSON in latin-1": {
			multipartBody(typed("a", "application/json; charset=iso-8859-1", "{\"city\":\"K\xf6ln\"}"), typed("b", "application/json; charset=iso-8859-1", `{"city":"Köln"}`)),
			map[string]any{"a": map[string]any{"city": "Köln"}, "b": map[string]any{"city": "Köln"}},
		},
		"JSON file": {
			multipartBody("Content-Disposition: form-data; name=payload; filename=payload.json\nContent-Type: application/json\n\n{\"a\":null}"),
			map[string]any{"payload": map[string]any{"a": nil}},
		},
		"JSON file that is empty": {
			multipartBody(typed("a", "application/json", "")),
			map[string]any{"a": ""},
		},
		"JSON in base64": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Type: application/json\nContent-Transfer-Encoding: base64\n\neyJhIjpbXX0="),
			map[string]any{"a": map[string]any{"a": []any{}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseMultipart([]byte(test.body), "b", value.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Values, test.want) {
				t.Errorf("got %#v, want %#v", got.Values, test.want)
			}
		})
	}
}

func typed(name, contentType, content string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q\nContent-Type: %s\n\n%s", name, contentType, content)
}

func TestParseMultipartNamesJSON(t *testing.T) {
	t.Parallel()
	got, err := ParseMultipart([]byte(multipartBody(
		typed("a", "application/json", `{}`), typed("a[b]", "application/json", `1`), field("b", "{}"),
		typed("c[x]", "application/json", `1`), field("c[y]", "1"), field("d", "1"), typed("d[e]", "application/json", `1`),
	)), "b", value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"a": true, "b": false, "c": false, "d": false}
	if !reflect.DeepEqual(got.JSON, want) {
		t.Errorf("got %v, want %v", got.JSON, want)
	}
}

func file(name, filename string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q; filename=\"%s\"\n\n", name, filename)
}

func fileValue(filename string) map[string]any {
	return map[string]any{"filename": filename, "content_type": "text/plain", "size": json.Number("0"), "content": ""}
}

func TestParseMultipartRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<16)
	tests := map[string]struct {
		body string
		want value.SyntaxError
	}{
		"empty":           {"", fault(0, 1, 1, "", "before the closing boundary")},
		"other boundary":  {"--c\r\n\r\n--c--\r\n", fault(14, 4, 1, "", "before the closing boundary")},
		"cut off header":  {"--b\r\nContent-Type: x\r\n", fault(22, 3, 1, "", "before the closing boundary")},
		"cut off content": {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", fault(48, 4, 2, "", "before the closing boundary")},
		"no name": {
			multipartBody(field("a", "1"), "Content-Disposition: form-data\n\nx"),
			fault(52, 5, 1, "", "part 2: a part without a name"),
		},
		"not form data": {
			multipartBody("Content-Disposition: attachment; name=a\n\nx"),
			fault(0, 1, 1, "", "part 1: a part without a name"),
		},
		"no header": {"--b\r\n\r\nx\r\n--b--", fault(0, 1, 1, "", "part 1: a part without a name")},
		"broken header": {
			multipartBody(field("a", "x\r\n--bold --b"), "no colon\x1b[31m\n\nx"),
			fault(64, 6, 1, "", "part 2: malformed MIME header"),
		},
		"many headers": {
			multipartBody(strings.Repeat("X-A: 1\n", MaxPartHeaders) + field("a", "1")),
			fault(0, 1, 1, "", "33 header fields; at most 32"),
		},
		"large header": {
			multipartBody("X-A: " + long + "\n" + field("a", "1")),
			fault(0, 1, 1, "", "at most 16384"),
		},
		"not UTF-8":        {multipartBody(field("a", "K\xf6ln")), fault(0, 1, 1, "", "part 1: text that is not UTF-8")},
		"unknown encoding": {multipartBody(typed("a", "text/plain; charset=klingon", "x")), fault(0, 1, 1, "", `encoding "klingon" is not known`)},
		"wrong base64": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: base64\n\nK~ln"),
			fault(0, 1, 1, "", "not base64"),
		},
		"unknown transfer encoding": {
			multipartBody("Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: x-uuencode\n\nx"),
			fault(0, 1, 1, "", `transfer encoding "x-uuencode"`),
		},
		"wrong JSON": {
			multipartBody(field("a", "1"), typed("b", "application/json", "{\"x\":\n[1,}")),
			fault(52, 5, 1, "/b/x", "part 2: JSON, line 2, column 3"),
		},
		"long line for a boundary": {long, fault(int64(len(long)), 1, len(long)+1, "", "long line")},
		"too many parts": {
			multipartBody(strings.Split(strings.Repeat(field("a", "1")+"|", MaxParameters)+field("a", "1"), "|")...),
			fault(52*MaxParameters, 4*MaxParameters+1, 1, "", "too many parts; at most 1000"),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseMultipart([]byte(test.body), "b", value.Limits{})
			checkFault(t, v.Values, err, test.want)
			if len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\x1b\r\n") {
				t.Errorf("message %q is not fit to be shown", err.Error())
			}
		})
	}
}

func TestParseMultipartBoundary(t *testing.T) {
	t.Parallel()
	for boundary, valid := range map[string]bool{
		"b":                              true,
		"----WebKitFormBoundary7MA4YWxk": true,
		"a 'b()+_,-./:=?":                true,
		strings.Repeat("b", 70):          true,
		strings.Repeat("b", 71):          false,
		"":                               false,
		"b ":                             false,
		"b\r\nc":                         false,
		"b;c":                            false,
		"ä":                              false,
	} {
		_, err := ParseMultipart([]byte("--"+boundary+"--"), boundary, value.Limits{})
		if (err == nil) != valid {
			t.Errorf("boundary %q: error %v, want one: %t", boundary, err, !valid)
		}
	}
}
