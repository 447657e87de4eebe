package store

import (
	"hash/fnv"
	"regexp"
	"strconv"
	"time"
)

// FailureGroup are failed runs of a flow with one cause.
type FailureGroup struct {
	Key    string // of the cause, for Filter.Failure
	Flow   string
	Count  int
	More   bool      // there are more runs than Count
	First  time.Time // when the oldest run was received
	Newest Summary   // the newest run
}

// FailureQuery asks for groups of failed runs.
type FailureQuery struct {
	Flows []string // none for all
	Limit int      // clamped to 1 to MaxFailureGroups
}

// FailureGroups are groups of failed runs, the group with the newest run first.
type FailureGroups struct {
	Groups []FailureGroup
	More   bool // there are more groups
}

// The bounds of FailureGroups. An engine reads one row of each group, and counts in
// an index.
const (
	MaxFailureGroups   = 500    // in an answer
	MaxGroupsRead      = 5000   // in all
	MaxFailuresCounted = 10_000 // runs of a group
	maxAllCounted      = 20_000
	minCounted         = 100
)

// CountLimit returns up to how many runs of a group are counted in an answer with a
// number of groups.
func CountLimit(groups int) int {
	return min(MaxFailuresCounted, max(minCounted, maxAllCounted/max(groups, 1)))
}

// PageSize returns the limit of the groups.
func (q *FailureQuery) PageSize() int { return min(max(q.Limit, 1), MaxFailureGroups) }

// FailureKey returns the key of a cause, by which failed runs are grouped: of the
// action, the class, the reason, and the message without its values. Engines store
// it with each run that failed. It is never 0.
func FailureKey(c *Cause) int64 {
	h, clean := fnv.New64a(), c.Clean()
	for _, part := range []string{clean.Action, clean.Class, clean.Reason, MessageClass(clean.Message)} {
		_, _ = h.Write(append([]byte(part), 0))
	}
	return int64(h.Sum64() | 1) //nolint:gosec // all values of an int64 are keys
}

// FormatFailureKey returns the text of a key.
func FormatFailureKey(key int64) string {
	return strconv.FormatUint(uint64(key), 16) //nolint:gosec // the bits stay
}

// ParseFailureKey returns the key of a text, and false if there is no such key.
func ParseFailureKey(text string) (int64, bool) {
	n, err := strconv.ParseUint(text, 16, 64)
	return int64(n), err == nil //nolint:gosec // the bits stay
}

// messageValues finds what differs between messages of one cause: quoted texts,
// addresses, and words with digits. It also finds the codes of other systems, which
// stay.
var messageValues = regexp.MustCompile(code + `|"(?:[^"\\]|\\.)*"|[^\s"]+@[^\s"]+|[\p{L}\p{N}_.:/+-]*\p{N}[\p{L}\p{N}_.:/+-]*`)

const code = `\([0-9]{3}\)|(?:answered|SQLSTATE|error|code) [0-9A-Z]{1,5}\b`

var codes = regexp.MustCompile("^(?:" + code + ")$")

// MessageClass returns a message without the values that differ between runs that
// failed for one cause: quoted texts, addresses, numbers, ids and times become "…".
// Codes such as the status of an HTTP answer stay, and so does the name of a server.
func MessageClass(message string) string {
	return messageValues.ReplaceAllStringFunc(message, func(value string) string {
		if codes.MatchString(value) {
			return value
		}
		if name, is := serverOf(value); is {
			return name
		}
		return "…"
	})
}

// server matches the beginning of a URL.
var server = regexp.MustCompile(`^https?://[\p{L}\p{N}.:\[\]-]+`)

func serverOf(value string) (string, bool) {
	name := server.FindString(value)
	return name, name != ""
}
