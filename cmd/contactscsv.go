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

// separators are the characters between the cells of a file, the most common
// first. Spreadsheets write semicolons where the comma is the decimal mark.
var separators = [...]rune{',', ';', '\t'}

// newCSVReader returns a reader of CSV (RFC 4180) with a separator.
func newCSVReader(text []byte, separator rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = separator, -1
	return r
}

// detectSeparator returns the separator with which the first line names a column
// for the address, a comma if none does.
func detectSeparator(text []byte) rune {
	for _, s := range separators {
		names, err := newCSVReader(text, s).Read()
		if err == nil && slices.ContainsFunc(names, isEmailColumn) {
			return s
		}
	}
	return separators[0]
}

func isEmailColumn(name string) bool { return strings.EqualFold(strings.TrimSpace(name), "email") }

// readContactCSV reads CSV with names in its first line.
func readContactCSV(text []byte, take takeContact) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := newCSVReader(text, detectSeparator(text))
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

// contactColumns are the columns of a file. The address and the tags have columns
// without ":json", so a field can also have their names.
type contactColumns struct {
	names       []string
	email, tags int // index of the column; -1 for none
}

func parseColumns(names []string) (*contactColumns, error) {
	c := &contactColumns{email: -1, tags: -1}
	fields := map[string]bool{}
	for i, name := range names {
		name = strings.TrimSpace(name)
		c.names = append(c.names, name)
		field := strings.TrimSuffix(name, jsonColumn)
		switch {
		case name == "":
			return nil, fmt.Errorf("column %d has no name", i+1)
		case isEmailColumn(name) && c.email < 0:
			c.email = i
		case strings.EqualFold(name, "tags") && c.tags < 0:
			c.tags = i
		case fields[field], field == name && slices.Contains(c.names[:i], name):
			return nil, fmt.Errorf("there are two columns for %q", field)
		default:
			fields[field] = true
		}
	}
	if c.email < 0 {
		return nil, errors.New("there is no column email; the first line should name the columns, separated by commas, semicolons or tabs")
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
