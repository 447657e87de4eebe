package sqlite

import (
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// columns are what summary reads, columnCount of them.
const (
	columns     = "id, flow, state, due, started, finished, attempt, status, size, reason, class, action, position, message"
	columnCount = 14
)

// summary reads a row of columns.
func summary(v []driver.Value) store.Summary {
	id := idOf(v[0])
	return store.Summary{
		ID: id.String(), Flow: text(v[1]), State: public(stateOf(v[2])), Received: id.Time(),
		Due: timeOf(v[3]), Started: timeOf(v[4]), Finished: timeOf(v[5]),
		Attempt: int(integer(v[6])), Status: int(integer(v[7])), Size: int(integer(v[8])), Cause: cause(v[9:]),
	}
}
