package body

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/value"
)

// queryCase is a query and its value by qs 6.17.1 with allowDots.
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
			form, err := ParseForm([]byte(c.Query), value.Limits{})
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
			v, err := ParseQuery("a.b[c].d[e][f][g]=1", value.Limits{Depth: test.depth})
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

func TestParseQueryBeyondUTF8(t *testing.T) {
	t.Parallel()
	v, err := ParseQuery("na\xffme=va\xfelue&\xc3%A4=1&x=\xe4%41", value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"na\ufffdme": "va\ufffdlue", "\ufffd%A4": "1", "x": "\ufffdA"}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %#v, want %#v", v, want)
	}
}

func TestParseQueryParameterLimit(t *testing.T) {
	t.Parallel()
	most := strings.TrimSuffix(strings.Repeat("a=1&", MaxParameters), "&")
	v, err := ParseQuery(most, value.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := v["a"].(map[string]any); !ok || len(list) != MaxParameters {
		t.Errorf("got %v, want an object with %d members", v["a"], MaxParameters)
	}
	w, err := ParseQuery(most+"&b=2", value.Limits{})
	checkFault(t, w, err, value.SyntaxError{
		Offset: 4 * MaxParameters, Line: 1, Column: 4*MaxParameters + 1, Reason: "at most 1000",
	})
	_, err = ParseForm([]byte(strings.Repeat("&", MaxParameters+1)), value.Limits{})
	if err == nil {
		t.Error("accepted too many empty parameters")
	}
}
