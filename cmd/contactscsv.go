package cmd

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// lineError is an error in a line of a file.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }

// takeContact takes a contact of a file, or the error in its line.
type takeContact func(line int, c *ops.ContactImport, wrong error) error

// jsonColumn ends the name of a column whose cells are JSON.
const jsonColumn = ":json"

// readContactCSV reads CSV (RFC 4180) with names in its first line.
func readContactCSV(text []byte, take takeContact) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return &lineError{1, errors.New("the file is empty; its first line should name the columns, one of them email")}
	}
	if err != nil {
		return toLineError(err)
	}
	columns, err := parseColumns(names)
	if err != nil {
		return &lineError{1, err}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			if err := take(wrong.StartLine, nil, wrong.Err); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		c, wrongRow := columns.decodeRow(row)
		if err := take(line, c, wrongRow); err != nil {
			return err
		}
	}
}

func toLineError(err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return &lineError{wrong.StartLine, wrong.Err}
	}
	return err
}

// contactColumns are the columns of a file.
type contactColumns struct {
	names       []string
	email, tags int // index of the column; -1 for none
}

func parseColumns(names []string) (*contactColumns, error) {
	c := &contactColumns{email: -1, tags: -1}
	for i, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
			return nil, fmt.Errorf("column %d has no name", i+1)
		case slices.ContainsFunc(c.names, func(n string) bool { return strings.TrimSuffix(n, jsonColumn) == strings.TrimSuffix(name, jsonColumn) }):
			return nil, fmt.Errorf("there are two columns for %q", strings.TrimSuffix(name, jsonColumn))
		case strings.EqualFold(name, "email") && c.email < 0:
			c.email = i
		case strings.EqualFold(name, "tags") && c.tags < 0:
			c.tags = i
		}
		c.names = append(c.names, name)
	}
	if c.email < 0 {
		return nil, errors.New("there is no column email; the first line should name the columns, separated by commas")
	}
	return c, nil
}

// decodeRow returns the contact of a row.
func (c *contactColumns) decodeRow(row []string) (*ops.ContactImport, error) {
	if len(row) != len(c.names) {
		return nil, fmt.Errorf("the line has %s, and there are %s", pluralize(len(row), "cell"), pluralize(len(c.names), "column"))
	}
	out := &ops.ContactImport{}
	out.Fields = map[string]json.RawMessage{}
	for i, cell := range row {
		if !utf8.ValidString(cell) {
			return nil, fmt.Errorf("the cell under %q is not UTF-8", c.names[i])
		}
		name, isJSON := strings.CutSuffix(c.names[i], jsonColumn)
		switch {
		case i == c.email:
			out.Email = strings.TrimSpace(cell)
		case i == c.tags:
			out.Add = splitTags(cell)
		case strings.TrimSpace(cell) == "":
		case !isJSON:
			out.Fields[name] = jsonString(cell)
		case !json.Valid([]byte(cell)):
			return nil, fmt.Errorf("the cell under %q is no JSON", c.names[i])
		default:
			out.Fields[name] = json.RawMessage(cell)
		}
	}
	return out, nil
}

// splitTags reads tags that are separated by semicolons.
func splitTags(cell string) []string {
	var tags []string
	var tag strings.Builder
	end := func() {
		if t := strings.TrimSpace(tag.String()); t != "" {
			tags = append(tags, t)
		}
		tag.Reset()
	}
	escaped := false
	for _, c := range cell {
		switch {
		case escaped:
			if c != ';' && c != '\\' {
				tag.WriteByte('\\')
			}
			tag.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == ';':
			end()
		default:
			tag.WriteRune(c)
		}
	}
	if escaped {
		tag.WriteByte('\\')
	}
	end()
	return tags
}

// joinTags writes tags in the form that splitTags reads.
func joinTags(tags []ops.ContactTag) string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = strings.NewReplacer(`\`, `\\`, ";", `\;`).Replace(t.Name)
	}
	return strings.Join(out, ";")
}
