package funcs_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

func TestLoading(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"env":                      {`env("SHOP_CURRENCY")`, `"EUR"`},
		"env before the default":   {`env("SHOP_CURRENCY", "USD")`, `"EUR"`},
		"env set but empty":        {`env("EMPTY", "default")`, `""`},
		"env with a default":       {`env("UNSET", "default")`, `"default"`},
		"env with a null default":  {`env("UNSET", null)`, `null`},
		"env unset":                {`env("UNSET")`, `error: "name" parameter: the environment variable UNSET is not set; set it, or give a default: env("UNSET", "…")`},
		"env unset, but tried":     {`try(env("UNSET"), "none")`, `"none"`},
		"env without a name":       {`env("")`, `error: cannot be the name`},
		"env with an equals sign":  {`env("A=B")`, `error: cannot be the name`},
		"env of bytes":             {`env("LATIN1")`, `error: UTF-8`},
		"env with too much":        {`env("A", "b", "c")`, `error: only a default`},
		"file":                     {`file("greeting.txt")`, `"Hello!\n"`},
		"file that is missing":     {`file("missing.txt")`, `error: there is no file "missing.txt"; a relative path starts at the folder`},
		"file that may be missing": {`try(file("missing.txt"), "none")`, `"none"`},
		"file that is locked":      {`file("locked.txt")`, `error: cannot read "locked.txt": permission denied`},
		"file of bytes":            {`file("logo.png")`, `error: not UTF-8 text; filebase64 reads any bytes`},
		"file that is huge":        {`file("huge.txt")`, `error: larger than 10 MiB`},
		"file without a path":      {`file("")`, `error: the path is empty`},
		"filebase64":               {`filebase64("logo.png")`, `"iVBOR/8="`},
		"filebase64 missing":       {`filebase64("missing.png")`, `error: there is no file`},
	})
}

func TestUnsetMayBeUnknown(t *testing.T) {
	t.Parallel()
	opts := world()
	opts.AllowUnset = true
	for source, want := range map[string]cty.Value{
		`env("UNSET")`:             cty.UnknownVal(cty.String),
		`"${env("UNSET")}/orders"`: cty.UnknownVal(cty.String).RefineNotNull(),
		`env("UNSET", "default")`:  cty.StringVal("default"),
		`env("SHOP_CURRENCY")`:     cty.StringVal("EUR"),
	} {
		got, diags := evalWith(t, opts, source, nil)
		if diags.HasErrors() {
			t.Fatalf("%s: %v", source, diags)
		}
		if !got.RawEquals(want) {
			t.Errorf("%s = %#v, want %#v", source, got, want)
		}
	}
	if _, diags := evalWith(t, opts, `env("A=B")`, nil); !diags.HasErrors() {
		t.Error("a name that cannot be set is accepted")
	}
}

// TestNothingToLoadFrom: with the zero Options nothing outside is touched.
func TestNothingToLoadFrom(t *testing.T) {
	t.Setenv("SHOP_CURRENCY", "EUR")
	for source, want := range map[string]string{
		`env("SHOP_CURRENCY")`:         "the environment cannot be read here",
		`env("SHOP_CURRENCY", "USD")`:  "the environment cannot be read here",
		`file("load_test.go")`:         "files cannot be read here",
		`filebase64("./load_test.go")`: "files cannot be read here",
	} {
		if _, diags := evalWith(t, funcs.Options{}, source, nil); !strings.Contains(diags.Error(), want) {
			t.Errorf("%s: %v, want %q", source, diags, want)
		}
	}
}

func TestAtLoadNamesTheGroup(t *testing.T) {
	t.Parallel()
	for _, f := range funcs.All(funcs.Options{}) {
		if loads := f.Group == "Loading"; funcs.ReadsAtLoad(f.Name) != loads {
			t.Errorf("ReadsAtLoad(%q) is %t, and the function is of the group %q", f.Name, !loads, f.Group)
		}
	}
}
