package body

import (
	"bytes"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

// fault returns the error that a reader is to return.
func fault(offset int64, line, column int, pointer, reason string) value.SyntaxError {
	return value.SyntaxError{Offset: offset, Line: line, Column: column, Pointer: pointer, Reason: reason}
}

// checkFault fails the test unless err is a SyntaxError at that place whose
// reason contains the wanted one, and nothing was read.
func checkFault(t *testing.T, v any, err error, want value.SyntaxError) {
	t.Helper()
	fault, ok := errors.AsType[*value.SyntaxError](err)
	if !ok {
		t.Fatalf("got %#v and error %#v, want a SyntaxError", v, err)
	}
	if reflected := reflect.ValueOf(v); v != nil && reflected.Len() > 0 {
		t.Errorf("got %#v together with an error", v)
	}
	if !strings.Contains(fault.Reason, want.Reason) {
		t.Errorf("reason %q, want one with %q", fault.Reason, want.Reason)
	}
	got := *fault
	got.Reason, want.Reason = "", ""
	if got != want {
		t.Errorf("place %+v, want %+v", got, want)
	}
}

// allocatedBytes returns how many bytes a function allocates. Its test is not
// parallel, because the whole process is measured.
func allocatedBytes(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// checkRefusal checks the promises of SyntaxError.
func checkRefusal(t *testing.T, data []byte, err error) {
	t.Helper()
	fault, ok := errors.AsType[*value.SyntaxError](err)
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
	text, err := value.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := value.Decode(text, value.Limits{Depth: depth})
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if !reflect.DeepEqual(again, v) || !value.Equal(again, v) || !reflect.DeepEqual(valuetest.Clone(v), v) {
		t.Fatalf("%#v became %#v", v, again)
	}
	second, err := value.Append(nil, again)
	if err != nil || !bytes.Equal(text, second) {
		t.Fatalf("%s became %s, %v", text, second, err)
	}
}
