package cmd

import (
	"fmt"
	"io"
	"os"
)

// progressLine shows the progress of a long command on the last line of a
// terminal. A nil one shows nothing.
type progressLine struct {
	to    io.Writer
	shown bool
}

// newProgressLine returns nil if the writer is no terminal.
func newProgressLine(to io.Writer) *progressLine {
	f, ok := to.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &progressLine{to: to}
}

// show replaces the line.
func (p *progressLine) show(text string) {
	if p == nil {
		return
	}
	p.clear()
	_, _ = fmt.Fprint(p.to, text+" …")
	p.shown = true
}

// clear removes the line, before other lines are printed.
func (p *progressLine) clear() {
	if p != nil && p.shown {
		_, _ = fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = false
	}
}
