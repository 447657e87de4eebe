package store

import (
	"context"
	"strings"
	"time"
)

// Audit records what operators did.
type Audit interface {
	// AppendAudit adds an entry, and deletes the oldest above MaxAuditEntries.
	AppendAudit(ctx context.Context, e AuditEntry) error
	// ListAudit returns a page of entries, the newest first.
	ListAudit(ctx context.Context, q AuditQuery) (AuditPage, error)
}

// AuditEntry is one change by an operator.
type AuditEntry struct {
	Number  int64     // grows with each entry; engines set it
	At      time.Time // engines set it
	Who     string    // the name of the operator, "token" or "local"
	Address string    // of the caller; "" if it has none
	Action  string    // such as "runs.retry"
	Target  string    // what was changed
	Result  string    // "ok", or why nothing was changed
}

// AuditQuery asks for a page.
type AuditQuery struct {
	Limit int   // clamped to 1 to MaxPage
	After int64 // AuditPage.Next of the page before; 0 begins with the newest entry
}

// PageSize returns the limit of a page.
func (q *AuditQuery) PageSize() int { return min(max(q.Limit, 1), MaxPage) }

// AuditPage is a part of the list of entries.
type AuditPage struct {
	Entries []AuditEntry
	Next    int64 // the After of the next page; 0 after the last page
}

// MaxAuditEntries is how many entries are kept.
const MaxAuditEntries = 100_000

// maxAuditText is the length in bytes at which a text of an entry is cut.
const maxAuditText = 500

// Clean returns the entry with texts as engines store them.
func (e AuditEntry) Clean() AuditEntry {
	for _, text := range []*string{&e.Who, &e.Address, &e.Action, &e.Target, &e.Result} {
		*text = CleanText(*text)
		if len(*text) > maxAuditText {
			*text = strings.ToValidUTF8((*text)[:maxAuditText], "") + "…"
		}
	}
	return e
}

// PageOf returns the page of entries of a query that has read one more than the
// limit, if there is one.
func (q *AuditQuery) PageOf(entries []AuditEntry) AuditPage {
	if n := q.PageSize(); len(entries) > n {
		return AuditPage{Entries: entries[:n], Next: entries[n-1].Number}
	}
	return AuditPage{Entries: entries}
}
