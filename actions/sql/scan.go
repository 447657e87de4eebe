package sql

import (
	"regexp"
	"strconv"
	"strings"
)

// syntax holds the quoting and placeholder rules of a kind of database.
type syntax struct {
	numbered    bool // $1
	question    bool // ?
	names       bool // :name, @name and $name are placeholders
	backslash   bool // escapes within '…' and "…"
	backtick    bool // `…` quotes names
	bracket     bool // […] quotes names
	hash        bool // # begins a comment
	dollarQuote bool // $tag$ … $tag$ quotes texts, E'…' has escapes, comments nest
}

// statementShape is the structure of a statement.
type statementShape struct {
	first        string         // word, in capital letters
	words        []string       // the first few, in capital letters
	placeholders int            // how many values it takes
	foreign      string         // a placeholder that only other databases know; "" for none
	several      bool           // there is a second statement
	returning    bool           // the statement changes rows and returns them
	stream       bool           // it names the standard input or output
	variable     bool           // it names a variable of the session
	lock         bool           // it takes a lock of the session
	casts        map[int]string // the types DATETIME, DATE and TIME to which placeholders are cast, by their index
}

// scanner reads a statement from left to right.
type scanner struct {
	syntax
	statementShape
	text  string
	at    int
	last  string // word
	ended bool   // after a semicolon
}

// scanStatement reads the structure of a statement. It knows only the rules of
// quoting, so it accepts any text.
func (s syntax) scanStatement(text string) statementShape {
	c := &scanner{syntax: s, text: text}
	for c.at < len(text) {
		if c.skipBlank() {
			continue
		}
		if text[c.at] == ';' {
			c.at, c.ended = c.at+1, true
			continue
		}
		c.several = c.several || c.ended
		if !c.skipQuoted() && !c.readPlaceholder() && !c.readWord() {
			c.at++
		}
	}
	if len(c.words) > 0 {
		c.first = c.words[0]
	}
	return c.statementShape
}

func (c *scanner) remaining() string { return c.text[c.at:] }

func (c *scanner) startsWith(with string) bool { return strings.HasPrefix(c.remaining(), with) }

// skipTo moves behind the next occurrence of a text, or to the end.
func (c *scanner) skipTo(end string, from int) {
	c.at = min(c.at+from, len(c.text))
	if i := strings.Index(c.remaining(), end); i >= 0 {
		c.at += i + len(end)
		return
	}
	c.at = len(c.text)
}

// skipBlank skips white space or a comment.
func (c *scanner) skipBlank() bool {
	switch {
	case strings.IndexByte(" \t\r\n\f\v", c.text[c.at]) >= 0:
		c.at++
	case c.startsWith("--") && (!c.hash || len(c.remaining()) == 2 || c.remaining()[2] <= ' '), c.hash && c.startsWith("#"):
		c.skipTo("\n", 0)
	case c.hash && c.startsWith("/*!"): // MySQL executes the rest
		c.at += 3
	case c.startsWith("/*"):
		c.skipComment()
	case c.hash && c.startsWith("*/"):
		c.at += 2
	default:
		return false
	}
	return true
}

func (c *scanner) skipComment() {
	if !c.dollarQuote {
		c.skipTo("*/", 2)
		return
	}
	for depth := 0; c.at < len(c.text); {
		switch {
		case c.startsWith("/*"):
			depth, c.at = depth+1, c.at+2
		case c.startsWith("*/"):
			depth, c.at = depth-1, c.at+2
		default:
			c.at++
		}
		if depth == 0 {
			return
		}
	}
}

// skipQuoted skips a text or a name in quotes.
func (c *scanner) skipQuoted() bool {
	switch q := c.text[c.at]; {
	case q == '\'' || q == '"':
		c.skipQuotes(q, c.backslash)
	case q == '`' && c.backtick:
		c.skipQuotes(q, false)
	case q == '[' && c.bracket:
		c.skipTo("]", 1)
	case c.dollarQuote && (c.startsWith("E'") || c.startsWith("e'")):
		c.at++
		c.skipQuotes('\'', true)
	case q == '$' && c.dollarQuote:
		tag := 1
		for tag < len(c.remaining()) && isNamePart(c.remaining()[tag]) {
			tag++
		}
		if tag == len(c.remaining()) || c.remaining()[tag] != '$' || tag > 1 && isDigit(c.remaining()[1]) {
			return false
		}
		c.skipTo(c.remaining()[:tag+1], tag+1)
	default:
		return false
	}
	return true
}

// skipQuotes moves behind the closing quote. A doubled quote is read as the
// end of one text and the begin of the next.
func (c *scanner) skipQuotes(quote byte, escapes bool) {
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

// readPlaceholder reads and counts a placeholder.
func (c *scanner) readPlaceholder() bool {
	sign := c.text[c.at]
	if strings.IndexByte("?$:@", sign) < 0 {
		return false
	}
	if c.startsWith("::") || c.startsWith("@@") {
		c.at += 2
		return true
	}
	c.variable = c.variable || sign == '@'
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
		c.readCast(start)
		c.placeholders++
	case (sign == '?' && c.question || sign == '$' && c.numbered) && isNumber:
		c.placeholders = max(c.placeholders, int(number))
	case sign == '?' || sign == '$' && isNumber, name != "" && c.names:
		c.foreign = c.text[start:c.at]
	}
	return true
}

var (
	castBefore = regexp.MustCompile(`(?i)\bcast\s*\(\s*$`)
	castAfter  = regexp.MustCompile(`(?i)^\?\s*as\s+(datetime|date|time)\b`)
)

// readCast reads the type to which the placeholder at start is cast.
func (c *scanner) readCast(start int) {
	kind := castAfter.FindStringSubmatch(c.text[start:])
	if kind == nil || !castBefore.MatchString(c.text[max(0, start-20):start]) {
		return
	}
	if c.casts == nil {
		c.casts = map[int]string{}
	}
	c.casts[c.placeholders] = strings.ToUpper(kind[1])
}

// readWord reads a key word or a name.
func (c *scanner) readWord() bool {
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
	c.lock = c.lock || upper == "GET_LOCK"
	c.stream = c.stream || c.last == "FROM" && upper == "STDIN" || c.last == "TO" && upper == "STDOUT"
	c.last = upper
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNamePart(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
