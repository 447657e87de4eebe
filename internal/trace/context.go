package trace

import (
	"encoding/hex"
	"net/http"
	"strings"
)

// Names of the header fields of W3C Trace Context.
const (
	ParentHeader = "Traceparent"
	StateHeader  = "Tracestate"
)

// ID is the id of a trace.
type ID [16]byte

// String returns the id in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// SpanID is the id of a span.
type SpanID [8]byte

// String returns the id in hexadecimal digits.
func (id SpanID) String() string { return hex.EncodeToString(id[:]) }

// Context is what others know of a span: the fields traceparent and tracestate of
// W3C Trace Context.
type Context struct {
	Trace   ID
	Span    SpanID
	Sampled bool
	State   string // tracestate, which is passed on unchanged; "" for none
}

// IsValid reports whether the context belongs to a trace.
func (c Context) IsValid() bool { return c.Trace != ID{} && c.Span != SpanID{} }

// parentLength is the length of a traceparent of version 00.
const parentLength = 55

// Parent returns the context as a traceparent.
func (c Context) Parent() string {
	var b [parentLength]byte
	copy(b[:], "00-")
	hex.Encode(b[3:35], c.Trace[:])
	b[35] = '-'
	hex.Encode(b[36:52], c.Span[:])
	copy(b[52:], "-00")
	if c.Sampled {
		b[54] = '1'
	}
	return string(b[:])
}

// Encode returns the context as the store has it; nil if it is not valid.
func (c Context) Encode() []byte {
	if !c.IsValid() {
		return nil
	}
	text := c.Parent()
	if c.State != "" {
		text += " " + c.State
	}
	return []byte(text)
}

// Decode reads a context that Encode wrote. It returns one that is not valid for
// any other text.
func Decode(text []byte) Context {
	parent, state, _ := strings.Cut(string(text), " ")
	c, ok := parseParent(parent)
	if !ok {
		return Context{}
	}
	c.State, _ = parseState([]string{state})
	return c
}

// FromHeader reads the context of a request. It comes from outside: a field that
// does not follow the specification is left out, and without a valid traceparent
// there is no context.
func FromHeader(h http.Header) Context {
	parents := h[ParentHeader]
	if len(parents) != 1 {
		return Context{}
	}
	c, ok := parseParent(parents[0])
	if !ok {
		return Context{}
	}
	c.State, _ = parseState(h[StateHeader])
	return c
}

// parseParent reads a traceparent. One of a later version is read as far as
// version 00 goes.
func parseParent(text string) (Context, bool) {
	var c Context
	if len(text) < parentLength || text[2] != '-' || text[35] != '-' || text[52] != '-' {
		return c, false
	}
	var version, flags [1]byte
	if !decodeHex(version[:], text[:2]) || version[0] == 0xff || version[0] == 0 && len(text) != parentLength {
		return c, false
	}
	if len(text) > parentLength && text[parentLength] != '-' {
		return c, false
	}
	if !decodeHex(c.Trace[:], text[3:35]) || !decodeHex(c.Span[:], text[36:52]) || !decodeHex(flags[:], text[53:55]) {
		return Context{}, false
	}
	c.Sampled = flags[0]&1 != 0
	return c, c.IsValid()
}

// decodeHex decodes lower-case digits.
func decodeHex(to []byte, digits string) bool {
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	_, err := hex.Decode(to, []byte(digits))
	return err == nil
}

// The bounds of a tracestate (W3C Trace Context, section 3.3). A longer one is left
// out as a whole, which the specification permits.
const (
	maxStateBytes   = 512
	maxStateMembers = 32
	maxStateKey     = 256
	maxStateValue   = 256
)

// parseState joins the fields of a tracestate. It returns false, and no state, if
// one of the members is wrong.
func parseState(fields []string) (string, bool) {
	total := 0
	for _, f := range fields {
		total += len(f) + 1
	}
	if total == 0 || total > maxStateBytes+1 {
		return "", total == 0
	}
	var members []string
	seen := map[string]bool{}
	for m := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		if m = strings.Trim(m, " \t"); m == "" {
			continue
		}
		key, value, ok := strings.Cut(m, "=")
		if !ok || seen[key] || !isStateKey(key) || !isStateValue(value) || len(members) == maxStateMembers {
			return "", false
		}
		seen[key] = true
		members = append(members, m)
	}
	return strings.Join(members, ","), true
}

func isStateKey(key string) bool {
	if key == "" || len(key) > maxStateKey {
		return false
	}
	for i := range len(key) {
		c := key[i]
		letter := c >= 'a' && c <= 'z'
		digit := c >= '0' && c <= '9'
		if !letter && !digit && (i == 0 || !strings.ContainsRune("_-*/@", rune(c))) {
			return false
		}
	}
	return true
}

func isStateValue(value string) bool {
	if value == "" || len(value) > maxStateValue {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '=' || c == ',' {
			return false
		}
	}
	return true
}
