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
	limit      int
	candidates []candidate // the newest first
	more       bool        // there are older candidates, which were not read
	search     bool
	outcomes   *outcomes.Cursor // nil if no outcome can match

	page     store.Page
	last     string // id of the last candidate or outcome
	searched int    // outcomes
	ended    bool   // the page is full, or enough was searched
}

// build returns the page of all candidates, and of the outcomes above a bound.
func (p *pageBuilder) build(above store.ID) (store.Page, error) {
	for i := range p.candidates {
		c := &p.candidates[i]
		if err := p.addOutcomes(c.id); err != nil {
			return store.Page{}, err
		}
		if p.isEnded() {
			return p.page, nil
		}
		p.last = c.run.ID
		if c.found {
			p.page.Runs = append(p.page.Runs, c.run)
		}
	}
	if err := p.addOutcomes(above); err != nil {
		return store.Page{}, err
	}
	if p.more && !p.ended {
		p.page.Next = p.last
	}
	return p.page, nil
}

// isEnded reports whether the page can have no other candidate.
func (p *pageBuilder) isEnded() bool {
	switch n := len(p.page.Runs); {
	case p.ended:
	case n == p.limit:
		p.ended, p.page.Next = true, p.page.Runs[n-1].ID
	case p.searched == maxSearchOutcomes:
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
		if p.search {
			p.searched++
		}
		p.last = item.ID.String()
		if item.Found() {
			p.page.Runs = append(p.page.Runs, item.Summary())
		}
	}
	return nil
}
