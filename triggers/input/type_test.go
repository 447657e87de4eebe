package input_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
)

// TestTypes checks the types that expressions are checked against.
func TestTypes(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"any":                              "any",
		"string":                           "string",
		"number":                           "number",
		"bool":                             "bool",
		"array":                            "list(any)",
		"object":                           "map(any)",
		"list(string)":                     "list(string)",
		"map(number)":                      "map(number)",
		"list(array)":                      "list(list(any))",
		"tuple([string, number])":          "tuple([string,number])",
		"tuple([])":                        "tuple([])",
		"object({})":                       "object({})",
		"object({ b = bool, a = string })": "object({a=string,b=bool})",
		`object({ "a-b" = string })`:       "object({a-b=string})",
		"list(object({ sku = string, qty = number, tags = optional(list(string), []) }))": "list(object({qty=number,sku=string,tags=list(string)}))",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			v, diags := decode(t, "type = "+given)
			if got := typeexpr.TypeString(v.Type.CTY()); len(diags) > 0 || got != want {
				t.Errorf("%s, want %s: %v", got, want, diags)
			}
		})
	}
}

func TestWrongTypes(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"strng":                                  `Did you mean "string"?`,
		"whatever":                               "There is string, number",
		"int":                                    `Write "number"`,
		"boolean":                                `Write "bool"`,
		"text":                                   `Write "string"`,
		"dict":                                   `Write "object"`,
		"list":                                   `Write "array"`,
		"map":                                    `Write "object"`,
		"tuple":                                  `Write "array"`,
		"set(string)":                            "no sets",
		"email":                                  "give the variable a format",
		`"string"`:                               "without quotes: string",
		"5":                                      "A type is one of",
		"[string]":                               "A type is one of",
		"list()":                                 "list(string)",
		"list(string, number)":                   "list(string)",
		"object()":                               "object({ sku",
		"object(string)":                         "names its members",
		"object({ a = strng })":                  `Did you mean "string"?`,
		"object({ a = string, \"a\" = number })": `a member "a" already`,
		"object({ (local.mode) = string })":      "written out",
		"tuple(string)":                          "lists the types",
		"tuple()":                                "lists the types",
		"optional(string)":                       "Only members",
		"list(optional(string))":                 "Only members",
		"object({ a = optional() })":             "optional takes a type",
		"object({ a = optional(string, 1, 2) })": "optional takes a type",
		"object({ a = optional(string, 1) })":    "This must be a string",
		"object({ a = optional(string, secret.key) })":      "Secret in a variable",
		"object({ a = optional(any, webhook.body) })":       "Value not fixed",
		"object({ a = optional(list(number), [1, true]) })": "At /1: This must be a number",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			_, diags := decode(t, "type = "+given)
			wantError(t, diags, 2, want)
		})
	}
}
