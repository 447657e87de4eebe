package store

// ErasedText replaces an address that was erased from the history.
const ErasedText = "(hidden)"

// EraseQuery says which addresses are erased. An address is noted when its
// contact is deleted; see package erase for the order in which it is erased.
type EraseQuery struct {
	Email string // one address; "" is all that are noted
	Limit int    // how many runs are scanned, at least 1
	// NewEraser returns the eraser of an address. Nil is erase.New.
	NewEraser func(email string) Eraser
}

// Eraser erases an address from the stored parts of a run.
type Eraser interface {
	// Erase returns the bytes of a piece without the address. It does not change
	// the piece, but may return its bytes. After an error the piece stays as it
	// is.
	Erase(p Piece) ([]byte, error)
}

// Piece is a stored part of a run.
type Piece struct {
	Kind  PieceKind
	Bytes []byte
	Cut   bool // the history keeps only the beginning
}

// PieceKind is the kind of a piece.
type PieceKind uint8

// The kinds of pieces.
const (
	TextPiece     PieceKind = iota // event, body, variables, input, output of the run, path, message
	ResponsePiece                  // Payload.Response, and Key.Value
	OutputPiece                    // Step.Output
)

// Erased is the result of Erase.
type Erased struct {
	Runs   int // that were changed
	Keys   int // whose value was changed
	Unread int // runs with a part that the eraser could not read
	// Open is how many runs are not over. They are scanned when they are, and may
	// not hold the address.
	Open int
	More bool // there is more to erase now
}

// Add adds the result of another call.
func (e *Erased) Add(o Erased) {
	e.Runs, e.Keys, e.Unread = e.Runs+o.Runs, e.Keys+o.Keys, e.Unread+o.Unread
	e.Open, e.More = o.Open, o.More
}
