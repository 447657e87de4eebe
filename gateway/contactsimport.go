package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// mostImported is how many contacts one call may import.
const mostImported = 1000

// importContacts takes contacts one by one. Nothing is taken of one that is
// wrong, and the others are not the worse for it.
func (c *runsCall) importContacts() (any, error) {
	dry, err := flag(c.query, "dry_run")
	start, err2 := flag(c.query, "start_flows")
	if err := errors.Join(err, err2); err != nil {
		return nil, wrongQuery{err}
	}
	var list []ContactImportBody
	if err := c.read(&list); err != nil {
		return nil, err
	}
	if len(list) > mostImported {
		return nil, wrongQuery{fmt.Errorf("the import has %d contacts; send %d at once", len(list), mostImported)}
	}
	out := ContactsImported{Errors: []ContactFault{}}
	cause := "api/" + ulid.New(time.Now())
	for i := range list {
		item := &importItem{ContactImportBody: &list[i], cause: fmt.Sprintf("%s/%d", cause, i), dry: dry, start: start}
		created, err := c.importOne(item)
		detail := faultOf(err)
		switch {
		case detail != "":
			out.Errors = append(out.Errors, ContactFault{Index: i, Email: list[i].Email, Detail: c.snap.Redactor.Text(detail)})
			continue
		case err != nil:
			return nil, err
		case created:
			out.Created++
		}
		out.Changed++
	}
	return out, nil
}

// importItem is a contact of an import.
type importItem struct {
	*ContactImportBody
	cause      string
	dry, start bool
}

func (c *runsCall) importOne(item *importItem) (created bool, err error) {
	change, err := item.change(item.Email, item.cause)
	if err != nil {
		return false, err
	}
	if item.start && !item.dry {
		got, err := c.g.durable.services.ChangeContact(c.r.Context(), change)
		return got.Created, err
	}
	fields, err := encodeFields(change.Fields)
	if err != nil {
		return false, err
	}
	kept := store.ContactChange{Email: change.Email, Fields: fields, Add: change.Add, Remove: change.Remove, Source: change.Source}
	if item.dry {
		return false, kept.Validate()
	}
	got, err := c.store.ChangeContact(c.r.Context(), kept)
	return got.Created, err
}

// faultOf says what is wrong with a contact; "" where something else is.
func faultOf(err error) string {
	var wrong *store.ContactError
	var asked wrongQuery
	var failed *flow.Error
	switch {
	case errors.As(err, &wrong), errors.As(err, &asked):
		return err.Error()
	case errors.As(err, &failed) && failed.Class == flow.Invalid:
		return failed.Message
	}
	return ""
}
