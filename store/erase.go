package store

import "time"

// HiddenText stands in the history for an address that was taken out.
const ErasedText = "(hidden)"

// HideQuery says which addresses are to be hidden, and how.
//
// An address is noted when its contact is deleted. Runs that were received
// until then are gone through, from the newest to the oldest: those that are
// over at once, the others as soon as they are over. Because runs of sync flows
// are only recorded when they are over, those of the last LateRuns are gone
// through once more when that time has passed. Then the note is deleted.
type EraseQuery struct {
	// Email is one address; "" is all that are noted.
	Email string
	// Limit is how many runs are looked at, at least 1.
	Limit int
	// Cleaner takes an address out of what is kept. Nil is NewEraser.
	NewEraser func(email string) Eraser
}

// LateRuns is how long after a deletion runs may still be recorded that were
// received before it.
const LateRecordTime = time.Hour

// Cleaner takes an address out of what is kept.
type Eraser interface {
	// Clean returns the bytes of a piece without the address, which may be
	// these bytes themselves but does not change them. An error says that they
	// can't be looked into; then they stay as they are.
	Erase(p Piece) ([]byte, error)
}

// Piece is a part of what is kept of a run.
type Piece struct {
	Kind  PieceKind
	Bytes []byte
	Cut   bool // the history keeps only the beginning
}

// PieceKind tells what the bytes of a piece are.
type PieceKind uint8

// The kinds of pieces.
const (
	TextPiece     PieceKind = iota // event, body, variables, input, output of the run, order key, path, message
	ResponsePiece                  // Payload.Response, and Key.Value
	OutputPiece                    // Step.Output
)

// Hidden is what a call of Hide did.
type Erased struct {
	Runs   int // that were changed
	Keys   int // whose value was changed
	Unread int // runs of which something can't be looked into
	// Open is how many runs are not over, and are gone through when they are,
	// whether the address is in them or not.
	Open int
	More bool // there is more to do at once
}

// Add counts what another call did.
func (h *Erased) Add(o Erased) {
	h.Runs, h.Keys, h.Unread = h.Runs+o.Runs, h.Keys+o.Keys, h.Unread+o.Unread
	h.Open, h.More = o.Open, o.More
}
