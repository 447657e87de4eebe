package cmd

import (
	"fmt"

	"github.com/spf13/cobra"
)

// pageFlags say how much of a list a command prints.
type pageFlags struct {
	limit int
	after string
	all   bool
}

// defaultLimit is the number of elements that a list prints by default.
const defaultLimit = 50

func (p *pageFlags) addTo(cmd *cobra.Command, limit, after string) {
	cmd.Flags().IntVar(&p.limit, "limit", defaultLimit, limit)
	cmd.Flags().StringVar(&p.after, "after", "", after)
	cmd.Flags().BoolVar(&p.all, "all", false, "all pages")
}

// maxPage is the number of elements that a page of the admin API has at most.
const maxPage = 500

// readPages reads page after page until it has as many elements as the flags ask
// for. It passes each page to show and returns the value of after for the rest,
// which is "" at the end of the list. A page of a search may have few elements
// and still be followed by many.
func readPages[T any](p pageFlags, read func(limit int, after string) (page []T, next string, err error), show func([]T) error) (next string, err error) {
	if p.limit < 1 && !p.all {
		return "", fmt.Errorf("--limit must be at least 1")
	}
	next = p.after
	for left := p.limit; left > 0 || p.all; {
		size := min(left, maxPage)
		if p.all {
			size = maxPage
		}
		var page []T
		if page, next, err = read(size, next); err != nil {
			return "", err
		}
		if err := show(page); err != nil || next == "" {
			return "", err
		}
		left -= len(page)
	}
	return next, nil
}
