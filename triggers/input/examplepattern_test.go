package input

import (
	"regexp"
	"strings"
	"testing"
)

// TestExampleOfPattern makes a text for a pattern from the name of its variable, or
// from the pattern.
func TestExampleOfPattern(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"^[a-z_]+$":                       "order_id",
		"^[A-Za-z0-9-]{1,40}$":            "order-id",
		"^[a-z]+$":                        "orderid",
		"^[A-Z_]+$":                       "ORDER_ID",
		"^[A-Z]{2}-[0-9]{4}$":             "AA-1111",
		"^(?:ord|inv)_(\\d+)(?:/x)?$":     "ord_1",
		"^SKU.[^a-z]*[#-&]$":              "SKUx#",
		"(?i)^x{3}y*$":                    "XXX",
		"^[^A-Za-z0-9]$":                  ":",
		"^" + strings.Repeat("n", 2000):   strings.Repeat("n", 2000),
		"^$":                              "",
		"\\bnothing\\b.\\Bmatches\\b\\b.": "order_id",
	} {
		r := rules{pattern: regexp.MustCompile(pattern)}
		if got := r.exampleText("order_id"); got != want {
			t.Errorf("%.40s: %.40q, want %.40q", pattern, got, want)
		}
	}
	if got := len(examplePattern("(x{1000}|y)*z{900}")); got != 900 {
		t.Errorf("%d characters", got)
	}
	if got := examplePattern("("); got != "" {
		t.Errorf("%q of what is no pattern", got)
	}
}
