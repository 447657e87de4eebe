package input_test

import "testing"

func TestWrongVariables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string // of variable "v", which begins at line 2
		line int
		want string
	}{
		"from text":              {`from = "webhook.body.a"`, 2, "Wrong source"},
		"from computed":          {`from = upper(webhook.body.a)`, 2, "Wrong source"},
		"from other name":        {`from = local.mode`, 2, "Wrong source"},
		"from nothing":           {`from = webhook`, 2, "Wrong source"},
		"from unknown part":      {`from = webhook.boddy.a`, 2, `Did you mean "body"?`},
		"from method":            {`from = webhook.method`, 2, "Wrong source"},
		"from all headers":       {`from = webhook.headers`, 2, "more than one value"},
		"from the whole query":   {`from = webhook.query`, 2, "more than one value"},
		"from the whole path":    {`from = webhook.path`, 2, "more than one value"},
		"from inside a header":   {`from = webhook.headers.a.b`, 2, "has no members"},
		"from no header":         {`from = webhook.headers["a b"]`, 2, "No header can be called"},
		"from unknown segment":   {`from = webhook.path.regoin`, 2, `Did you mean "region"?`},
		"from splat":             {`from = webhook.body.items[*].sku`, 2, "Wrong source"},
		"from negative index":    {`from = webhook.body[-1]`, 2, "Wrong source"},
		"from half an index":     {`from = webhook.body[0.5]`, 2, "Wrong source"},
		"from computed index":    {`from = webhook.body[local.mode]`, 2, "Wrong source"},
		"array from header":      {"type = array\nfrom = webhook.headers.a", 2, "one text"},
		"object from path":       {"type = object\nfrom = webhook.path.region", 2, "one text"},
		"default of wrong type":  {"type = number\ndefault = \"5\"", 3, "This must be a number"},
		"default inside":         {"type = list(number)\ndefault = [1, \"a\"]", 3, "At /1: This must be a number"},
		"default not in enum":    {"type = string\nenum = [\"a\"]\ndefault = \"b\"", 4, `This must be "a"`},
		"default too small":      {"type = number\nmin = 1\ndefault = 0", 4, "at least 1"},
		"default no match":       {"type = string\npattern = \"^a$\"\ndefault = \"b\"", 4, "match the pattern"},
		"default wrong format":   {"type = string\nformat = \"email\"\ndefault = \"b\"", 4, "an e-mail address"},
		"default too short":      {"type = array\nmin = 2\ndefault = [1]", 4, "at least 2 elements"},
		"default from a secret":  {"type = string\ndefault = secret.key", 3, "Secret in a variable"},
		"default from unset":     {"type = string\ndefault = secret.unset", 3, "Secret in a variable"},
		"default from the run":   {"default = webhook.body.other", 2, "Value not fixed"},
		"enum no list":           {"type = string\nenum = \"a\"", 3, "must be a list"},
		"enum empty":             {"type = string\nenum = []", 3, "no value at all"},
		"enum null":              {"type = string\nenum = [\"a\", null]", 3, "counts as missing"},
		"enum of wrong type":     {"type = number\nenum = [1, \"2\"]", 3, "Element 1 does not fit the type"},
		"pattern of a number":    {"type = number\npattern = \"a\"", 3, "Only a variable of type string"},
		"pattern of any":         {"pattern = \"a\"", 2, "Only a variable of type string"},
		"pattern wrong":          {"type = string\npattern = \"(\"", 3, "RE2"},
		"format of a number":     {"type = number\nformat = \"email\"", 3, "Only a variable of type string"},
		"format unknown":         {"type = string\nformat = \"e-mail\"", 3, `Did you mean "email"?`},
		"min of a bool":          {"type = bool\nmin = 1", 3, "number, string or array"},
		"min of an object":       {"type = object\nmin = 1", 3, "number, string or array"},
		"min of a tuple":         {"type = tuple([string])\nmin = 1", 3, "number, string or array"},
		"min of any":             {"min = 1", 2, "number, string or array"},
		"min no number":          {"type = number\nmin = \"1\"", 3, "must be a number"},
		"min negative length":    {"type = string\nmin = -1", 3, "whole number from 0"},
		"min half a length":      {"type = array\nmin = 1.5", 3, "whole number from 0"},
		"min above max":          {"type = number\nmin = 2\nmax = 1", 3, "greater than max"},
		"min above max, lengths": {"type = string\nmax = 9\nmin = 10", 4, "greater than max"},
		"required no bool":       {"required = \"maybe\"", 2, "Write true or false"},
		"unknown attribute":      {"patern = \"a\"", 2, `Did you mean "pattern"?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := decode(t, c.body)
			wantError(t, diags, c.line, c.want)
		})
	}
}
