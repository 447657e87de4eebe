package explain

import (
	"fmt"
	"strings"
)

// Text writes the explanation for people.
func (x *Explanation) Text() string {
	w := &writer{}
	w.line(0, "Flow %q%s", x.Flow, labelOf(x))
	if x.Description != "" {
		w.line(0, "%s", x.Description)
	}
	w.line(0, "%s:%d", x.File, x.Line)
	if !x.Enabled {
		w.line(0, "It is disabled (enabled = false): nothing starts it.")
	}
	w.sentences("When it starts", x.Starts)
	w.sentences("Who may call", x.Callers)
	if len(x.Checks) > 0 {
		w.title("What is checked, in this order")
		for _, c := range x.Checks {
			w.line(1, "%s. Otherwise: %s.", c.Text, c.Otherwise)
		}
	}
	if len(x.Inputs) > 0 {
		w.title("Variables")
		for _, in := range x.Inputs {
			w.line(1, "%s: %s, from %s", in.Name, in.Text, in.Place)
		}
	}
	w.title("What it does")
	w.actions(1, x.Actions, "", 0)
	w.sentences("If an action fails the run", x.Failure)
	w.actions(1, x.OnError, "", 0)
	if len(x.Answers) > 0 {
		w.title("What the caller gets")
		for _, a := range x.Answers {
			w.line(1, "%s if %s.", a.Status, a.When)
		}
	}
	return w.b.String()
}

func labelOf(x *Explanation) string {
	if x.Label == x.Flow {
		return ""
	}
	return ": " + x.Label
}

type writer struct{ b strings.Builder }

func (w *writer) line(indent int, format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", indent) + strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (w *writer) title(text string) { w.b.WriteString("\n" + text + "\n") }

func (w *writer) sentences(title string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.title(title)
	for _, t := range texts {
		w.line(1, "%s.", t)
	}
}

// actions numbers actions: 2.1 is the first action inside of the second.
// before is the number of actions in the lanes before.
func (w *writer) actions(indent int, list []Action, prefix string, before int) {
	for i := range list {
		a := &list[i]
		number := fmt.Sprintf("%s%d", prefix, before+i+1)
		w.line(indent, "%s. %s (%s, line %d) %s.", number, a.Name, a.Kind, a.Line, a.Does)
		if a.When != "" {
			w.line(indent+1, "Only if %s.", a.When)
		}
		if len(a.Reads) > 0 {
			w.line(indent+1, "Reads %s.", strings.Join(a.Reads, ", "))
		}
		if len(a.Fails) > 0 {
			w.line(indent+1, "Fails if %s: %s.", strings.Join(a.Fails, ", or "), a.Then)
		}
		w.lanes(indent+1, a.Lanes, number+".")
	}
}

func (w *writer) lanes(indent int, lanes []Lane, prefix string) {
	before := 0
	for _, l := range lanes {
		if l.Title != "" {
			w.line(indent, "%s%s:", l.Title, suffix(", if ", l.When))
			if len(l.Actions) == 0 {
				w.line(indent+1, "Nothing.")
			}
			w.actions(indent+1, l.Actions, prefix, before)
		} else {
			w.actions(indent, l.Actions, prefix, before)
		}
		before += len(l.Actions)
	}
}
