package diag

// SGR parameters of ECMA-48, each ready to be joined with others.
const (
	bold   = ";1"
	red    = ";31"
	yellow = ";33"
	blue   = ";34"
)

// palette colours text, or leaves it alone when it is false.
type palette bool

func (p palette) apply(style, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + style[1:] + "m" + text + "\x1b[0m"
}
