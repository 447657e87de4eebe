package schema_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// everything has a field of each Go type of fixed attributes.
type everything struct {
	text     string
	flag     bool
	whole    int
	large    int64
	fraction float64
	wait     time.Duration
	size     expr.Size
	list     []string
	texts    map[string]string
	object   map[string]any
	values   []any
	any      any
}

func (e *everything) describe(s *schema.Spec) {
	schema.Attr(s, &e.text, "text", "A text.")
	schema.Attr(s, &e.flag, "flag", "A flag.")
	schema.Attr(s, &e.whole, "whole", "A whole number.")
	schema.Attr(s, &e.large, "large", "A large number.")
	schema.Attr(s, &e.fraction, "fraction", "A fraction.")
	schema.Attr(s, &e.wait, "wait", "A duration.")
	schema.Attr(s, &e.size, "size", "A size.")
	schema.Attr(s, &e.list, "list", "A list of texts.")
	schema.Attr(s, &e.texts, "texts", "Texts by name.")
	schema.Attr(s, &e.object, "object", "Values by name.")
	schema.Attr(s, &e.values, "values", "A list of values.")
	schema.Attr(s, &e.any, "any", "Any value.")
}

func TestAttrDecodes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src  string
		want everything
	}{
		{``, everything{}},
		{`text = "a"`, everything{text: "a"}},
		{`text = 5`, everything{text: "5"}},
		{`text = true`, everything{text: "true"}},
		{`text = "n ${local.five}"`, everything{text: "n 5"}},
		{`text = null`, everything{}},
		{`flag = true`, everything{flag: true}},
		{`flag = "true"`, everything{flag: true}},
		{`flag = 1 < 2`, everything{flag: true}},
		{`whole = 12`, everything{whole: 12}},
		{`whole = "12"`, everything{whole: 12}},
		{`whole = local.five * 2`, everything{whole: 10}},
		{`whole = -3`, everything{whole: -3}},
		{`large = 9007199254740993`, everything{large: 9007199254740993}},
		{`fraction = 1.5`, everything{fraction: 1.5}},
		{`wait = "1m30s"`, everything{wait: 90 * time.Second}},
		{`wait = "2d"`, everything{wait: 48 * time.Hour}},
		{`size = "10MiB"`, everything{size: 10 << 20}},
		{`list = ["a", 5, true]`, everything{list: []string{"a", "5", "true"}}},
		{`list = []`, everything{list: []string{}}},
		{`texts = { a = "b", c = 5 }`, everything{texts: map[string]string{"a": "b", "c": "5"}}},
		{`object = { a = { b = [1] } }`, everything{object: map[string]any{"a": map[string]any{"b": []any{"1"}}}}},
		{`values = [1, "a", null]`, everything{values: []any{"1", "a", nil}}},
		{`any = { a = 1 }`, everything{any: map[string]any{"a": "1"}}},
		{`any = "a"`, everything{any: "a"}},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			got := everything{}
			expectFindings(t, decode(t, c.src, got.describe))
			if d := cmp.Diff(show(c.want), show(got)); d != "" {
				t.Errorf("decoded (-want +got):\n%s", d)
			}
		})
	}
}

// show formats a value so that numbers compare by their text.
func show(e everything) string { return fmt.Sprintf("%+v", e) }

func TestAttrFindsMistakes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src  string
		want finding
	}{
		{`text = ["a"]`, finding{"Wrong type", "This must be a string, but it is a list.", 2}},
		{`text = webhook.body`, finding{"Value not fixed", `"text" is read when the file is loaded, so it can't depend on webhook`, 2}},
		{`text = secret.set`, finding{"Secret in the open", `"text" appears in messages`, 2}},
		{`text = "a ${secret.unset}"`, finding{"Secret in the open", `"text" appears in messages`, 2}},
		{`flag = "maybe"`, finding{"Wrong type", "Write true or false", 2}},
		{`whole = "many"`, finding{"Wrong type", "Write a number in digits", 2}},
		{`whole = 1.5`, finding{`Wrong value for "whole"`, "not a whole number", 2}},
		{`large = 1e30`, finding{`Wrong value for "large"`, "at most 64 bits", 2}},
		{`wait = 30`, finding{`Wrong value for "wait"`, `a duration such as "30s"`, 2}},
		{`wait = "soon"`, finding{`Wrong value for "wait"`, "is not a duration", 2}},
		{`size = 30`, finding{`Wrong value for "size"`, `a size such as "10MiB"`, 2}},
		{`size = "30 bytes"`, finding{`Wrong value for "size"`, "is not a size", 2}},
		{`list = "a"`, finding{"Wrong type", "Put it in brackets", 2}},
		{`list = ["a", null]`, finding{`Wrong value for "list"`, "Element 1: the value is null", 2}},
		{`texts = ["a"]`, finding{"Wrong type", "Write it as { NAME = VALUE }", 2}},
		{`object = "a"`, finding{`Wrong value for "object"`, "but must be an object", 2}},
		{`values = { a = 1 }`, finding{`Wrong value for "values"`, "but must be a list", 2}},
		{`any = webhook.body`, finding{"Value not fixed", "webhook", 2}},
		{`txt = "a"`, finding{"Unknown attribute", `There is no attribute "txt" here. Did you mean "text"?`, 2}},
		{`colour = "a"`, finding{"Unknown attribute", "Allowed: any, flag, fraction", 2}},
		{`text {}`, finding{"Attribute written as a block", "Write text = … with an equals sign", 2}},
		{`inner {}`, finding{"Unknown block", `There is no block "inner" here. None is allowed.`, 2}},
	}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			got := everything{}
			expectFindings(t, decode(t, c.src, got.describe), c.want)
			if d := cmp.Diff(show(everything{}), show(got)); d != "" {
				t.Errorf("what is wrong was decoded (-want +got):\n%s", d)
			}
		})
	}
}

func TestAttrDefaults(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{``: "default", `text = null`: "default", `text = "b"`: "b", `text = ""`: "", `text = ["b"]`: "default"} {
		got := "default"
		_ = decode(t, src, func(s *schema.Spec) { schema.Attr(s, &got, "text", "A text.") })
		if got != want {
			t.Errorf("%s decoded to %q, want %q", src, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	var text string
	cases := []struct {
		name, src string
		option    schema.Option
		want      []finding
	}{
		{"required and left out", ``, schema.Required(), []finding{{"Missing attribute", `"text" is required: What it is for.`, 1}}},
		{"required and null", `text = null`, schema.Required(), []finding{{"Missing value", "null is the same as leaving it out", 2}}},
		{"required and a block", `text {}`, schema.Required(), []finding{{"Attribute written as a block", "equals sign", 2}}},
		{"required and given", `text = "a"`, schema.Required(), nil},
		{"one of", `text = "a"`, schema.OneOf("a", "b"), nil},
		{"none of", `text = "c"`, schema.OneOf("a", "b"), []finding{{`Wrong value for "text"`, `"c" is not one of "a", "b".`, 2}}},
		{"nearly one of", `text = "alpah"`, schema.OneOf("alpha", "beta"), []finding{{`Wrong value for "text"`, `Did you mean "alpha"?`, 2}}},
		{"secret", `text = secret.set`, schema.Secret(), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := text
			expectFindings(t, decode(t, c.src, func(s *schema.Spec) {
				schema.Attr(s, &text, "text", "What it is for. And more of it.", c.option)
			}), c.want...)
		})
	}
}

func TestLater(t *testing.T) {
	t.Parallel()
	later := func(s *schema.Spec) {
		schema.NotYet(s, "word", "A word.", "write it by hand.", false)
		schema.NotYet(s, "part", "A part.", "leave it out.", true)
	}
	expectFindings(t, decode(t, ``, later))
	expectFindings(t, decode(t, "word = 1\npart {\n  a = 1\n}", later),
		finding{"Not yet available", `does not have "word" yet: write it by hand.`, 2},
		finding{"Not yet available", `does not have "part" yet: leave it out.`, 3})
	expectFindings(t, decode(t, "word {}\npart = 1", later),
		finding{"Block written as an attribute", "part { … }", 3},
		finding{"Attribute written as a block", "word = …", 2})
}

func TestOneOfInLists(t *testing.T) {
	t.Parallel()
	var list []string
	expectFindings(t, decode(t, `list = ["a", "c"]`, func(s *schema.Spec) { schema.Attr(s, &list, "list", "A list.", schema.OneOf("a", "b")) }),
		finding{`Wrong value for "list"`, `"c" is not one of "a", "b"`, 2})
	if list != nil {
		t.Errorf("decoded %q", list)
	}
}

func TestExpr(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, src  string
		set, fixed bool
		want       []finding
	}{
		{"left out", ``, false, false, nil},
		{"null is left out", `text = null`, false, false, nil},
		{"a constant", `text = "a"`, true, true, nil},
		{"of the run", `text = webhook.body`, true, false, nil},
		{"a secret", `text = secret.set`, true, true, nil},
		{"a secret that is not set", `text = secret.unset`, true, false, nil},
		{"not one of", `text = "c"`, false, false, []finding{{`Wrong value for "text"`, `"c" is not one of`, 2}}},
		{"a wrong type", `text = []`, false, false, []finding{{"Wrong type", "it is a list", 2}}},
		{"an unknown name", `text = webhok.body`, false, false, []finding{{"Unknown name", `Did you mean "webhook"?`, 2}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var text expr.Of[string]
			expectFindings(t, decode(t, c.src, func(s *schema.Spec) {
				schema.Expr(s, &text, "text", "A text.", schema.OneOf("a", "b", "s3cret"))
			}), c.want...)
			_, fixed := text.Constant()
			if text.IsSet() != c.set || fixed != c.fixed {
				t.Errorf("set: %t, fixed: %t; want %t, %t", text.IsSet(), fixed, c.set, c.fixed)
			}
		})
	}
}

// TestSecretsStaySecret: findings about wrong values of secrets do not contain them.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	var wait time.Duration
	expectFindings(t, decode(t, `wait = secret.set`, func(s *schema.Spec) { schema.Attr(s, &wait, "wait", "A duration.", schema.Secret()) }),
		finding{`Wrong value for "wait"`, "The value comes from a secret and does not fit.", 2})
	var text string
	expectFindings(t, decode(t, `text = secret.set`, func(s *schema.Spec) { schema.Attr(s, &text, "text", "A text.", schema.Secret(), schema.OneOf("a")) }))
}
