package cmd

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// limitsPage returns the page of all bounds. Its values are constants of the code,
// in pages/limits.txt, and the defaults of settings.
func (c *command) limitsPage() page {
	p := handwrittenPage("limits")
	text, err := c.renderLimits(p.text)
	if err != nil {
		panic(err) // the page names a constant that pages/limits.txt lacks
	}
	p.text = text
	return p
}

func (c *command) renderLimits(page string) (string, error) {
	values, err := readLimitValues()
	if err != nil {
		return "", err
	}
	t, err := template.New("limits").Funcs(template.FuncMap{
		"number": values.number, "bytes": values.bytes, "time": values.time,
		"settings": func() string { return settingsTable(c.limitSettings()) },
	}).Parse(page)
	if err != nil {
		return "", fmt.Errorf("parsing the page of limits: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return "", fmt.Errorf("writing the page of limits: %w", err)
	}
	return b.String(), nil
}

// limitValues holds the values of constants by package and name.
type limitValues map[string]string

func readLimitValues() (limitValues, error) {
	text, err := handwritten.ReadFile(path.Join("pages", "limits.txt"))
	if err != nil {
		return nil, fmt.Errorf("reading the values of limits: %w", err)
	}
	values := limitValues{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		values[name] = value
	}
	return values, nil
}

// number writes a constant with its digits in groups of three.
func (v limitValues) number(name string) (string, error) {
	digits, ok := v[name]
	if _, err := strconv.ParseUint(digits, 10, 64); !ok || err != nil {
		return "", fmt.Errorf("%s is not a number: %q", name, digits)
	}
	for i := len(digits) - 3; i > 0 && len(v[name]) > 4; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits, nil
}

// bytes writes a constant as a size.
func (v limitValues) bytes(name string) (string, error) {
	n, err := strconv.ParseInt(v[name], 10, 64)
	if err != nil {
		return "", fmt.Errorf("%s is not a size: %w", name, err)
	}
	count := strings.TrimRight(expr.Size(n).String(), "BKMGi")
	unit := strings.TrimPrefix(expr.Size(n).String(), count)
	if unit == "B" {
		unit = "bytes"
	}
	return count + " " + unit, nil
}

// time writes a constant as a duration.
func (v limitValues) time(name string) (string, error) {
	d, err := time.ParseDuration(v[name])
	if err != nil {
		return "", fmt.Errorf("%s is not a duration: %w", name, err)
	}
	return duration.Format(d), nil
}

// limitSetting is an attribute whose value bounds something.
type limitSetting struct {
	name, unit, value, doc string
	pages                  []string // of the reference, as links
}

// limitSettings returns the attributes of all blocks that hold a size, a duration
// or a number and are optional. Attributes that are alike on several pages are
// one setting.
func (c *command) limitSettings() []*limitSetting {
	byText := map[string]*limitSetting{}
	var order []*limitSetting
	for _, p := range c.declarations() {
		eachSetting(p.spec, "", func(name string, f *schema.Field) {
			key := name + "|" + f.Default + "|" + f.Doc
			if byText[key] == nil {
				byText[key] = &limitSetting{name: name, unit: f.Type, value: f.Default, doc: f.Doc}
				order = append(order, byText[key])
			}
			link := fmt.Sprintf("[%s](%s)", p.name, page{name: p.name}.fileName())
			if s := byText[key]; !slices.Contains(s.pages, link) {
				s.pages = append(s.pages, link)
			}
		})
	}
	return order
}

// eachSetting calls fn for each bound of a block and of the blocks inside.
func eachSetting(s *schema.Spec, prefix string, fn func(name string, f *schema.Field)) {
	units := []string{"size", "duration", "number"}
	for _, f := range s.Fields() {
		switch {
		case f.NotYet != "" || f.Label:
		case f.Block != nil && f.Block.Spec != nil:
			eachSetting(f.Block.Spec(), prefix+f.Name+".", fn)
		case f.Block == nil && slices.Contains(units, f.Type) && !f.Required && !f.Dynamic && !slices.Contains(noBounds(), f.Name):
			fn(prefix+f.Name, f)
		}
	}
}

// noBounds returns the attributes with a number that bounds nothing.
func noBounds() []string { return []string{"rotate", "factor", "port", "status"} }

func settingsTable(settings []*limitSetting) string {
	var b strings.Builder
	b.WriteString("| setting | of | unit | default | meaning |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range settings {
		value := s.value
		if value != "" {
			value = "`" + strings.Trim(value, `"`) + "`"
		}
		of := strings.Join(s.pages, ", ")
		if len(s.pages) > 12 {
			of = "every action"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.name, of, s.unit, value, escapeCell(s.doc))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
