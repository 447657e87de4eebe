package sqlite

import (
	"errors"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/webhook-gateway/gateway/store"
)

// code returns SQLite's result code without its details, or 0.
func resultCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// taken tells whether a unique key was there already.
func isUniqueViolation(err error) bool { return resultCode(err) == codes.SQLITE_CONSTRAINT }

// isUnavailable tells whether an error is of the storage, not of what was asked: the
// next attempt may go better.
func isUnavailable(err error) bool {
	switch resultCode(err) {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY, codes.SQLITE_BUSY,
		codes.SQLITE_LOCKED, codes.SQLITE_NOMEM, codes.SQLITE_NOTADB, codes.SQLITE_PROTOCOL, codes.SQLITE_PERM,
		codes.SQLITE_AUTH, codes.SQLITE_INTERNAL, codes.SQLITE_ABORT:
		return true
	}
	return false
}

// isDamaged tells whether a place in the file can't be read. It is no trouble for
// operations that don't go there.
func isDamaged(err error) bool { return resultCode(err) == codes.SQLITE_CORRUPT }

// errBatch says that a transaction failed as a whole.
var errTransaction = errors.New("the transaction failed")

// unavailable makes trouble recognisable. An error that says what is wrong with
// one operation stays as it is.
func wrapUnavailable(err error) error {
	if isUnavailable(err) || isDamaged(err) || errors.Is(err, errTransaction) {
		return &store.UnavailableError{Err: err}
	}
	return err
}
