package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// A search looks at so many runs for one page, and bytes of them.
const (
	searchRuns  = 2000
	searchBytes = 32 << 20
)

// search returns a page of the runs that hold a text. What lies in bytes is
// searched by the server, so that it need not be sent; the rest here.
func (s *Store) search(ctx context.Context, l *listing) (store.Page, error) {
	rows, err := s.run(ctx, l.searched())
	if err != nil {
		return store.Page{}, reading(ctx, err)
	}
	var page store.Page
	var row summaryRow
	var okey []byte
	var bytes, before, all int64
	var found bool
	needle, looked, last := fold(l.Text), int64(0), ""
	_, err = pgx.ForEachRow(rows, row.places(&okey, &bytes, &before, &all, &found), func() error {
		if len(page.Runs) == l.limit {
			page.Next = page.Runs[l.limit-1].ID
			return nil
		}
		run := row.summary()
		if found || holds(&run, needle) {
			page.Runs = append(page.Runs, run)
		}
		looked, last = looked+1, run.ID
		return nil
	})
	if err != nil {
		return store.Page{}, reading(ctx, err)
	}
	if page.Next == "" && (looked < all || all == searchRuns) {
		page.Next = last
	}
	return page, nil
}

// searched selects the candidates, with whether their bytes hold the text: not
// all of them where they are large, but the first in any case.
func (l *listing) searched() *query {
	q := sql("WITH w AS (SELECT c.*, (sum(bytes) OVER (ORDER BY id DESC))::bigint - bytes AS before, count(*) OVER () AS n FROM (")
	l.candidates(q, columns+", okey, bytes", searchRuns)
	q.add(") c) SELECT w.*")
	for i, name := range []string{"w.okey", "p.event", "p.body", "p.variables"} {
		q.add([]string{", ", " OR "}[min(i, 1)])
		q.add("coalesce(position(").arg(letters(fold(l.Text)), "text").add(" IN fold(" + name + ")) > 0, false)")
	}
	return q.add(" FROM w LEFT JOIN payloads p ON p.run = w.id WHERE w.before < ").arg(searchBytes, "bigint").add(" ORDER BY w.id DESC")
}

// holds tells whether one of the texts of a run holds another, which is folded.
func holds(r *store.Summary, needle string) bool {
	c := &r.Cause
	for _, t := range []string{r.ID, r.Flow, c.Reason, c.Class, c.Action, c.Position, c.Message} {
		if strings.Contains(fold(t), needle) {
			return true
		}
	}
	return false
}

// fold returns the text with ASCII letters in lower case.
func fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// letters is the text that fold of the migrations makes of bytes in lower case.
func letters(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(max(s[i], 1)))
	}
	return b.String()
}
