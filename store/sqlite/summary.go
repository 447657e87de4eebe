package sqlite

import (
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// columns are the columns of summaryFromRow, columnCount of them.
const (
	columns     = "id, flow, state, due, started, finished, attempt, status, size, reason, class, action, position, message"
	columnCount = 14
)

// summaryFromRow reads a row of columns.
func summaryFromRow(v []driver.Value) store.Summary {
	id := idOf(v[0])
	return store.Summary{
		ID: id.String(), Flow: textOf(v[1]), State: publicState(stateOf(v[2])), Received: id.Time(),
		Due: timeOf(v[3]), Started: timeOf(v[4]), Finished: timeOf(v[5]),
		Attempt: int(intOf(v[6])), Status: int(intOf(v[7])), Size: int(intOf(v[8])), Cause: causeOf(v[9:]),
	}
}
