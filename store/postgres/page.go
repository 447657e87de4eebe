package postgres

import (
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/outcomes"
)

// candidate is a run that may be on a page.
type candidate struct {
	id    store.ID
	run   store.Summary
	found bool // it matches the filter
}

// pageBuilder merges runs that have rows with outcomes.
type pageBuilder struct {
	limit    int
	outcomes *outcomes.Cursor // nil if no outcome can match
	isLate   func() bool      // of a search; nil for other lists

	page     store.Page
	last     string // id of the last candidate or outcome
	searched int    // outcomes
	ended    bool   // the page is full, or enough was searched
}

// addRuns adds candidates, the newest first, each after the outcomes that are newer.
func (p *pageBuilder) addRuns(candidates []candidate) error {
	for i := range candidates {
		c := &candidates[i]
		if err := p.addOutcomes(c.id); err != nil || p.isEnded() {
			return err
		}
		p.last = c.run.ID
		if c.found {
			p.page.Runs = append(p.page.Runs, c.run)
		}
	}
	return nil
}

// end returns the page with the outcomes above a bound. There are no more runs that
// have rows.
func (p *pageBuilder) end(above store.ID) (store.Page, error) {
	err := p.addOutcomes(above)
	return p.page, err
}

// isEnded reports whether the page can have no other candidate.
func (p *pageBuilder) isEnded() bool {
	switch n := len(p.page.Runs); {
	case p.ended:
	case n == p.limit:
		p.ended, p.page.Next = true, p.page.Runs[n-1].ID
	case p.searched == maxSearchOutcomes, p.searched > 0 && p.searched%lateEvery == 0 && p.isLate():
		p.ended, p.page.Next = true, p.last
	}
	return p.ended
}

// addOutcomes adds the outcomes with ids above a bound that were not added yet.
func (p *pageBuilder) addOutcomes(above store.ID) error {
	for p.outcomes != nil && !p.ended {
		item, ok, err := p.outcomes.Next(above)
		if err != nil || !ok || p.isEnded() {
			return err
		}
		if p.isLate != nil {
			p.searched++
		}
		p.last = item.ID.String()
		if item.Found() {
			p.page.Runs = append(p.page.Runs, item.Summary())
		}
	}
	return nil
}
