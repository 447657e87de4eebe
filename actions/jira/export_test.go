package jira

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// SetIndexLag changes how long a Jira may take to find a new issue.
func SetIndexLag(a flow.Action, lag time.Duration) {
	if j, ok := a.(*Issue); ok {
		j.indexLag = lag
	}
}
