package graph

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLayout checks that no node touches another one, that each lies inside of what
// holds it, and that each text has room.
func TestLayout(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("webhook.body.MMMM ", 20)
	leaf := func(name string) *Node {
		return &Node{Action: name, Kind: "http", Title: name, Detail: long, When: long}
	}
	deep := leaf("deep")
	for i := range 8 {
		deep = &Node{Kind: "loop", Title: fmt.Sprint("loop", i), Shape: Loop, Lanes: []Lane{{Nodes: []*Node{deep}}}}
	}
	wide := &Node{Kind: "parallel", Title: "wide", Shape: Parallel}
	for i := range 20 {
		wide.Lanes = append(wide.Lanes, Lane{Nodes: []*Node{leaf(fmt.Sprint("n", i))}})
	}
	cases := &Node{Kind: "branch", Title: "cases", Shape: Choice, Lanes: []Lane{
		{Title: "case a", When: long, Nodes: []*Node{leaf("x"), deep, leaf("y")}}, {Title: "case empty", When: "true"}, {Title: "default", Nodes: []*Node{wide}},
	}}
	for _, n := range []*Node{leaf("a"), deep, wide, cases, {Kind: "loop", Title: "空の箱", Shape: Loop}} {
		b := newBox(n)
		b.place(0, 0)
		checkBox(t, b)
	}
	if b := newBox(wide); b.w > widestRow+2*padding {
		t.Errorf("20 lanes are %d wide", b.w)
	}
}

// TestLongTexts draws a text as large as a file with its beginning only.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"short":        {"short", "short"},
		"at the edge":  {strings.Repeat("n", 41), strings.Repeat("n", 41)},
		"one too many": {strings.Repeat("n", 42), strings.Repeat("n", 39) + "…"},
		"huge":         {strings.Repeat("n", 4<<20), strings.Repeat("n", 39) + "…"},
		"wide":         {strings.Repeat("空", 4<<20), strings.Repeat("空", 19) + "…"},
	} {
		if got := fit(textLine{"d", c.text}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		n := &Node{Kind: "email", Title: "mail", Detail: c.text}
		if got := utf8.RuneCountInString(n.describe()); got > 2*maxHint {
			t.Errorf("%s: the hint has %d characters", name, got)
		}
	}
}

func checkBox(t *testing.T, b *box) {
	t.Helper()
	for _, l := range b.lines {
		if w := widthOf(l.text, l.class); w+2*padding > b.w {
			t.Errorf("%s: text %q needs %d of %d", b.node.Title, l.text, w, b.w)
		}
	}
	for i, l := range b.lanes {
		if l.x < b.x || l.y < b.y+b.head || l.x+l.w > b.x+b.w || l.y+l.h > b.y+b.h {
			t.Errorf("%s: lane %d is outside", b.node.Title, i)
		}
		for _, other := range b.lanes[:i] {
			if l.x < other.x+other.w && other.x < l.x+l.w && l.y < other.y+other.h && other.y < l.y+l.h {
				t.Errorf("%s: lane %d is over another one", b.node.Title, i)
			}
		}
		end := l.y + l.head
		for _, in := range l.boxes {
			if in.x < l.x || in.y < end || in.x+in.w > l.x+l.w || in.y+in.h > l.y+l.h {
				t.Errorf("%s: node %s is outside of its lane or over another one", b.node.Title, in.node.Title)
			}
			end = in.y + in.h + gap
			checkBox(t, in)
		}
	}
}
