package ops

import (
	"context"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// MaxImport is the number of contacts that one call may import.
const MaxImport = 1000

// ImportOptions change how contacts are imported.
type ImportOptions struct {
	DryRun     bool // only report faults
	StartFlows bool // start the flows that wait for the tags that are added
}

// action returns the name of the import in the audit log.
func (o ImportOptions) action() string {
	if o.DryRun {
		return "contacts.check"
	}
	return "contacts.import"
}

// ImportContacts changes or creates contacts one by one. It skips a contact with
// a fault and continues with the next.
func (s *Service) ImportContacts(ctx context.Context, list []ContactImport, o ImportOptions) (out ContactsImported, err error) {
	defer s.auditCount(ctx, o.action(), "", &out.Changed, &err)
	return withStore(s, func(v view) (ContactsImported, error) {
		if len(list) > MaxImport {
			return ContactsImported{}, invalid("the import has %d contacts; send at most %d at once", len(list), MaxImport)
		}
		out := ContactsImported{Errors: []ContactFault{}}
		cause := s.newCause()
		for i := range list {
			created, err := s.importContact(ctx, &list[i], fmt.Sprintf("%s/%d", cause, i), o)
			switch fault := faultMessage(err); {
			case fault != "":
				out.Errors = append(out.Errors, ContactFault{Index: i, Email: list[i].Email, Detail: v.redactText(fault)})
				continue
			case err != nil:
				return ContactsImported{}, err
			case created:
				out.Created++
			}
			out.Changed++
		}
		return out, nil
	})
}

func (s *Service) importContact(ctx context.Context, c *ContactImport, cause string, o ImportOptions) (created bool, err error) {
	change, err := c.decodeFields(c.Email, cause)
	if err != nil {
		return false, err
	}
	if o.StartFlows && !o.DryRun {
		got, err := s.opts.Contacts.ChangeContact(ctx, change)
		return got.Created, err
	}
	fields, err := encodeFields(change.Fields)
	if err != nil {
		return false, err
	}
	stored := store.ContactChange{Email: c.Email, Fields: fields, Add: c.Add, Remove: c.Remove, Source: change.Source}
	if o.DryRun {
		return false, stored.Validate()
	}
	got, err := s.opts.Store.ChangeContact(ctx, stored)
	return got.Created, err
}

// encodeFields returns the JSON of each value; nil for null, which removes the
// field.
func encodeFields(fields map[string]any) (map[string][]byte, error) {
	out := make(map[string][]byte, len(fields))
	for name, v := range fields {
		out[name] = nil
		if v == nil {
			continue
		}
		var err error
		if out[name], err = value.Append(nil, v); err != nil {
			return nil, invalid("the field %q can't be written as JSON: %v", name, err)
		}
	}
	return out, nil
}

// faultMessage returns the message of an error that is about one contact; "" for
// other errors, which end the import.
func faultMessage(err error) string {
	var known *Error
	if errors.As(err, &known) && known.Kind == Invalid {
		return known.Message
	}
	return contactMessage(err)
}
