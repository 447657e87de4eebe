package dashboard

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// functions are the functions of the templates.
func (d *Dashboard) functions() template.FuncMap {
	return template.FuncMap{
		"ago":     func(t time.Time) string { return formatAgo(t, d.Clock.Now()) },
		"until":   func(t time.Time) string { return formatUntil(t, d.Clock.Now()) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"full":    formatTime,
		"moment":  formatMoment,
		"since":   func(t time.Time) string { return formatSeconds(clock.Since(d.Clock, t).Seconds()) },
		"seconds": formatSeconds,
		"bytes":   formatBytes,
		"number":  formatAnyNumber,
		"plural":  plural,
		"rate":    formatRate,
		"percent": formatPercent,
		"short":   shorten,
	}
}

const day = 24 * time.Hour

// formatTime writes a time, with its milliseconds if it has any.
func formatTime(t time.Time) string {
	if t = t.UTC().Truncate(time.Millisecond); t.Nanosecond() == 0 {
		return t.Format("2006-01-02 15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04:05.000 UTC")
}

// formatMoment writes a time of a filter, which may also be a duration.
func formatMoment(text string) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return text
	}
	return formatTime(t)
}

// formatAgo says how long ago a time was.
func formatAgo(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < -time.Second:
		return formatUntil(t, now)
	case d < time.Second:
		return "now"
	case d > 30*day:
		return t.UTC().Format("2006-01-02")
	default:
		return roughly(d) + " ago"
	}
}

// formatUntil says how far ahead a time is.
func formatUntil(t, now time.Time) string {
	if d := t.Sub(now); d > 0 {
		return "in " + roughly(d)
	}
	return "now"
}

func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d/day))
}

// formatSeconds writes a duration with three digits that count.
func formatSeconds(s float64) string {
	switch {
	case s < 0.0005:
		return fmt.Sprintf("%.0f µs", s*1e6)
	case s < 0.01:
		return fmt.Sprintf("%.1f ms", s*1e3)
	case s < 1:
		return fmt.Sprintf("%.0f ms", s*1e3)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case s < 60:
		return fmt.Sprintf("%.1f s", s)
	case s < 3600:
		return strings.TrimSuffix(fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60), " 0 s")
	}
	return strings.TrimSuffix(fmt.Sprintf("%d h %d min", int(s)/3600, int(s)%3600/60), " 0 min")
}

func formatBytes(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// formatAnyNumber is formatNumber for templates.
func formatAnyNumber(n any) string {
	switch n := n.(type) {
	case int:
		return formatNumber(int64(n))
	case int64:
		return formatNumber(n)
	}
	return fmt.Sprint(n)
}

// formatNumber writes a number with a thin space between groups of thousands.
func formatNumber(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var out strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && c != '-' && digits[i-1] != '-' {
			out.WriteRune('\u2009')
		}
		out.WriteRune(c)
	}
	return out.String()
}

// plural writes a number with a word: "1 run", "2 runs".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return formatNumber(int64(n)) + " " + word + "s"
}

// formatRate writes a number per minute.
func formatRate(n float64) string {
	if n > 0 && n < 10 {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return formatNumber(int64(n + 0.5))
}

// maxTitle bounds labels and descriptions of flows in bytes. The source of the flow
// has the whole.
const maxTitle = 2000

// shorten returns the beginning of a text from the flow files.
func shorten(text string) string {
	text, isCut := cutText(text, maxTitle)
	if isCut {
		text += "…"
	}
	return text
}

// formatPercent writes a share. One that is not zero or all is not written so.
func formatPercent(p float64) string {
	switch {
	case p > 0 && p < 0.1:
		return "< 0.1 %"
	case p > 99.9 && p < 100:
		return "> 99.9 %"
	case p < 10 && p > 0:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}
