package trace_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/trace"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanID  = "00f067aa0ba902b7"
	parent  = "00-" + traceID + "-" + spanID + "-01"
)

func TestParent(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		headers []string
		valid   bool
		sampled bool
	}{
		{"sampled", []string{parent}, true, true},
		{"not sampled", []string{"00-" + traceID + "-" + spanID + "-00"}, true, false},
		{"further flags", []string{"00-" + traceID + "-" + spanID + "-03"}, true, true},
		{"a later version", []string{"cc-" + traceID + "-" + spanID + "-01"}, true, true},
		{"a later version with more", []string{"cc-" + traceID + "-" + spanID + "-01-what-will-be"}, true, true},
		{"a later version with other text behind", []string{"cc-" + traceID + "-" + spanID + "-01.what"}, false, false},
		{"version 00 with more", []string{parent + "-more"}, false, false},
		{"version ff", []string{"ff-" + traceID + "-" + spanID + "-01"}, false, false},
		{"no trace", []string{"00-00000000000000000000000000000000-" + spanID + "-01"}, false, false},
		{"no span", []string{"00-" + traceID + "-0000000000000000-01"}, false, false},
		{"capital letters", []string{strings.ToUpper(parent)}, false, false},
		{"no digits", []string{"00-" + strings.Repeat("g", 32) + "-" + spanID + "-01"}, false, false},
		{"other separators", []string{"00_" + traceID + "_" + spanID + "_01"}, false, false},
		{"short", []string{parent[:54]}, false, false},
		{"twice", []string{parent, parent}, false, false},
		{"empty", []string{""}, false, false},
		{"long", []string{strings.Repeat("0", 1<<16)}, false, false},
		{"none", nil, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := trace.FromHeader(http.Header{"Traceparent": c.headers})
			if got.IsValid() != c.valid || got.Sampled != c.sampled {
				t.Errorf("valid %v, sampled %v", got.IsValid(), got.Sampled)
			}
			if got.IsValid() && (got.Trace.String() != traceID || got.Span.String() != spanID) {
				t.Errorf("%s", got.Parent())
			}
		})
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(",k" + strings.Repeat("a", i) + "=1")
		}
		return b.String()[1:]
	}
	cases := []struct {
		name   string
		fields []string
		want   string
	}{
		{"one", []string{"vendor=value"}, "vendor=value"},
		{"joined, without empty members", []string{"a=1, b=2", "", "c/d@e=3"}, "a=1,b=2,c/d@e=3"},
		{"a digit first", []string{"1a=1"}, "1a=1"},
		{"a sign first", []string{"@a=1"}, ""},
		{"capital letters", []string{"A=1"}, ""},
		{"no value", []string{"a"}, ""},
		{"empty value", []string{"a="}, ""},
		{"two equal signs", []string{"a=b=c"}, ""},
		{"twice", []string{"a=1,a=2"}, ""},
		{"no ASCII", []string{"a=ü"}, ""},
		{"31 members", []string{many(27)}, many(27)},
		{"too long", []string{"a=" + strings.Repeat("x", 200) + ",b=" + strings.Repeat("x", 200) + ",c=" + strings.Repeat("x", 200)}, ""},
		{"a long value", []string{"a=" + strings.Repeat("x", 257)}, ""},
		{"too many", []string{strings.Repeat("a=1,", 40)}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := trace.FromHeader(http.Header{"Traceparent": {parent}, "Tracestate": c.fields})
			if got.State != c.want || !got.IsValid() {
				t.Errorf("state %q, want %q", got.State, c.want)
			}
			if again := trace.Decode(got.Encode()); again != got {
				t.Errorf("stored and read again: %+v, want %+v", again, got)
			}
		})
	}
	if got := trace.FromHeader(http.Header{"Tracestate": {"a=1"}}); got.State != "" {
		t.Errorf("a state without a parent: %q", got.State)
	}
}

func FuzzFromHeader(f *testing.F) {
	f.Add(parent, "a=1")
	f.Add("cc-"+traceID+"-"+spanID+"-01-x", "a=1,,b=2")
	f.Fuzz(func(t *testing.T, parent, state string) {
		c := trace.FromHeader(http.Header{"Traceparent": {parent}, "Tracestate": {state}})
		if !c.IsValid() {
			if c != (trace.Context{}) {
				t.Errorf("%+v is not valid, and not empty", c)
			}
			return
		}
		if len(c.State) > 512 || strings.ContainsAny(c.State, "\r\n\x00 \t") && !strings.Contains(state, " ") {
			t.Errorf("state %q", c.State)
		}
		if again := trace.FromHeader(http.Header{"Traceparent": {c.Parent()}, "Tracestate": {c.State}}); again != c {
			t.Errorf("%+v became %+v", c, again)
		}
		if again := trace.Decode(c.Encode()); again != c {
			t.Errorf("%+v was stored as %+v", c, again)
		}
	})
}
