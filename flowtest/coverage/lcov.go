package coverage

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
)

// WriteLCOV writes the report in the tracefile format of lcov (geninfo(1)), which
// coverage services and editors read. Each action is a line (DA); the other items
// are branches (BRDA) of their lines.
func (r *Report) WriteLCOV(w io.Writer) error {
	var out bytes.Buffer
	for _, name := range r.fileNames() {
		writeFileLCOV(&out, name, r.inFile(name))
	}
	_, err := w.Write(out.Bytes())
	return err
}

func writeFileLCOV(out *bytes.Buffer, name string, items []Item) {
	fmt.Fprintf(out, "TN:\nSF:%s\n", name)
	lines := map[int]int{}
	branches, taken, number := 0, 0, map[int]int{}
	for _, i := range items {
		line := i.Range.Start.Line
		if i.Kind == Action {
			lines[line] += i.Hits
			continue
		}
		fmt.Fprintf(out, "BRDA:%d,0,%d,%d\n", line, number[line], i.Hits)
		number[line]++
		branches++
		if i.Hits > 0 {
			taken++
		}
		lines[line] = max(lines[line], i.Hits)
	}
	fmt.Fprintf(out, "BRF:%d\nBRH:%d\n", branches, taken)
	reached := 0
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(out, "DA:%d,%d\n", line, lines[line])
		if lines[line] > 0 {
			reached++
		}
	}
	fmt.Fprintf(out, "LF:%d\nLH:%d\nend_of_record\n", len(lines), reached)
}
