package infer

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// MaxVariables is the number of variables that are written.
const MaxVariables = 500

// Result is what the samples say about a trigger.
type Result struct {
	Variables    []Variable
	Methods      []string // of the samples that are requests, sorted
	ContentTypes []string // of the bodies, sorted
	Notes        []string // what no variable can hold
}

// Variable is an inferred variable.
type Variable struct {
	Name     string
	From     string // "" for the member of the body with the name
	Required bool
	Format   string
	Enum     []string

	shape shape
}

// Variables merges samples. headers names the header fields to make variables of.
func Variables(samples []Sample, headers []string) Result {
	m := &merger{samples: samples, builder: builder{orderOf(samples)}, used: map[string]bool{}}
	for _, name := range input.RequestNames() {
		m.used[name] = true
	}
	m.collectKinds()
	m.addBody()
	m.addQuery()
	m.addHeaders(headers)
	return m.out
}

type merger struct {
	builder
	samples []Sample
	used    map[string]bool // names of variables
	out     Result
}

func (m *merger) collectKinds() {
	methods, types := map[string]bool{}, map[string]bool{}
	for i := range m.samples {
		s := &m.samples[i]
		if s.Method != "" {
			methods[s.Method] = true
		}
		if s.HasBody {
			types[s.ContentType] = true
		}
		if s.note != "" {
			m.note(s.note)
		}
	}
	m.out.Methods = slices.Sorted(maps.Keys(methods))
	m.out.ContentTypes = slices.Sorted(maps.Keys(types))
}

// addBody adds a variable for each member of the body, or one for a body that is
// no object.
func (m *merger) addBody() {
	var names []string
	seen := map[string]bool{}
	whole := &place{}
	isObject := true
	for i := range m.samples {
		s := &m.samples[i]
		whole.add(s.Body, s.HasBody, s.format)
		members, ok := s.Body.(map[string]any)
		isObject = isObject && (ok || s.Body == nil)
		for name := range members {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if !isObject {
		m.addWholeBody(whole)
		return
	}
	m.order.sort(names)
	for _, name := range names {
		p := &place{}
		for i := range m.samples {
			s := &m.samples[i]
			members, _ := s.Body.(map[string]any)
			v, present := members[name]
			p.add(v, present, s.formatOf(name))
		}
		m.addVariable(name, "webhook.body", p)
	}
}

func (m *merger) addWholeBody(p *place) {
	name := "payload"
	if _, ok := p.values[0].value.([]any); ok {
		name = "items"
	}
	if text, ok := p.values[0].value.(string); ok && p.values[0].format == input.FormatText && text != "" {
		m.note("The body is text: the flow reads it as webhook.raw, and no variable is needed.")
		return
	}
	v := m.newVariable(name, p)
	v.From = "webhook.body"
	m.out.Variables = append(m.out.Variables, v)
}

func (m *merger) addQuery() {
	var names []string
	for i := range m.samples {
		for name := range m.samples[i].Query {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	m.order.sort(names)
	for _, name := range names {
		p := &place{}
		for i := range m.samples {
			v, present := m.samples[i].Query[name]
			p.add(v, present, input.FormatForm)
		}
		m.addVariable(name, "webhook.query", p)
	}
}

func (m *merger) addHeaders(names []string) {
	for _, name := range names {
		name = http.CanonicalHeaderKey(name)
		p := &place{}
		for i := range m.samples {
			values := m.samples[i].Header.Values(name)
			p.add(strings.Join(values, ", "), len(values) > 0, input.FormatText)
		}
		if len(p.values) == 0 {
			m.note(fmt.Sprintf("No sample has the header %s.", name))
		}
		v := m.newVariable(variableName(strings.ToLower(name)), p)
		v.From = "webhook.headers[" + literal.Text(name) + "]"
		if v.shape.name == "any" {
			v.shape = scalar("string")
		}
		m.out.Variables = append(m.out.Variables, v)
	}
}

// addVariable adds a variable for a member of a part of the request.
func (m *merger) addVariable(member, part string, p *place) {
	switch {
	case isUnwritable(member):
		m.note(fmt.Sprintf("%s has a member %q, whose name can't be written in a flow file. Read %s in an action.", part, member, part))
		return
	case len(m.out.Variables) == MaxVariables:
		m.note(fmt.Sprintf("The samples have more than %d members; the rest is left out.", MaxVariables))
		return
	case len(m.out.Variables) > MaxVariables:
		return
	}
	v := m.newVariable(variableName(member), p)
	if part != "webhook.body" || v.Name != member {
		v.From = part + step(member)
	}
	m.out.Variables = append(m.out.Variables, v)
}

func (m *merger) note(text string) {
	if !slices.Contains(m.out.Notes, text) {
		m.out.Notes = append(m.out.Notes, text)
	}
}

func (m *merger) newVariable(name string, p *place) Variable {
	unique := name
	for i := 2; m.used[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	m.used[unique] = true
	p.dropEmptyTexts()
	v := Variable{Name: unique, Required: !p.isOptional(), shape: m.shapeOf(p.values, 1)}
	if v.shape.name == "string" {
		if v.Format = commonFormat(p.values); v.Format == "" {
			v.Enum = commonEnum(p.values)
		}
	}
	return v
}

// dropEmptyTexts counts empty texts of forms as missing, as the trigger does for
// values that are not required, unless all are empty.
func (p *place) dropEmptyTexts() {
	isEmpty := func(g given) bool { return g.value == "" && g.format == input.FormatForm }
	if !slices.ContainsFunc(p.values, func(g given) bool { return !isEmpty(g) }) {
		return
	}
	p.values = slices.DeleteFunc(p.values, isEmpty)
}

// commonFormat returns the format that all values have, "" if there is none. A
// host name is not recognized: each word is one.
func commonFormat(values []given) string {
	for _, name := range []string{"uuid", "date-time", "date", "email", "ipv4", "ipv6", "uri"} {
		if !slices.ContainsFunc(values, func(g given) bool {
			text, _ := g.value.(string)
			return !input.HasFormat(name, text) || name == "uri" && !strings.Contains(text, "://")
		}) {
			return name
		}
	}
	return ""
}

// The bounds of an enum: distinct words that occur in enough samples.
const (
	maxEnum             = 8
	maxEnumLength       = 40
	samplesPerEnumValue = 2
)

var enumWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:/-]*$`)

// commonEnum returns the values of an enum if a few words are repeated over the
// samples, else nil.
func commonEnum(values []given) []string {
	words := map[string]bool{}
	for _, g := range values {
		text, _ := g.value.(string)
		if utf8.RuneCountInString(text) > maxEnumLength || !enumWord.MatchString(text) {
			return nil
		}
		words[text] = true
	}
	if len(words) < 2 || len(words) > maxEnum || len(words)*samplesPerEnumValue > len(values) {
		return nil
	}
	return slices.Sorted(maps.Keys(words))
}

var notInNames = regexp.MustCompile(`[^\pL\pN_]+`)

// variableName returns the name of a variable for a member.
func variableName(member string) string {
	if hclsyntax.ValidIdentifier(member) && member != "null" && member != "true" && member != "false" {
		if slices.Contains(input.RequestNames(), member) {
			return member + "_value"
		}
		return member
	}
	name := strings.Trim(notInNames.ReplaceAllString(member, "_"), "_")
	if !hclsyntax.ValidIdentifier(name) {
		name = strings.TrimRight("value_"+name, "_")
	}
	if !hclsyntax.ValidIdentifier(name) {
		return "value"
	}
	return name
}
