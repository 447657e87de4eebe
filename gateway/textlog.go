package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap/zapcore"
)

// textCore writes lines for people: time, level, message and key=value pairs
// in the order in which they were given. Whatever stands in a value, it can't
// begin a line of its own: only a stack is written below its line, indented.
type textCore struct {
	zapcore.LevelEnabler
	out  zapcore.WriteSyncer
	with []byte // pairs of With
}

// With returns a core that writes the fields on every line.
func (c *textCore) With(fields []zapcore.Field) zapcore.Core {
	more := *c
	more.with, _ = appendPairs(slices.Clip(c.with), fields)
	return &more
}

// Check adds the core to those that write the entry.
func (c *textCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

// Write writes the line.
func (c *textCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line := e.Time.AppendFormat(make([]byte, 0, 256), "2006-01-02 15:04:05.000")
	line = fmt.Appendf(line, " %-5s ", e.Level.CapitalString())
	line = append(line, oneLine(e.Message)...)
	line = append(line, c.with...)
	line, stack := appendPairs(line, fields)
	line = append(line, '\n')
	for text := range strings.Lines(stack) {
		line = fmt.Appendf(line, "    | %s\n", oneLine(strings.TrimRight(text, "\r\n")))
	}
	_, err := c.out.Write(line)
	return err
}

// Sync flushes what the writer may keep back.
func (c *textCore) Sync() error { return c.out.Sync() }

const stackKey = "stack"

func appendPairs(line []byte, fields []zapcore.Field) (_ []byte, stack string) {
	for _, f := range fields {
		if f.Key == stackKey && f.Type == zapcore.StringType {
			stack = f.String
			continue
		}
		line = append(line, ' ')
		line = append(line, f.Key...)
		line = append(line, '=')
		line = append(line, quoted(fieldText(f))...)
	}
	return line, stack
}

// fieldText is the value of a field. The common types take no detour.
func fieldText(f zapcore.Field) string {
	switch f.Type {
	case zapcore.StringType:
		return f.String
	case zapcore.Int64Type:
		return strconv.FormatInt(f.Integer, 10)
	case zapcore.DurationType:
		return rounded(time.Duration(f.Integer)).String()
	}
	m := zapcore.NewMapObjectEncoder()
	f.AddTo(m)
	return textOf(m.Fields[f.Key])
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		return v.Format(time.RFC3339)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// rounded keeps three digits, and all of those before the point.
func rounded(d time.Duration) time.Duration {
	for unit := time.Second; unit >= time.Microsecond; unit /= 1000 {
		if d < unit {
			continue
		}
		last := unit / 100
		for rest := d; rest >= 10*unit && last < unit; rest /= 10 {
			last *= 10
		}
		return d.Round(last)
	}
	return d
}

// quoted puts a value that has spaces or might be taken for two in quotes.
func quoted(text string) string {
	if text == "" || strings.ContainsAny(text, " \"=") && !json.Valid([]byte(text)) || oneLine(text) != text {
		return strconv.Quote(text)
	}
	return text
}

// oneLine escapes what would end the line or control the terminal.
func oneLine(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return text
	}
	out := strconv.Quote(text)
	return strings.ReplaceAll(out[1:len(out)-1], `\"`, `"`)
}
