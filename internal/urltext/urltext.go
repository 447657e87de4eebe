// Package urltext keeps the values of a run in their places inside a URL.
//
// A caller who sends "../../admin?delete=1#" as an id must not choose the path
// that is called. So each value that a URL inserts is percent-encoded and
// marked, and Join removes the marks after it has checked where the values
// stand: never in the host, and never as a segment that servers resolve.
package urltext

import (
	"errors"
	"net/url"
	"strings"
)

// The marks around a value. A URL can't hold control characters.
const (
	begin = "\x01"
	end   = "\x02"
)

// The errors of Join. They repeat nothing of the URL.
var (
	ErrHost        = errors.New("a value of the run would choose the scheme, the host or the port of the URL; it can only stand in the path or the query")
	ErrSegment     = errors.New(`a value of the run leaves a segment of the URL's path empty, "." or "..", which leads elsewhere`)
	ErrNotAbsolute = errors.New(`the URL begins with a value of the run, which must then be an absolute URL, such as "https://host/path"; for a path below the base_url of a connection begin with "/"`)
)

// Encode percent-encodes all characters but the unreserved ones (RFC 3986,
// section 2.3), so that the text stands for itself in a path and in a query.
func Encode(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// EncodePath encodes each segment of a path and keeps its slashes.
func EncodePath(text string) string {
	segments := strings.Split(text, "/")
	for i, s := range segments {
		segments[i] = Encode(s)
	}
	return strings.Join(segments, "/")
}

// Value encodes and marks a value.
func Value(text string) string { return begin + Encode(text) + end }

// Encoded marks a value that is encoded already.
func Encoded(text string) string { return begin + text + end }

// Join returns the URL without marks. A text that is one value stays as it was
// before Value. A value at the beginning of other text is an absolute URL.
func Join(text string) (string, error) {
	pieces := split(text)
	switch {
	case len(pieces) == 0:
		return "", nil
	case len(pieces) == 1 && pieces[0].isValue:
		return decode(pieces[0].text), nil
	case pieces[0].isValue:
		base, err := absoluteURL(decode(pieces[0].text))
		if err != nil {
			return "", err
		}
		pieces[0] = piece{text: base}
	}
	out, values := assemble(pieces)
	start := pathStart(out)
	for _, v := range values {
		if v.start < start {
			return "", ErrHost
		}
	}
	if hasBadSegment(out, start, values) {
		return "", ErrSegment
	}
	return out, nil
}

// MapLiterals replaces each part of the text that is no value by the result of
// replace, which may insert values of its own.
func MapLiterals(text string, replace func(literal string) (string, error)) (string, error) {
	var out strings.Builder
	for _, p := range split(text) {
		if p.isValue {
			out.WriteString(Encoded(p.text))
			continue
		}
		replaced, err := replace(p.text)
		if err != nil {
			return "", err
		}
		out.WriteString(replaced)
	}
	return out.String(), nil
}

// HasInserted reports whether the text has a value beside other text. Join has
// then checked the segments that values are in.
func HasInserted(text string) bool {
	return strings.Contains(text, begin) && len(split(text)) > 1
}

// BeginsWithValue reports whether the text begins with a value.
func BeginsWithValue(text string) bool { return strings.HasPrefix(text, begin) }

// BeforeValue returns the part of a URL before its first value, without the
// segment or the query in which that one stands. A URL without values stays whole.
func BeforeValue(text string) string {
	before, _, found := strings.Cut(text, begin)
	if !found {
		return text
	}
	if i := strings.IndexAny(before, "?#"); i >= 0 {
		return before[:i]
	}
	if i := strings.LastIndexByte(before, '/'); i >= pathStart(before) {
		return before[:i+1]
	}
	return before
}

// HostValue returns the index of the first value that stands in the scheme,
// the host or the port, not counting one at the beginning of the text. It
// returns -1 if there is none.
func HostValue(text string) int {
	pieces := split(text)
	if len(pieces) > 0 && pieces[0].isValue {
		pieces[0].text = decode(pieces[0].text)
	}
	out, values := assemble(pieces)
	start := pathStart(out)
	for i, v := range values {
		if v.start < start && v.start > 0 {
			return i
		}
	}
	return -1
}

// Show returns the URL for people, also if Join would refuse it.
func Show(text string) string {
	if out, err := Join(text); err == nil {
		return out
	}
	return strings.NewReplacer(begin, "", end, "").Replace(text)
}

// piece is a literal text or a value, still encoded.
type piece struct {
	text    string
	isValue bool
}

func split(text string) []piece {
	var out []piece
	for text != "" {
		literal, rest, found := strings.Cut(text, begin)
		if literal != "" {
			out = append(out, piece{text: literal})
		}
		if !found {
			break
		}
		inserted, after, _ := strings.Cut(rest, end)
		out = append(out, piece{inserted, true})
		text = after
	}
	return out
}

// span is the place of a value in a text.
type span struct{ start, end int }

func assemble(pieces []piece) (string, []span) {
	var out strings.Builder
	var values []span
	for _, p := range pieces {
		start := out.Len()
		out.WriteString(p.text)
		if p.isValue {
			values = append(values, span{start, out.Len()})
		}
	}
	return out.String(), values
}

// pathStart returns where the path begins: after the host, or at the beginning
// of a text without a scheme.
func pathStart(text string) int {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return 0
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return len(text) - len(rest) + i
	}
	return len(text)
}

// hasBadSegment reports whether a segment of the path that a value is part of
// is empty, "." or "..".
func hasBadSegment(text string, start int, values []span) bool {
	path := text[start:]
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	at := start
	for segment := range strings.SplitSeq(path, "/") {
		for _, v := range values {
			if v.start <= at+len(segment) && v.end >= at && isBad(segment) {
				return true
			}
		}
		at += len(segment) + 1
	}
	return false
}

// isBad reports whether servers would resolve the segment. Some read "..;x" as
// "..".
func isBad(segment string) bool {
	segment, _, _ = strings.Cut(segment, ";")
	switch decode(segment) {
	case "", ".", "..":
		return true
	}
	return false
}

// absoluteURL returns the text without its fragment, which would swallow the
// text behind it.
func absoluteURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", ErrNotAbsolute
	}
	text, _, _ = strings.Cut(text, "#")
	return text, nil
}

func decode(text string) string {
	if out, err := url.PathUnescape(text); err == nil {
		return out
	}
	return text
}
