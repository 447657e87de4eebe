package richtext

// blockKind says what a block is.
type blockKind int

const (
	paragraph blockKind = iota
	heading
	code
	list
	quote
	rule
	table
)

// block is one block of a document; which fields it has depends on its kind.
type block struct {
	kind     blockKind
	spans    []span     // paragraph, heading
	level    int        // heading: 1 to 6
	text     string     // code
	language string     // code; "" where none is given
	ordered  bool       // list
	start    int        // list, ordered
	items    [][]block  // list
	inner    []block    // quote
	rows     [][][]span // table: rows of cells; the first is the head
}

// span is text in one style, or a line break.
type span struct {
	text    string
	style   style
	isBreak bool
}

// style is how a span looks. Code has no other style but a link.
type style struct {
	strong, em, strike, code bool
	link                     string // "" where the span is none
}

// strongly returns spans in bold: a heading, where headings can't stand.
func strongly(spans []span) []span {
	out := make([]span, len(spans))
	for i, s := range spans {
		s.style.strong = !s.isBreak
		out[i] = s
	}
	return out
}

// asLines returns a table as paragraphs, for where tables can't stand.
func asLines(rows [][][]span) []block {
	out := make([]block, len(rows))
	for i, cells := range rows {
		var spans []span
		for j, cell := range cells {
			if j > 0 {
				spans = append(spans, span{text: " | "})
			}
			spans = append(spans, cell...)
		}
		out[i] = block{kind: paragraph, spans: spans}
	}
	return out
}

// simple returns blocks as they may stand within a list or a quotation, which
// hold paragraphs, lists and code alone.
func simple(blocks []block) []block {
	var out []block
	for _, b := range blocks {
		switch b.kind {
		case heading:
			out = append(out, block{kind: paragraph, spans: strongly(b.spans)})
		case quote:
			out = append(out, simple(b.inner)...)
		case table:
			out = append(out, asLines(b.rows)...)
		case rule:
		default:
			out = append(out, b)
		}
	}
	return out
}
