package logging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/internal/termtext"
)

// textCore writes lines for people: time, level, message and key=value pairs in
// the order in which they were given. No value can start a line of its own. Only
// a stack is written below its line, indented.
type textCore struct {
	zapcore.LevelEnabler
	out  zapcore.WriteSyncer
	with []byte // pairs for every line
}

// With returns a core that writes the fields on every line.
func (c *textCore) With(fields []zapcore.Field) zapcore.Core {
	more := *c
	more.with, _ = appendPairs(slices.Clip(c.with), fields)
	return &more
}

// Check adds the core to the writers of the entry.
func (c *textCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return ce.AddCore(e, c)
	}
	return ce
}

// Write writes the line.
func (c *textCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line := e.Time.AppendFormat(make([]byte, 0, 256), "2006-01-02 15:04:05.000Z07:00")
	line = fmt.Appendf(line, " %-5s ", e.Level.CapitalString())
	line = append(line, termtext.Escape(e.Message)...)
	line = append(line, c.with...)
	line, stack := appendPairs(line, fields)
	line = append(line, '\n')
	for text := range strings.Lines(stack) {
		line = fmt.Appendf(line, "    | %s\n", termtext.Escape(strings.TrimRight(text, "\r\n")))
	}
	_, err := c.out.Write(line)
	return err
}

// Sync flushes the writer.
func (c *textCore) Sync() error { return c.out.Sync() }

// stackKey is the field that is written below the line.
const stackKey = "stack"

// appendPairs appends fields as key=value pairs, and returns the stack apart.
func appendPairs(line []byte, fields []zapcore.Field) (_ []byte, stack string) {
	for _, f := range fields {
		if f.Key == stackKey && f.Type == zapcore.StringType {
			stack = f.String
			continue
		}
		line = append(line, ' ')
		line = append(line, f.Key...)
		line = append(line, '=')
		line = append(line, quoteValue(fieldText(f))...)
	}
	return line, stack
}

// fieldText returns the value of a field. Common types skip the map encoder.
func fieldText(f zapcore.Field) string {
	switch f.Type {
	case zapcore.StringType:
		return f.String
	case zapcore.Int64Type:
		return strconv.FormatInt(f.Integer, 10)
	case zapcore.DurationType:
		return roundDuration(time.Duration(f.Integer)).String()
	}
	m := zapcore.NewMapObjectEncoder()
	f.AddTo(m)
	return valueText(m.Fields[f.Key])
}

// valueText writes a value that the map encoder made.
func valueText(v any) string {
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

// roundDuration keeps three digits, and all digits before the point.
func roundDuration(d time.Duration) time.Duration {
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

// quoteValue quotes a value that has spaces or could be read as two values.
func quoteValue(text string) string {
	if text == "" || strings.ContainsAny(text, " \"=") && !json.Valid([]byte(text)) || termtext.Escape(text) != text {
		return strconv.Quote(text)
	}
	return text
}
