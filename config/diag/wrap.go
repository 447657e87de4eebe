package diag

import "strings"

// wrapText breaks lines of prose at spaces so that none takes more than the
// given terminal columns; 0 keeps them whole. Lines that begin with a blank
// are examples and keep their layout, and single words are never broken.
func wrapText(text string, columns int) string {
	lines := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
	var out []string
	for _, line := range lines {
		line = strings.TrimRight(line, " \t\r")
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			out = append(out, visibleVerbatim(line))
			continue
		}
		out = append(out, wrapLine(visible(line), columns)...)
	}
	return strings.Join(out, "\n")
}

func wrapLine(line string, columns int) []string {
	if columns <= 0 || cellCount(line) <= columns {
		return []string{line}
	}
	var lines []string
	current, used := "", 0
	for _, word := range strings.Fields(line) {
		cells := cellCount(word)
		if used > 0 && used+1+cells > columns {
			lines = append(lines, current)
			current, used = "", 0
		}
		if used > 0 {
			current += " "
			used++
		}
		current += word
		used += cells
	}
	return append(lines, current)
}
