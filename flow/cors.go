package flow

import "time"

// CORS says which pages of other origins may send requests to an endpoint and read
// the answers.
type CORS struct {
	Origins     []string // as browsers write them; "*" for all
	Methods     []string
	Headers     []string // lower case; "*" for all
	Credentials bool     // cookies and the like are sent
	MaxAge      time.Duration
}
