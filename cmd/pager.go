package cmd

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// pager reads a list of the admin API, page by page.
type pager struct {
	client *adminClient
	query  url.Values
	limit  int
	all    bool
}

// mostOfPage is how many elements a page of the admin API has at most.
const mostOfPage = 500

// readPages shows page after page until as many elements are found as are
// asked for, and returns what asks for the next. P is what the API answers. A
// search may have pages with few elements and much behind them.
func readPages[P, T any](ctx context.Context, p *pager, path string, of func(*P) (elements []T, next string), show func([]T) error) (next string, err error) {
	for left := p.limit; left > 0; {
		n := min(left, mostOfPage)
		if p.all {
			n = mostOfPage
		}
		p.query.Set("limit", strconv.Itoa(n))
		var page P
		if err := p.client.call(ctx, http.MethodGet, path, p.query, &page); err != nil {
			return "", err
		}
		var found []T
		if found, next = of(&page); next != "" {
			p.query.Set("after", next)
		}
		if err := show(found); err != nil || next == "" {
			return "", err
		}
		if !p.all {
			left -= len(found)
		}
	}
	return next, nil
}
