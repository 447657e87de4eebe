package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// looksLikeJSON tells whether a file is JSON rather than CSV.
func looksLikeJSON(text []byte) bool {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	return len(text) > 0 && (text[0] == '[' || text[0] == '{')
}

// readContactJSON reads a list of contacts, or contacts one after another.
func readContactJSON(text []byte, take takeContact) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := &jsonContacts{text: text, d: json.NewDecoder(bytes.NewReader(text))}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return r.readList(take)
	}
	return r.readLines(take)
}

// jsonContacts reads contacts and their lines.
type jsonContacts struct {
	text []byte
	d    *json.Decoder
	at   int // bytes whose line breaks are counted
	line int // line breaks in these bytes
}

// nextLine returns the line of the next byte that is no space or comma.
func (r *jsonContacts) nextLine() int {
	end := int(r.d.InputOffset())
	for end < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,"), r.text[end]) >= 0 {
		end++
	}
	r.line += bytes.Count(r.text[r.at:end], []byte{'\n'})
	r.at = end
	return r.line + 1
}

func (r *jsonContacts) readList(take takeContact) error {
	if _, err := r.d.Token(); err != nil {
		return &lineError{1, err}
	}
	for r.d.More() {
		if err := r.readOne(take); err != nil {
			return err
		}
	}
	if _, err := r.d.Token(); err != nil {
		return &lineError{r.nextLine(), fmt.Errorf("the list has no end: %w", err)}
	}
	if line := r.nextLine(); r.at < len(r.text) {
		return &lineError{line, errors.New("there is text after the end of the list")}
	}
	return nil
}

// readLines reads contacts of one line each, so that a line that is no JSON does
// not affect the next. If the whole text is JSON, a contact may span lines.
func (r *jsonContacts) readLines(take takeContact) error {
	if isJSONSequence(r.text) {
		for r.d.More() {
			if err := r.readOne(take); err != nil {
				return err
			}
		}
		return nil
	}
	for i, line := range bytes.Split(r.text, []byte{'\n'}) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		c, wrong := decodeContact(line)
		if err := take(i+1, c, wrong); err != nil {
			return err
		}
	}
	return nil
}

// isJSONSequence tells whether a text consists of JSON values.
func isJSONSequence(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var v json.RawMessage
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return false
		}
	}
}

func (r *jsonContacts) readOne(take takeContact) error {
	line := r.nextLine()
	var v json.RawMessage
	if err := r.d.Decode(&v); err != nil {
		return &lineError{line, fmt.Errorf("this is no JSON: %w", err)}
	}
	c, wrong := decodeContact(v)
	return take(line, c, wrong)
}

// exportedContact is a contact as export writes it. In files of other programs a
// tag may also be a name.
type exportedContact struct {
	ops.ContactImport
	Tags    []exportedTag   `json:"tags"`
	Created json.RawMessage `json:"created_at"`
	Changed json.RawMessage `json:"changed_at"`
}

type exportedTag string

// UnmarshalJSON reads a name, or an object with a name.
func (t *exportedTag) UnmarshalJSON(text []byte) error {
	var tag struct{ Name string }
	if json.Unmarshal(text, &tag) == nil {
		*t = exportedTag(tag.Name)
		return nil
	}
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return errors.New("a tag is a string, or an object with its name")
	}
	*t = exportedTag(name)
	return nil
}

func decodeContact(text []byte) (*ops.ContactImport, error) {
	var c exportedContact
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("this is no contact: %w", err)
	}
	for _, t := range c.Tags {
		c.Add = append(c.Add, string(t))
	}
	return &c.ContactImport, nil
}
