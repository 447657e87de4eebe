package coverage

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes the share of each flow, and what its tests miss with the lines.
func (r *Report) WriteText(w io.Writer) error {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for i := range r.Flows {
		f := &r.Flows[i]
		reached, total := f.count()
		fmt.Fprintf(table, "%s\t%3d %%\t%d of %d\n", f.Name, f.Percent(), reached, total)
	}
	reached, total := r.count()
	fmt.Fprintf(table, "all flows\t%3d %%\t%d of %d\n", r.Percent(), reached, total)
	if err := table.Flush(); err != nil {
		return err
	}
	if reached < total {
		out.WriteString("\nNo test reaches:\n")
		r.writeMissed(&out)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (r *Report) writeMissed(out *bytes.Buffer) {
	for i := range r.Flows {
		for _, item := range r.Flows[i].Missed() {
			fmt.Fprintf(out, "  %s:%d  %s\n", item.Range.Filename, item.Range.Start.Line, item.describe())
		}
	}
}

// describe says what a test has to do to reach the item.
func (i *Item) describe() string {
	switch i.Kind {
	case Case:
		return fmt.Sprintf("case %s", i.Name)
	case OnError:
		if i.Name == string(OnError) {
			return "on_error: the flow fails"
		}
		return "on_error: " + i.Name
	case Rule:
		return fmt.Sprintf("variable %s: a request breaks the rule", i.Name)
	case Auth:
		return "auth: a caller is refused"
	}
	return "action " + i.Name
}
