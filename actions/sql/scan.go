package sql

import (
	"strconv"
	"strings"
)

// sqlSyntax is what tells placeholders from texts, names and comments in the
// statements of a kind of database.
type sqlSyntax struct {
	numbered    bool // $1
	question    bool // ?
	names       bool // :name, @name and $name are placeholders
	backslash   bool // escapes within '…' and "…"
	backtick    bool // `…` quotes names
	bracket     bool // […] quotes names
	hash        bool // # begins a comment
	dollarQuote bool // $tag$ … $tag$ quotes texts, E'…' has escapes, comments nest
}

// sqlShape is what is known of a statement without knowing its meaning.
type sqlShape struct {
	first        string   // word, in capital letters
	words        []string // the first few, in capital letters
	placeholders int      // how many values it takes
	foreign      string   // a placeholder that only other databases know; "" for none
	several      bool     // there is a second statement
	returning    bool     // a statement that changes rows and gives them back
}

// sqlScanner goes through a statement.
type sqlScanner struct {
	sqlSyntax
	sqlShape
	text  string
	at    int
	ended bool // a semicolon came
}

// scan reads the shape of a statement. It goes by the rules of quoting alone,
// so it takes any text.
func (s sqlSyntax) scan(text string) sqlShape {
	c := &sqlScanner{sqlSyntax: s, text: text}
	for c.at < len(text) {
		if c.skipBlank() {
			continue
		}
		if text[c.at] == ';' {
			c.at, c.ended = c.at+1, true
			continue
		}
		c.several = c.several || c.ended
		if !c.quoted() && !c.placeholder() && !c.word() {
			c.at++
		}
	}
	if len(c.words) > 0 {
		c.first = c.words[0]
	}
	return c.sqlShape
}

func (c *sqlScanner) rest() string { return c.text[c.at:] }

func (c *sqlScanner) starts(with string) bool { return strings.HasPrefix(c.rest(), with) }

// skipTo goes behind the next occurrence of a text, or to the end.
func (c *sqlScanner) skipTo(end string, from int) {
	c.at = min(c.at+from, len(c.text))
	if i := strings.Index(c.rest(), end); i >= 0 {
		c.at += i + len(end)
		return
	}
	c.at = len(c.text)
}

// skipBlank skips white space or a comment.
func (c *sqlScanner) skipBlank() bool {
	switch {
	case strings.IndexByte(" \t\r\n\f\v", c.text[c.at]) >= 0:
		c.at++
	case c.starts("--") && (!c.hash || len(c.rest()) == 2 || c.rest()[2] <= ' '), c.hash && c.starts("#"):
		c.skipTo("\n", 0)
	case c.hash && c.starts("/*!"): // MySQL executes what follows
		c.at += 3
	case c.starts("/*"):
		c.skipComment()
	case c.hash && c.starts("*/"):
		c.at += 2
	default:
		return false
	}
	return true
}

func (c *sqlScanner) skipComment() {
	if !c.dollarQuote {
		c.skipTo("*/", 2)
		return
	}
	for depth := 0; c.at < len(c.text); {
		switch {
		case c.starts("/*"):
			depth, c.at = depth+1, c.at+2
		case c.starts("*/"):
			depth, c.at = depth-1, c.at+2
		default:
			c.at++
		}
		if depth == 0 {
			return
		}
	}
}

// quoted skips a text or a name in quotes.
func (c *sqlScanner) quoted() bool {
	switch q := c.text[c.at]; {
	case q == '\'' || q == '"':
		c.skipQuotes(q, c.backslash)
	case q == '`' && c.backtick:
		c.skipQuotes(q, false)
	case q == '[' && c.bracket:
		c.skipTo("]", 1)
	case c.dollarQuote && (c.starts("E'") || c.starts("e'")):
		c.at++
		c.skipQuotes('\'', true)
	case q == '$' && c.dollarQuote:
		tag := 1
		for tag < len(c.rest()) && isNamePart(c.rest()[tag]) {
			tag++
		}
		if tag == len(c.rest()) || c.rest()[tag] != '$' || tag > 1 && isDigit(c.rest()[1]) {
			return false
		}
		c.skipTo(c.rest()[:tag+1], tag+1)
	default:
		return false
	}
	return true
}

// skipQuotes goes behind the closing quote. A doubled quote ends one text and
// begins the next, which comes to the same.
func (c *sqlScanner) skipQuotes(quote byte, escapes bool) {
	for c.at++; c.at < len(c.text); c.at++ {
		switch {
		case c.text[c.at] == quote:
			c.at++
			return
		case escapes && c.text[c.at] == '\\':
			c.at++
		}
	}
	c.at = min(c.at, len(c.text))
}

// placeholder counts a placeholder.
func (c *sqlScanner) placeholder() bool {
	sign := c.text[c.at]
	if strings.IndexByte("?$:@", sign) < 0 {
		return false
	}
	if c.starts("::") || c.starts("@@") {
		c.at += 2
		return true
	}
	start := c.at
	for c.at++; c.at < len(c.text) && isNamePart(c.text[c.at]); {
		c.at++
	}
	name := c.text[start+1 : c.at]
	number, err := strconv.ParseUint(name, 10, 15)
	isNumber := err == nil && number > 0
	switch {
	case sign == '?' && c.question && (name == "" || !isNumber):
		c.at = start + 1
		c.placeholders++
	case (sign == '?' && c.question || sign == '$' && c.numbered) && isNumber:
		c.placeholders = max(c.placeholders, int(number))
	case sign == '?' || sign == '$' && isNumber, name != "" && c.names:
		c.foreign = c.text[start:c.at]
	}
	return true
}

// word notes a key word or a name.
func (c *sqlScanner) word() bool {
	start := c.at
	for c.at < len(c.text) && (isNamePart(c.text[c.at]) || c.text[c.at] == '$' && c.at > start) {
		c.at++
	}
	if c.at == start {
		return false
	}
	upper := strings.ToUpper(c.text[start:c.at])
	if len(c.words) < 3 {
		c.words = append(c.words, upper)
	}
	c.returning = c.returning || upper == "RETURNING"
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNamePart(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
