package infer

import (
	"errors"
	"strconv"
	"strings"
)

// splitWords splits a command as a POSIX shell does: at blanks, with quotes,
// backslashes and $'…'. It expands nothing.
func splitWords(text string) ([]string, error) {
	w := &wordReader{rest: text}
	for w.rest != "" {
		if err := w.read(); err != nil {
			return nil, err
		}
	}
	w.end()
	return w.words, nil
}

type wordReader struct {
	rest   string
	word   strings.Builder
	inWord bool
	words  []string
}

func (w *wordReader) end() {
	if w.inWord {
		w.words = append(w.words, w.word.String())
	}
	w.word.Reset()
	w.inWord = false
}

func (w *wordReader) add(text string) {
	w.word.WriteString(text)
	w.inWord = true
}

// read reads a character or a quoted text.
func (w *wordReader) read() error {
	c := w.rest[0]
	switch {
	case strings.HasPrefix(w.rest, "$'"):
		w.rest = w.rest[2:]
		return w.readEscaped()
	case c == '\'':
		end := strings.IndexByte(w.rest[1:], '\'')
		if end < 0 {
			return errors.New("a quote ' is not closed")
		}
		w.add(w.rest[1 : end+1])
		w.rest = w.rest[end+2:]
		return nil
	case c == '"':
		w.rest = w.rest[1:]
		return w.readQuoted()
	case strings.HasPrefix(w.rest, "\\\r\n"):
		w.rest = w.rest[3:]
		return nil
	case strings.HasPrefix(w.rest, "\\\n"):
		w.rest = w.rest[2:]
		return nil
	case c == '\\' && len(w.rest) > 1:
		w.add(w.rest[1:2])
		w.rest = w.rest[2:]
		return nil
	case strings.IndexByte(" \t\r\n", c) >= 0:
		w.end()
	default:
		w.add(w.rest[:1])
	}
	w.rest = w.rest[1:]
	return nil
}

// readQuoted reads the rest of a text in double quotes.
func (w *wordReader) readQuoted() error {
	w.add("")
	for w.rest != "" {
		c := w.rest[0]
		switch {
		case c == '"':
			w.rest = w.rest[1:]
			return nil
		case c == '\\' && len(w.rest) > 1 && w.rest[1] == '\n':
			w.rest = w.rest[2:]
		case c == '\\' && len(w.rest) > 1 && strings.IndexByte("\"\\$`", w.rest[1]) >= 0:
			w.add(w.rest[1:2])
			w.rest = w.rest[2:]
		default:
			w.add(w.rest[:1])
			w.rest = w.rest[1:]
		}
	}
	return errors.New("a quote \" is not closed")
}

// readEscaped reads the rest of a text such as $'a\nb', which browsers copy.
func (w *wordReader) readEscaped() error {
	w.add("")
	for w.rest != "" {
		switch {
		case w.rest[0] == '\'':
			w.rest = w.rest[1:]
			return nil
		case strings.HasPrefix(w.rest, `\'`):
			w.add("'")
			w.rest = w.rest[2:]
		default:
			r, isByte, tail, err := strconv.UnquoteChar(w.rest, 0)
			if err != nil {
				w.add(w.rest[:1])
				w.rest = w.rest[1:]
				continue
			}
			if isByte || r < 0x80 {
				w.add(string(r))
			} else {
				w.add(w.rest[:len(w.rest)-len(tail)])
			}
			w.rest = tail
		}
	}
	return errors.New("a quote $' is not closed")
}
