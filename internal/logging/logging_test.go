package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/logging"
)

func TestTextLog(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		log  func(l *zap.Logger)
		want string // behind the time
	}{
		{"plain", func(l *zap.Logger) { l.Info("serving") }, "INFO  serving\n"},
		{"order", func(l *zap.Logger) { l.Warn("m", zap.String("z", "1"), zap.Int("a", 2)) }, "WARN  m z=1 a=2\n"},
		{"with", func(l *zap.Logger) { l.With(zap.String("flow", "x")).Error("m", zap.Bool("b", true)) }, "ERROR m flow=x b=true\n"},
		{"durations", func(l *zap.Logger) {
			l.Info("m", zap.Duration("a", 3214567*time.Nanosecond), zap.Duration("b", 12345678912*time.Nanosecond), zap.Duration("c", 221073*time.Nanosecond), zap.Duration("d", 12), zap.Duration("e", 754321*time.Millisecond))
		}, "INFO  m a=3.21ms b=12.3s c=221µs d=12ns e=12m34s\n"},
		{"quotes", func(l *zap.Logger) {
			l.Info("m", zap.String("a", "two words"), zap.String("b", ""), zap.String("c", `say "hi"`), zap.String("d", "k=v"))
		}, `INFO  m a="two words" b="" c="say \"hi\"" d="k=v"` + "\n"},
		{"forged lines", func(l *zap.Logger) {
			l.Info("a\n2026 INFO b", zap.String("c", "d\r\n2026 INFO e"), zap.String("f", "\x1b[2J\u2028\u202e"), zap.String("g", "\xff"))
		}, `INFO  a\n2026 INFO b c="d\r\n2026 INFO e" f="\x1b[2J\u2028\u202e" g="\xff"` + "\n"},
		{"object", func(l *zap.Logger) {
			l.Info("m", zap.Any("fields", map[string]any{"b": []any{1, "x y", nil}, "a": "<&>\n"}))
		}, `INFO  m fields={"a":"<&>\n","b":[1,"x y",null]}` + "\n"},
		{"no JSON", func(l *zap.Logger) { l.Info("m", zap.Any("f", map[string]any{"c": complex(1, 2)})) }, `INFO  m f=map[c:(1+2i)]` + "\n"},
		{"error and time", func(l *zap.Logger) {
			l.Info("m", zap.Error(errors.New("no luck")), zap.Time("at", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		}, `INFO  m error="no luck" at=2026-03-01T12:00:00Z` + "\n"},
		{"stack", func(l *zap.Logger) { l.Error("m", zap.String("stack", "a\n\tb\n"), zap.String("c", "d")) }, "ERROR m c=d\n    | a\n    | \\tb\n"},
		{"below the level", func(l *zap.Logger) { l.Debug("m") }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			l, err := logging.New(&out, "text", "info")
			if err != nil {
				t.Fatal(err)
			}
			c.log(l)
			got := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d) `).ReplaceAllString(out.String(), "")
			if got != c.want || (c.want != "" && got == out.String()) {
				t.Errorf("\n%q, want\n%q", out.String(), c.want)
			}
		})
	}
}

// Lines of one logger have no fields of another.
func TestTextLogsShareNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l, err := logging.New(&out, "text", "info")
	if err != nil {
		t.Fatal(err)
	}
	base := l.With(zap.String("a", "1"))
	b, c := base.With(zap.String("b", "2")), base.With(zap.String("c", "3"))
	b.Info("m")
	c.Info("m")
	if got := out.String(); !strings.Contains(got, "m a=1 b=2\n") || !strings.Contains(got, "m a=1 c=3\n") {
		t.Error(got)
	}
}

func TestJSONLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l, err := logging.New(&out, "json", "debug")
	if err != nil {
		t.Fatal(err)
	}
	l.Debug("a\nb", zap.Duration("took", 1500*time.Millisecond), zap.Any("fields", map[string]any{"x": "<&>"}))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse("2006-01-02T15:04:05.000Z", line["ts"].(string))
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("ts: %v %v", line["ts"], err)
	}
	if line["level"] != "debug" || line["msg"] != "a\nb" || line["took"] != 1.5 || line["fields"].(map[string]any)["x"] != "<&>" || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%s", out.String())
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"xml", "info"}, {"text", "loud"}, {"", "info"}, {"json", ""}, {"json", "panic"}} {
		if _, err := logging.New(&bytes.Buffer{}, c[0], c[1]); err == nil || !strings.Contains(err.Error(), "use ") {
			t.Errorf("%q: %v", c, err)
		}
	}
}
