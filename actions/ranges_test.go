package actions

import "testing"

func TestParseStatuses(t *testing.T) {
	t.Parallel()
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
		set, err := parseStatuses(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		for _, n := range c.in {
			if !set.has(n) {
				t.Errorf("%q lacks %d", c.text, n)
			}
		}
		for _, n := range c.out {
			if set.has(n) {
				t.Errorf("%q has %d", c.text, n)
			}
		}
	}
	for _, bad := range []string{"", ",", "200,", "2xx", "200-", "-299", "299-200", "199", "600", "200-299-300", "200..299", "0x200", "+200"} {
		if set, err := parseStatuses(bad); err == nil {
			t.Errorf("%q is read as %v", bad, set)
		}
	}
}
