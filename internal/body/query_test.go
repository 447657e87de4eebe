package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// queryCase is a query and its value by qs 6.17.1 with arrayLimit 1001 and
// allowPrototypes, and with __proto__ as any other name.
type queryCase struct {
	Name  string         `json:"name"`
	Query string         `json:"query"`
	Want  map[string]any `json:"want"`
}

func queryCases(t testing.TB) []queryCase {
	t.Helper()
	file, err := os.ReadFile("testdata/query.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var cases []queryCase
	for line := range bytes.Lines(file) {
		var c queryCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	return cases
}

func TestParseQueryAsQS(t *testing.T) {
	t.Parallel()
	for _, c := range queryCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseQuery(c.Query, value.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.Want) {
				t.Errorf("%s\n got %#v\nwant %#v", c.Query, got, c.Want)
			}
			form, err := ParseForm([]byte(c.Query), Charset{}, value.Limits{})
			if err != nil || !reflect.DeepEqual(form, got) {
				t.Errorf("as a form: got %#v, %v", form, err)
			}
		})
	}
}

func TestParseQueryDepth(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		depth int
		want  string
	}{
		"one level":    {1, `{"a":{"b":{"[c][d][e][f][g]":"1"}}}`},
		"three levels": {3, `{"a":{"b":{"c":{"d":{"[e][f][g]":"1"}}}}}`},
		"five levels":  {5, `{"a":{"b":{"c":{"d":{"e":{"f":{"[g]":"1"}}}}}}}`},
		"at most five": {50, `{"a":{"b":{"c":{"d":{"e":{"f":{"[g]":"1"}}}}}}}`},
		"default":      {0, `{"a":{"b":{"c":{"d":{"e":{"f":{"[g]":"1"}}}}}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseQuery("a[b][c][d][e][f][g]=1", value.Limits{Depth: test.depth})
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, v, test.want)
		})
	}
}

// checkText fails the test unless the JSON text of v is the wanted one.
func checkText(t *testing.T, v any, want string) {
	t.Helper()
	got, err := value.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseFormCharsets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		form, charset, want string
	}{
		"utf-8":                {"city=K%C3%B6ln", "UTF-8", `{"city":"Köln"}`},
		"latin-1":              {"city=K%F6ln&stra%DFe=1", "ISO-8859-1", `{"city":"Köln","straße":"1"}`},
		"windows-1252":         {"price=9%80&q=%93hi%94", "windows-1252", `{"price":"9€","q":"“hi”"}`},
		"unescaped":            {"city=K\xf6ln", "latin1", `{"city":"Köln"}`},
		"cyrillic":             {"name=%CF%F0%E8%E2%E5%F2", "windows-1251", `{"name":"Привет"}`},
		"two bytes":            {"a=%83%65%83%58%83%67&b[c]=x", "Shift_JIS", `{"a":"テスト","b":{"c":"x"}}`},
		"ascii":                {"a=%C3%A4", "us-ascii", `{"a":"ä"}`},
		"named by a field":     {"city=K%F6ln&_charset_=iso-8859-1", "", `{"_charset_":"iso-8859-1","city":"Köln"}`},
		"named as by PayPal":   {"first_name=Ren%E9e&charset=windows-1252", "", `{"charset":"windows-1252","first_name":"Renée"}`},
		"a field that is none": {"charset=windows-1252&name=Ren%C3%A9e", "", `{"charset":"windows-1252","name":"Renée"}`},
		"byte order mark":      {byteOrderMark + "a=1&b=2", "", `{"a":"1","b":"2"}`},
		"only a mark":          {byteOrderMark, "", `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			charset, ok := FindCharset(test.charset)
			if !ok {
				t.Fatalf("unknown charset %q", test.charset)
			}
			v, err := ParseForm([]byte(test.form), charset, value.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			checkText(t, v, test.want)
		})
	}
}

func TestParseQueryNotUTF8(t *testing.T) {
	t.Parallel()
	for query, offset := range map[string]int64{
		"city=K%F6ln":                     0,
		"a=1&na\xffme=x":                  4,
		"ok=%C3%A4&x=%ED%A0%80":           10,
		"x=%E4%41&charset=utf-8":          0,
		"x=%E4%41&_charset_=klingon-1":    0,
		"x=%E4%41&charset[a]=iso-8859-1":  0,
		"x=%E4%41&charset=hz-gb-2312&y=1": 0,
	} {
		v, err := ParseQuery(query, value.Limits{})
		checkFault(t, v, err, fault(offset, 1, int(offset)+1, "", "not UTF-8"))
	}
	// Half an escape is text.
	v, err := ParseQuery("discount=10%&x=%zz%41", value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, v, `{"discount":"10%","x":"%zz%41"}`)
}

// TestParseQueryFarIndexes shows that a high index costs no memory.
func TestParseQueryFarIndexes(t *testing.T) {
	var b strings.Builder
	for i := range MaxParameters {
		fmt.Fprintf(&b, "a%d[1000][1000][1000][1000][1000]=x&", i)
	}
	query := strings.TrimSuffix(b.String(), "&")
	got := allocatedBytes(func() {
		if _, err := ParseQuery(query, value.Limits{}); err != nil {
			t.Error(err)
		}
	})
	if got > 6<<20 {
		t.Errorf("%d bytes for a query of %d", got, len(query))
	}
}

func TestParseQueryParameterLimit(t *testing.T) {
	t.Parallel()
	most := strings.TrimSuffix(strings.Repeat("a=1&", MaxParameters), "&")
	v, err := ParseQuery(most, value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := v["a"].([]any); !ok || len(list) != MaxParameters {
		t.Errorf("got %T, want a list of %d items", v["a"], MaxParameters)
	}
	w, err := ParseQuery(most+"&b=2", value.Limits{})
	checkFault(t, w, err, value.SyntaxError{
		Offset: 4 * MaxParameters, Line: 1, Column: 4*MaxParameters + 1, Reason: "at most 1000",
	})
	_, err = ParseForm([]byte(strings.Repeat("&", MaxParameters+1)), Charset{}, value.Limits{})
	if err == nil {
		t.Error("accepted too many empty parameters")
	}
}
