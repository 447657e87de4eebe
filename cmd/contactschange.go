package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactChanger executes `gateway contacts set`, `tag` or `untag`.
type contactChanger struct {
	*command
	admin     adminFlags
	asJSON    bool
	mustExist bool // refuse to create the contact
}

func (c *command) contactsSetCommand() *cobra.Command {
	return (&contactChanger{command: c}).cobraCommand("set EMAIL NAME=VALUE ...", "Set fields of a contact, and create the contact if it is missing",
		`A value that is JSON is taken as JSON, and any other value as a string: n=1 is a
number, name=Jane and zip='"01234"' are strings, old=null removes the field.`,
		parseFields)
}

// parseFields reads fields of the form NAME=VALUE.
func parseFields(args []string) (ops.ContactChange, error) {
	out := ops.ContactChange{Fields: map[string]json.RawMessage{}}
	for _, arg := range args {
		name, text, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return out, fmt.Errorf("%q is no field; write it like name=Jane", arg)
		}
		if _, twice := out.Fields[name]; twice {
			return out, fmt.Errorf("the field %q is given twice", name)
		}
		out.Fields[name] = jsonOrString(text)
	}
	return out, nil
}

// jsonOrString returns a text that is JSON as it is, and any other text as a JSON
// string.
func jsonOrString(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return jsonString(text)
}

func jsonString(text string) json.RawMessage {
	out, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage(`""`) // texts always marshal
	}
	return out
}

func (c *command) contactsTagCommand() *cobra.Command {
	return (&contactChanger{command: c}).cobraCommand("tag EMAIL TAG ...", "Add tags to a contact, and create the contact if it is missing",
		`Starts the flows that wait for the tags, also if the contact has the tags already.`,
		func(tags []string) (ops.ContactChange, error) { return ops.ContactChange{Add: tags}, nil })
}

func (c *command) contactsUntagCommand() *cobra.Command {
	return (&contactChanger{command: c, mustExist: true}).cobraCommand("untag EMAIL TAG ...", "Remove tags from a contact", "",
		func(tags []string) (ops.ContactChange, error) { return ops.ContactChange{Remove: tags}, nil })
}

func (t *contactChanger) cobraCommand(use, short, long string, parse func([]string) (ops.ContactChange, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: twoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			change, err := parse(args[1:])
			if err != nil {
				return err
			}
			return t.run(cmd.Context(), args[0], change)
		},
	}
	t.admin.addTo(cmd)
	cmd.Flags().BoolVar(&t.asJSON, "json", false, "print JSON")
	return cmd
}

func (t *contactChanger) run(ctx context.Context, email string, change ops.ContactChange) error {
	client, err := t.adminClient(t.admin)
	if err != nil {
		return err
	}
	if t.mustExist {
		if _, err := client.Contact(ctx, email); err != nil {
			return err
		}
	}
	got, err := client.ChangeContact(ctx, email, change)
	if err != nil {
		return err
	}
	if t.asJSON {
		return printJSON(t.out, got)
	}
	_, err = fmt.Fprintln(t.out, formatChange(&got, len(change.Fields)))
	return err
}

// formatChange describes a change in one line.
func formatChange(c *ops.ContactChanged, fields int) string {
	var parts []string
	if c.New {
		parts = append(parts, "created")
	}
	if fields > 0 {
		parts = append(parts, pluralize(fields, "field")+" set")
	}
	if len(c.Added) > 0 {
		parts = append(parts, "added "+termtext.Escape(strings.Join(c.Added, ", ")))
	}
	if len(c.Removed) > 0 {
		parts = append(parts, "removed "+termtext.Escape(strings.Join(c.Removed, ", ")))
	}
	if len(parts) == 0 {
		parts = []string{"unchanged"}
	}
	return termtext.Escape(c.Email) + ": " + strings.Join(parts, "; ")
}
