package ranges_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/internal/ranges"
)

func TestParse(t *testing.T) {
	t.Parallel()
	statuses := ranges.Kind{Noun: "a status", Lowest: 200, Highest: 599, Example: "200-299,404"}
	cases := []struct {
		text    string
		in, out []int
	}{
		{"200-299", []int{200, 250, 299}, []int{199, 300, 404}},
		{"200-299,404", []int{200, 404}, []int{403, 405}},
		{" 200 - 201 , 599 ", []int{200, 201, 599}, []int{202, 598}},
		{"204", []int{204}, []int{200, 205}},
	}
	for _, c := range cases {
		set, err := statuses.Parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		for _, n := range c.in {
			if !set.Has(n) {
				t.Errorf("%q lacks %d", c.text, n)
			}
		}
		for _, n := range c.out {
			if set.Has(n) {
				t.Errorf("%q has %d", c.text, n)
			}
		}
	}
	for _, bad := range []string{"", ",", "200,", "2xx", "200-", "-299", "299-200", "199", "600", "200-299-300", "200..299", "0x200", "+200"} {
		if set, err := statuses.Parse(bad); err == nil {
			t.Errorf("%q is read as %v", bad, set)
		}
	}
}
