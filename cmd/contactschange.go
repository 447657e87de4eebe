package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/termtext"
)

// contactChanger is one call of `gateway contacts set`, `tag` or `untag`.
type contactChanger struct {
	*command
	admin  adminFlags
	asJSON bool
	known  bool // the contact must be there
}

func (c *command) contactsSetCommand() *cobra.Command {
	return (&contactChanger{command: c}).cobra("set EMAIL NAME=VALUE ...", "Set fields of a contact, which is made where there is none",
		`A value that is JSON is taken as such, and any other as a text: n=1 is a number,
name=Jane and zip='"01234"' are texts, old=null takes the field away.`,
		func(args []string) (gateway.ContactChangeBody, error) {
			var out gateway.ContactChangeBody
			out.Fields = map[string]json.RawMessage{}
			for _, arg := range args {
				name, text, ok := strings.Cut(arg, "=")
				if !ok || name == "" {
					return out, fmt.Errorf("%q is no field; write it like name=Jane", arg)
				}
				if _, twice := out.Fields[name]; twice {
					return out, fmt.Errorf("the field %q is given twice", name)
				}
				out.Fields[name] = jsonOrText(text)
			}
			return out, nil
		})
}

// jsonOrText is the JSON that a text is, or that of the text itself.
func jsonOrText(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return textAsJSON(text)
}

func textAsJSON(text string) json.RawMessage {
	out, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage(`""`) // texts always marshal
	}
	return out
}

func (c *command) contactsTagCommand() *cobra.Command {
	return (&contactChanger{command: c}).cobra("tag EMAIL TAG ...", "Give tags to a contact, which is made where there is none",
		`Flows that wait for the tags are started, also where the contact has them.`,
		func(tags []string) (gateway.ContactChangeBody, error) {
			return gateway.ContactChangeBody{Add: tags}, nil
		})
}

func (c *command) contactsUntagCommand() *cobra.Command {
	return (&contactChanger{command: c, known: true}).cobra("untag EMAIL TAG ...", "Take tags from a contact", "",
		func(tags []string) (gateway.ContactChangeBody, error) {
			return gateway.ContactChangeBody{Remove: tags}, nil
		})
}

func (t *contactChanger) cobra(use, short, long string, change func([]string) (gateway.ContactChangeBody, error)) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: twoNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := change(args[1:])
			if err != nil {
				return err
			}
			return t.run(cmd.Context(), args[0], body)
		},
	}
	t.admin.add(cmd)
	cmd.Flags().BoolVar(&t.asJSON, "json", false, "print JSON")
	return cmd
}

func (t *contactChanger) run(ctx context.Context, email string, body gateway.ContactChangeBody) error {
	client, err := t.adminClient(t.admin)
	if err != nil {
		return err
	}
	if t.known {
		var there gateway.ContactBody
		if err := client.call(ctx, http.MethodGet, contactPath(email), nil, &there); err != nil {
			return err
		}
	}
	var got gateway.ContactChangedBody
	if err := client.exchange(ctx, http.MethodPatch, contactPath(email), nil, body, &got); err != nil {
		return err
	}
	if t.asJSON {
		return printJSON(t.out, got)
	}
	_, err = fmt.Fprintln(t.out, changedText(&got, len(body.Fields)))
	return err
}

// changedText says in a line what was changed.
func changedText(c *gateway.ContactChangedBody, fields int) string {
	var parts []string
	if c.New {
		parts = append(parts, "created")
	}
	if fields > 0 {
		parts = append(parts, counted(fields, "field")+" set")
	}
	if len(c.Added) > 0 {
		parts = append(parts, "added "+termtext.Escape(strings.Join(c.Added, ", ")))
	}
	if len(c.Removed) > 0 {
		parts = append(parts, "removed "+termtext.Escape(strings.Join(c.Removed, ", ")))
	}
	if len(parts) == 0 {
		parts = []string{"as it should be"}
	}
	return termtext.Escape(c.Email) + ": " + strings.Join(parts, "; ")
}

func (c *command) contactsDeleteCommand() *cobra.Command {
	var admin adminFlags
	var yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "delete EMAIL",
		Short: "Delete a contact, and take its address out of the history",
		Long: `Deletes the contact, where there is one, and replaces the address by "(hidden)"
in the history of all runs that are over: requests, variables, inputs, outputs,
errors and answers. Runs that are not over follow when they are. A failed run
that is run again after that works on what is left.

What else the history holds about the person, such as a name, stays until the
runs are too old.`,
		Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes {
				return errors.New("what is deleted does not come back: add --yes")
			}
			client, err := c.adminClient(admin)
			if err != nil {
				return err
			}
			var got gateway.ContactDeleted
			if err := client.call(cmd.Context(), http.MethodDelete, contactPath(args[0]), nil, &got); err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.out, got)
			}
			_, err = fmt.Fprint(c.out, deletedText(args[0], &got))
			return err
		},
	}
	admin.add(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "do it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// deletedText says what was deleted and hidden, and what comes later.
func deletedText(email string, d *gateway.ContactDeleted) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	if d.Deleted {
		line("%s: deleted", termtext.Escape(email))
	} else {
		line("%s: there was no such contact", termtext.Escape(email))
	}
	line("the address is hidden in %s and %s", counted(d.Runs, "run"), counted(d.Keys, "kept answer"))
	if d.Unread > 0 {
		line("of %s something can't be looked into, such as what was sealed with another key", counted(d.Unread, "run"))
	}
	if d.Open > 0 {
		line("%s of all flows will be looked into when over", counted(d.Open, "open run"))
	}
	if d.More {
		line("the gateway goes on with the rest of the history by itself")
	}
	return out.String()
}

// counted is a number of things.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
