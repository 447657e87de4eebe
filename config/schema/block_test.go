package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/schema"
)

// inner is a block with a label and an attribute.
type inner struct {
	name string
	text string
}

func (i *inner) Describe(s *schema.Spec) {
	i.text = "default"
	s.Doc = "A block."
	schema.Label(s, &i.name, "NAME", "Its name.")
	schema.Attr(s, &i.text, "text", "A text.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		if i.text == "wrong" {
			return hcl.Diagnostics{d.Problem("text", "Wrong text", "It is wrong.")}
		}
		return nil
	})
}

// plain is a block without a label.
type plain struct{ text string }

func (p *plain) Describe(s *schema.Spec) { schema.Attr(s, &p.text, "text", "A text.") }

func TestSingle(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		options   []schema.Option
		want      string // the text, "nil" where there is no block
		findings  []finding
	}{
		{"left out", ``, nil, "nil", nil},
		{"empty", `one {}`, nil, "", nil},
		{"given", "one {\n  text = \"a\"\n}", nil, "a", nil},
		{"twice", "one {}\none {}", nil, "", []finding{{"Block given twice", `Only one block "one" is allowed here.`, 3}}},
		{"required", ``, []schema.Option{schema.Required()}, "nil", []finding{{"Missing block", `A block "one" is required: What it is for.`, 1}}},
		{"required and an attribute", `one = {}`, []schema.Option{schema.Required()}, "nil", []finding{{"Block written as an attribute", "Write one { … }", 2}}},
		{"too many labels", `one "a" {}`, nil, "", []finding{{"Too many labels", `Remove "a" and any label after it: one { … }.`, 2}}},
		{"a mistake inside", "one {\n  txt = \"a\"\n}", nil, "", []finding{{"Unknown attribute", `Did you mean "text"?`, 3}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var one *plain
			expectFindings(t, decode(t, c.src, func(s *schema.Spec) { schema.Single(s, &one, "one", "What it is for.", c.options...) }), c.findings...)
			got := "nil"
			if one != nil {
				got = one.text
			}
			if got != c.want {
				t.Errorf("decoded %q, want %q", got, c.want)
			}
		})
	}
}

func TestRepeated(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src, want string
		findings        []finding
	}{
		{"none", ``, "", nil},
		{"in order", "many \"b\" {\n  text = \"2\"\n}\nmany \"a\" {}", "b=2 a=default", nil},
		{"no label", `many {}`, "=default", []finding{{"Missing label", `Many needs a label: many "NAME" { … }.`, 2}}},
		{"two labels", `many "a" "b" {}`, "=default", []finding{{"Too many labels", `Remove "b" and any label after it: many "NAME" { … }.`, 2}}},
		{"a check", "many \"a\" {\n  text = \"wrong\"\n}\nmany \"b\" {\n  text = \"wrong\"\n}", "a=wrong b=wrong", []finding{{"Wrong text", "", 3}, {"Wrong text", "", 6}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var many []*inner
			expectFindings(t, decode(t, c.src, func(s *schema.Spec) { schema.Repeated(s, &many, "many", "Blocks.") }), c.findings...)
			var got []string
			for _, m := range many {
				got = append(got, m.name+"="+m.text)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("decoded %q, want %q", got, c.want)
			}
		})
	}
}

func kinds() []schema.Kind[schema.Describer] {
	return []schema.Kind[schema.Describer]{
		{Name: "basic", KnownAs: []string{"password"}, New: func() schema.Describer { return &plain{} }},
		{Name: "named", New: func() schema.Describer { return &inner{} }},
		{Name: "token", NotYet: "use basic."},
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src, want string
		options         []schema.Option
		findings        []finding
	}{
		{"several", "auth \"basic\" {}\nauth \"named\" \"a\" {}\nauth \"basic\" {}", "basic named basic", nil, nil},
		{"once", "auth \"basic\" {}\nauth \"named\" \"a\" {}", "basic", []schema.Option{schema.Once()}, []finding{{"Block given twice", `Only one block "auth"`, 3}}},
		{"no kind", `auth {}`, "", nil, []finding{{"Missing label", `Write the kind as a label: auth "basic" { … }.`, 2}}},
		{"nearly a kind", `auth "basik" {}`, "", nil, []finding{{"Unknown kind of auth", `There is no auth "basik". Did you mean "basic"?`, 2}}},
		{"a word for a kind", `auth "password" {}`, "", nil, []finding{{"Unknown kind of auth", `There is no auth "password". Its name is "basic".`, 2}}},
		{"no such kind", `auth "oauth" {}`, "", nil, []finding{{"Unknown kind of auth", `There is "basic", "named", "token".`, 2}}},
		{"a later kind", `auth "token" {}`, "", nil, []finding{{"Not yet available", `does not have auth "token" yet: use basic.`, 2}}},
		{"a label of the kind's own", `auth "named" {}`, "named", nil, []finding{{"Missing label", `Auth needs a label: auth "named" "NAME" { … }.`, 2}}},
		{"a label too many", `auth "basic" "a" {}`, "basic", nil, []finding{{"Too many labels", `Remove "a" and any label after it: auth "basic" { … }.`, 2}}},
		{"required", ``, "", []schema.Option{schema.Required()}, []finding{{"Missing block", `A block "auth" is required`, 1}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			expectFindings(t, decode(t, c.src, func(s *schema.Spec) {
				schema.Kinds(s, "auth", "Ways in.", kinds(), func(b *hclsyntax.Block, _ schema.Describer) { got = append(got, b.Labels[0]) }, c.options...)
			}), c.findings...)
			if strings.Join(got, " ") != c.want {
				t.Errorf("added %q, want %q", got, c.want)
			}
		})
	}
}

func TestSpecOf(t *testing.T) {
	t.Parallel()
	if s := schema.SpecOf(kinds(), "named"); s == nil || s.Doc != "A block." {
		t.Errorf("named has %v", s)
	}
	for _, name := range []string{"token", "nope"} {
		if s := schema.SpecOf(kinds(), name); s != nil {
			t.Errorf("%s has %v", name, s)
		}
	}
}

// TestOrder: a block is decoded in the order of declaration, independent of the order
// in the file, and the checks run last.
func TestOrder(t *testing.T) {
	t.Parallel()
	var did []string
	note := func(what string) func(*schema.Context, *hclsyntax.Block) hcl.Diagnostics {
		return func(*schema.Context, *hclsyntax.Block) hcl.Diagnostics {
			did = append(did, what)
			return nil
		}
	}
	attr := func(what string) func(*schema.Context, *hclsyntax.Attribute) hcl.Diagnostics {
		return func(c *schema.Context, _ *hclsyntax.Attribute) hcl.Diagnostics {
			if _, known := c.Scope.RunType("made"); known {
				what += " knows"
			}
			did = append(did, what)
			return nil
		}
	}
	src := "c {}\nb = 1\na = 1\nc {}\nd = 1"
	expectFindings(t, decode(t, src, func(s *schema.Spec) {
		s.Check(func(*schema.Context, *schema.Decoded) hcl.Diagnostics {
			did = append(did, "check")
			return nil
		})
		schema.Func(s, "a", "any", "An attribute.", attr("a"))
		schema.Func(s, "b", "any", "An attribute.", attr("b"))
		s.Then(func(c *schema.Context) {
			did = append(did, "then")
			c.Scope = c.Scope.With("made", cty.String)
		})
		schema.BlockFunc(s, "c", "Blocks.", schema.Block{Repeated: true}, note("c"))
		schema.Func(s, "d", "any", "An attribute.", attr("d"))
		s.Check(func(c *schema.Context, _ *schema.Decoded) hcl.Diagnostics {
			_, known := c.Scope.RunType("made")
			if !known {
				t.Error("the check does not have what came before it")
			}
			did = append(did, "check")
			return nil
		})
	}))
	if want := []string{"a", "b", "then", "c", "c", "d knows", "check", "check"}; !slices.Equal(did, want) {
		t.Errorf("decoded %q, want %q", did, want)
	}
}

// TestScopeOfOneBlock: a name that a block defines is unknown outside of the block.
func TestScopeOfOneBlock(t *testing.T) {
	t.Parallel()
	c := &schema.Context{Scope: scope()}
	expectFindings(t, schema.Decode(c, described(func(s *schema.Spec) {
		s.Then(func(c *schema.Context) { c.Scope = c.Scope.With("made", cty.String) })
	}), parse(t, "thing {}\n")))
	if _, known := c.Scope.RunType("made"); known {
		t.Error("the block has changed the scope around it")
	}
}

// TestChecks: checks do not run after an error or if a value is unknown.
func TestChecks(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src string
		runs      bool
		findings  int
	}{
		{"all is well", `text = "a"`, true, 0},
		{"left out", ``, true, 0},
		{"a secret", `text = secret.set`, true, 0},
		{"a secret that is not set", `text = secret.unset`, false, 0},
		{"a variable that is not set", `text = "a ${local.unset}"`, false, 0},
		{"a wrong value", `text = []`, false, 1},
		{"an unknown attribute", `txt = "a"`, false, 1},
		{"an expression with a secret that is not set", `value = secret.unset`, true, 0},
		{"a mistake inside of a block", "inner \"a\" {\n  text = \"wrong\"\n}", false, 1},
		{"a secret that is not set inside of a block", "plain {\n  text = local.unset\n}", true, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ran := false
			var text string
			var value string
			var in *inner
			var pl *plain
			diags := decode(t, c.src, func(s *schema.Spec) {
				schema.Attr(s, &text, "text", "A text.", schema.Secret())
				schema.Func(s, "value", "any", "A value.", func(*schema.Context, *hclsyntax.Attribute) hcl.Diagnostics { value = "x"; return nil })
				schema.Single(s, &in, "inner", "A block.")
				schema.Single(s, &pl, "plain", "A block.")
				s.Check(func(*schema.Context, *schema.Decoded) hcl.Diagnostics {
					ran = true
					return nil
				})
			})
			if ran != c.runs || len(diags) != c.findings {
				t.Errorf("ran: %t, findings: %v (value %q)", ran, diags, value)
			}
		})
	}
}

// TestDecoded checks the places that Decoded returns.
func TestDecoded(t *testing.T) {
	t.Parallel()
	src := "thing {\n  text = \"a\"\n  list = [\n    1,\n    2,\n  ]\n  inner \"a\" {}\n}\n"
	block := parse(t, src)
	d := &schema.Decoded{Block: block}
	for name, want := range map[string]int{"text": 2, "list": 3, "inner": 7, "nope": 1} {
		if got := d.Range(name).Start.Line; got != want {
			t.Errorf("%s is at line %d, want %d", name, got, want)
		}
		if got := d.Problem(name, "Wrong", "It is wrong.").Subject.Start.Line; got != want {
			t.Errorf("the problem of %s is at line %d, want %d", name, got, want)
		}
	}
	for i, want := range []int{4, 5, 3} {
		if got := d.Element("list", i).Start.Line; got != want {
			t.Errorf("element %d is at line %d, want %d", i, got, want)
		}
	}
	if !d.Has("text") || d.Has("inner") || d.Expr("text") == nil || d.Expr("nope") != nil {
		t.Error("what is given is not told from what is not")
	}
}
