package postgres

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// A search reads runs in parts, and ends its page after so many runs or outcomes, or
// after it has taken so long. A part has at least one run, so that pages come to an
// end.
const (
	maxPartRuns       = 250
	maxPartBytes      = 2 << 20
	maxSearchRuns     = 2000
	maxSearchOutcomes = 100_000
	searchTime        = 10 * time.Millisecond
	lateEvery         = 256 // outcomes are searched before the time is checked
)

// searchRuns returns a page of the runs that contain the text of the filter and
// have one of its reasons and one of its many flows.
func (s *Store) searchRuns(ctx context.Context, l *listing) (store.Page, error) {
	began := s.options.Clock.Now()
	p := &pageBuilder{limit: l.limit, outcomes: s.outcomesOf(ctx, l)}
	p.isLate = func() bool { return clock.Since(s.options.Clock, began) > searchTime }
	for read := 0; ; {
		part, more, err := s.searchPart(ctx, l)
		if err != nil {
			return store.Page{}, wrapContextError(ctx, err)
		}
		if err := p.addRuns(part); err != nil || p.isEnded() {
			return p.page, err
		}
		if !more {
			return p.end(l.from)
		}
		if read += len(part); read >= maxSearchRuns || p.isLate() {
			p.page.Next = p.last
			return p.page, nil
		}
		l.to = part[len(part)-1].id
	}
}

// searchPart searches the newest runs that match the filter apart from its text, and
// reports whether there are others.
// The server searches payloads, so that they need not be sent. This process
// searches the columns of text.
func (s *Store) searchPart(ctx context.Context, l *listing) (part []candidate, more bool, err error) {
	rows, err := s.runQuery(ctx, l.searchQuery())
	if err != nil {
		return nil, false, err
	}
	var row summaryRow
	var okey []byte
	var bytes, before, all int64
	var found bool
	needle := foldASCII(l.Text)
	_, err = pgx.ForEachRow(rows, row.scanTargets(&okey, &bytes, &before, &all, &found), func() error {
		run := row.summary()
		selected := l.Selects(&run) && (l.wide == nil || l.wide[run.Flow])
		part = append(part, candidate{row.id, run, selected && (found || containsText(&run, needle))})
		return nil
	})
	return part, int64(len(part)) < all || all == maxPartRuns, err
}

// searchQuery selects the candidates of a part, and whether their bytes contain the
// text. It stops at maxPartBytes, but returns at least one run.
func (l *listing) searchQuery() *query {
	limit := int64(math.MaxInt64)
	if l.Text != "" {
		limit = maxPartBytes
	}
	q := newQuery("WITH w AS (SELECT c.*, (sum(bytes) OVER (ORDER BY id DESC))::bigint - bytes AS before, count(*) OVER () AS n FROM (")
	l.addCandidates(q, columns+", okey, bytes", maxPartRuns)
	q.add(") c) SELECT w.*, coalesce(w.okey = ").arg([]byte(l.okey), "bytea").add(", false)")
	for _, name := range l.searchedColumns() {
		q.add(" OR coalesce(position(").arg(foldedLetters(foldASCII(l.Text)), "text").add(" IN fold(" + name + ")) > 0, false)")
	}
	return q.add(" FROM w LEFT JOIN payloads p ON p.run = w.id WHERE w.before < ").arg(limit, "bigint").add(" ORDER BY w.id DESC")
}

// searchedColumns are the columns in which the server searches for the text.
func (l *listing) searchedColumns() []string {
	if l.Text == "" {
		return nil
	}
	return []string{"w.okey", "p.event", "p.body", "p.variables"}
}

// containsText reports whether a text of a run contains the needle, which is
// folded.
func containsText(r *store.Summary, needle string) bool {
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, c.Reason, c.Class, c.Action, c.Position, c.Message, c.Detail} {
		if strings.Contains(foldASCII(t), needle) {
			return true
		}
	}
	return false
}

// foldASCII returns the text with ASCII letters in lower case.
func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// foldedLetters returns a folded text in the form that the SQL function fold
// returns.
func foldedLetters(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(max(s[i], 1)))
	}
	return b.String()
}
