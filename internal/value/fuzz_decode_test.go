package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		smallOrder, string(largeOrder()),
		``, ` `, `null`, `[true,false]`, `"\u00e4\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"", "\ufeff[1]", "\ufeff\ufeff1",
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a":{"a":{"a":1}}}`, `[1,]`, `{"a":,}`, `{1:2}`, `{[`, `[[[[]]]]`, `[[[[[]]]]]`,
		`1e400`, `1e1000`, `1e1001`, `-0.0E-0`, `1E+05`, `01`, `9007199254740993`, strings.Repeat("1", 1001),
		`"\u2028<>&"`, "\"a\nb\"", `{} {}`, `{"":"","\u0000":null}`,
	} {
		f.Add([]byte(seed))
	}
	for _, c := range suiteCases(f) {
		if len(c.text) < 1000 {
			f.Add([]byte(c.text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const depth = 4
		got, err := Decode(data, Limits{Depth: depth})
		body := bytes.TrimPrefix(data, []byte("\ufeff"))
		if err != nil {
			checkRefusal(t, data, err)
			if json.Valid(body) && !isStricter(body, depth) {
				t.Fatalf("refused what encoding/json takes: %v", err)
			}
			return
		}
		if isStricter(body, depth) {
			t.Fatal("accepted against what Decode says")
		}
		want, err := standardDecode(body)
		if err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %#v, encoding/json reads %#v", got, want)
		}
		checkFixpoint(t, got, depth)
	})
}

// checkRefusal checks the promises of SyntaxError.
func checkRefusal(t *testing.T, data []byte, err error) {
	t.Helper()
	fault, ok := errors.AsType[*SyntaxError](err)
	if !ok {
		t.Fatalf("error of type %T", err)
	}
	if fault.Offset < 0 || fault.Offset > int64(len(data)) || fault.Line < 1 || fault.Column < 1 {
		t.Fatalf("no such place: %+v in %d bytes", *fault, len(data))
	}
	if fault.Reason == "" || len(fault.Error()) > 700 || !utf8.ValidString(fault.Error()) {
		t.Fatalf("not fit to be shown: %q", fault.Error())
	}
	if fault.Pointer != "" && fault.Pointer[0] != '/' {
		t.Fatalf("no JSON pointer: %q", fault.Pointer)
	}
}

// checkFixpoint checks that the text of a value is read as the same value, which
// is written as the same text.
func checkFixpoint(t *testing.T, v any, depth int) {
	t.Helper()
	text, err := Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(text, Limits{Depth: depth})
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if !reflect.DeepEqual(again, v) || !Equal(again, v) {
		t.Fatalf("%#v became %#v", v, again)
	}
	second, err := Append(nil, again)
	if err != nil || !bytes.Equal(text, second) {
		t.Fatalf("%s became %s, %v", text, second, err)
	}
}

// isStricter reports, with an implementation of its own, whether one of the
// documented reasons to refuse valid JSON applies.
func isStricter(body []byte, depth int) bool {
	if !utf8.Valid(body) {
		return true
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	return tokensAreStricter(dec, depth)
}

// tokensAreStricter looks for nesting, duplicate names and numbers beyond the
// limits among the tokens of one value.
func tokensAreStricter(dec *json.Decoder, depth int) bool {
	token, err := dec.Token()
	if err != nil {
		return false
	}
	switch token {
	case json.Delim('['), json.Delim('{'):
		if depth == 0 {
			return true
		}
	default:
		number, ok := token.(json.Number)
		return ok && isBeyondLimits(string(number))
	}
	names := map[any]bool{}
	for dec.More() {
		if token == json.Delim('{') {
			name, err := dec.Token()
			if err != nil || names[name] {
				return err == nil
			}
			names[name] = true
		}
		if tokensAreStricter(dec, depth-1) {
			return true
		}
	}
	// The closing bracket; json.Valid finds errors in it.
	_, _ = dec.Token()
	return false
}

func isBeyondLimits(number string) bool {
	_, exponent, found := strings.Cut(strings.ToLower(number), "e")
	power, err := strconv.Atoi(exponent)
	return len(number) > MaxNumberLength || found && (err != nil || power > MaxExponent || power < -MaxExponent)
}
