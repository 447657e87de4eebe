package telemetry

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// result is how a request ended. The status is the class of one, such as 4, for
// results that are counted by class.
type result struct {
	outcome string
	status  int
}

func (r result) compare(other result) int {
	return cmp.Or(cmp.Compare(r.status, other.status), strings.Compare(r.outcome, other.outcome))
}

// label returns the status as a label.
func (r result) label() string {
	if r.status < 10 {
		return fmt.Sprintf("%dxx", r.status)
	}
	return strconv.Itoa(r.status)
}

// maxResults is the number of results that get a series of their own. A caller may
// choose the status of a flow, so later results are counted by class, such as "4xx".
const maxResults = 64

// requestsOf returns the series of a result. Once a result has occurred, counting it
// again takes neither a lock nor memory.
func (f *Flow) requestsOf(r result) *lazy[counter] {
	if known := f.requests.find(r); known != nil {
		return known
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.requests.rows()) >= maxResults && f.requests.find(r) == nil {
		r.status /= 100
	}
	return f.requests.add(r)
}
