package engine_test

import (
	"slices"
	"testing"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write("flow \"orders\" {\n  trigger \"test\" {\n    path    = \"/büro/{name}\"\n    methods = [\"POST\", \"PUT\"]\n  }\n}\n" +
		"flow \"off\" {\n  enabled = false\n  trigger \"test\" {\n    path = \"/off\"\n  }\n}\nflow \"silent\" {\n  trigger \"never\" {}\n}\n")
	g := l.start()
	var lines []string
	for _, e := range g.Addresses() {
		lines = append(lines, e.Line("https://example.com/in/"))
	}
	want := []string{
		"POST,PUT https://example.com/in/b%C3%BCro/{name}  → orders",
		"POST   https://example.com/in/off  → off (disabled)",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%q", lines)
	}
	if g.Close(); g.Addresses() != nil {
		t.Error("a closed gateway has addresses")
	}
}
