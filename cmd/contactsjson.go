package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/webhook-gateway/gateway/gateway"
)

// looksLikeJSON tells whether a file is JSON rather than CSV.
func looksLikeJSON(text []byte) bool {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	return len(text) > 0 && (text[0] == '[' || text[0] == '{')
}

// readContactJSON reads a list of contacts, or contacts one behind the other.
func readContactJSON(text []byte, take takeContact) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := &jsonContacts{text: text, d: json.NewDecoder(bytes.NewReader(text))}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return r.list(take)
	}
	return r.lines(take)
}

type jsonContacts struct {
	text []byte
	d    *json.Decoder
	at   int // bytes whose lines were counted
	line int // line breaks in them
}

// place is the line of the next thing that is not space or a comma.
func (r *jsonContacts) place() int {
	end := int(r.d.InputOffset())
	for end < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,"), r.text[end]) >= 0 {
		end++
	}
	r.line += bytes.Count(r.text[r.at:end], []byte{'\n'})
	r.at = end
	return r.line + 1
}

func (r *jsonContacts) list(take takeContact) error {
	if _, err := r.d.Token(); err != nil {
		return &lineError{1, err}
	}
	for r.d.More() {
		if err := r.one(take); err != nil {
			return err
		}
	}
	if _, err := r.d.Token(); err != nil {
		return &lineError{r.place(), fmt.Errorf("the list has no end: %w", err)}
	}
	if line := r.place(); r.at < len(r.text) {
		return &lineError{line, errors.New("something stands behind the end of the list")}
	}
	return nil
}

// lines reads contacts of one line each: one that is no JSON does not spoil the
// next. Contacts may have several lines as well, where all are JSON.
func (r *jsonContacts) lines(take takeContact) error {
	if whole(r.text) {
		for r.d.More() {
			if err := r.one(take); err != nil {
				return err
			}
		}
		return nil
	}
	for i, line := range bytes.Split(r.text, []byte{'\n'}) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		c, wrong := contactOfJSON(line)
		if err := take(i+1, c, wrong); err != nil {
			return err
		}
	}
	return nil
}

// whole tells whether a text is nothing but JSON values.
func whole(text []byte) bool {
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

func (r *jsonContacts) one(take takeContact) error {
	line := r.place()
	var v json.RawMessage
	if err := r.d.Decode(&v); err != nil {
		return &lineError{line, fmt.Errorf("this is no JSON: %w", err)}
	}
	c, wrong := contactOfJSON(v)
	return take(line, c, wrong)
}

// writtenContact is a contact as files have it: what export writes, with tags
// that may be names alone.
type writtenContact struct {
	gateway.ContactImportBody
	Tags    []writtenTag    `json:"tags"`
	Created json.RawMessage `json:"created_at"`
	Changed json.RawMessage `json:"changed_at"`
}

type writtenTag string

// UnmarshalJSON reads a name, or an object that has one.
func (t *writtenTag) UnmarshalJSON(text []byte) error {
	var tag struct{ Name string }
	if json.Unmarshal(text, &tag) == nil {
		*t = writtenTag(tag.Name)
		return nil
	}
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return errors.New("a tag is a text, or an object with its name")
	}
	*t = writtenTag(name)
	return nil
}

func contactOfJSON(text []byte) (*gateway.ContactImportBody, error) {
	var c writtenContact
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("this is no contact: %w", err)
	}
	for _, t := range c.Tags {
		c.Add = append(c.Add, string(t))
	}
	return &c.ContactImportBody, nil
}
