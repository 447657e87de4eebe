package sql

import (
	"errors"
	"strings"
)

// Arrays of PostgreSQL as texts, such as {1,NULL,"a \"b\""}.

// writeArray writes a list as an array. Lists within it are further dimensions,
// unless they are elements: JSON, or a domain of an array.
func (t *postgresType) writeArray(list []any) (string, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range list {
		if i > 0 {
			b.WriteByte(t.delimiter)
		}
		text, err := t.writeElement(v)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	b.WriteByte('}')
	return b.String(), nil
}

func (t *postgresType) writeElement(v any) (string, error) {
	if v == nil {
		return "NULL", nil
	}
	if list, isList := v.([]any); isList && !t.below.takesList() {
		return t.writeArray(list)
	}
	text, err := t.below.write(v)
	if err != nil {
		return "", err
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`, nil
}

// readArray reads an array as a list, with a list for each further dimension.
func (t *postgresType) readArray(text string) (any, error) {
	if strings.HasPrefix(text, "[") { // bounds, as in [0:1]={1,2}
		_, text, _ = strings.Cut(text, "=")
	}
	r := &arrayReader{text: text, kind: t}
	if !r.skip('{') {
		return nil, errUnreadable
	}
	list, err := r.readList()
	if err == nil && r.text != "" {
		err = errUnreadable
	}
	return list, err
}

// arrayReader reads an array from left to right.
type arrayReader struct {
	text string // the rest
	kind *postgresType
}

func (r *arrayReader) skip(c byte) bool {
	if r.text == "" || r.text[0] != c {
		return false
	}
	r.text = r.text[1:]
	return true
}

// readList reads the elements behind an opening brace, and the closing one.
func (r *arrayReader) readList() ([]any, error) {
	out := []any{}
	for !r.skip('}') {
		if len(out) > 0 && !r.skip(r.kind.delimiter) {
			return nil, errUnreadable
		}
		v, err := r.readElement()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (r *arrayReader) readElement() (any, error) {
	if r.skip('{') {
		return r.readList()
	}
	if r.skip('"') {
		text, err := r.readQuoted()
		if err != nil {
			return nil, err
		}
		return r.kind.below.read(text)
	}
	end := strings.IndexAny(r.text, string([]byte{r.kind.delimiter, '}'}))
	if end <= 0 {
		return nil, errUnreadable
	}
	text := r.text[:end]
	r.text = r.text[end:]
	if text == "NULL" {
		return nil, nil
	}
	return r.kind.below.read(text)
}

var errOpenQuote = errors.New("an array without its last quote")

func (r *arrayReader) readQuoted() (string, error) {
	var b strings.Builder
	for i := 0; i < len(r.text); i++ {
		switch r.text[i] {
		case '"':
			r.text = r.text[i+1:]
			return b.String(), nil
		case '\\':
			i++
			if i == len(r.text) {
				return "", errOpenQuote
			}
		}
		b.WriteByte(r.text[i])
	}
	return "", errOpenQuote
}
