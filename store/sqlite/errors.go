package sqlite

import (
	"errors"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/webhook-gateway/gateway/store"
)

// resultCode returns the primary result code of SQLite, or 0 for other errors.
func resultCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// isUniqueViolation reports whether a unique key already exists.
func isUniqueViolation(err error) bool { return resultCode(err) == codes.SQLITE_CONSTRAINT }

// isUnavailable reports whether the storage failed rather than the operation:
// the next attempt may succeed.
func isUnavailable(err error) bool {
	switch resultCode(err) {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY, codes.SQLITE_BUSY,
		codes.SQLITE_LOCKED, codes.SQLITE_NOMEM, codes.SQLITE_NOTADB, codes.SQLITE_PROTOCOL, codes.SQLITE_PERM,
		codes.SQLITE_AUTH, codes.SQLITE_INTERNAL, codes.SQLITE_ABORT:
		return true
	}
	return false
}

// isDamaged reports whether a page of the file cannot be read. Operations on
// other pages still succeed.
func isDamaged(err error) bool { return resultCode(err) == codes.SQLITE_CORRUPT }

// errTransaction says that a transaction failed as a whole.
var errTransaction = errors.New("the transaction failed")

// wrapUnavailable makes store.IsUnavailable recognize a failure of the storage.
// Errors of single operations stay as they are.
func wrapUnavailable(err error) error {
	if store.IsUnavailable(err) {
		return err
	}
	if isUnavailable(err) || isDamaged(err) || errors.Is(err, errTransaction) {
		return &store.UnavailableError{Err: err, Why: whyUnavailable(err)}
	}
	return err
}

// isDiskFull reports whether the disk has no space left. For the shared memory of
// the log SQLite has an error of its own.
func isDiskFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == codes.SQLITE_FULL || e.Code() == codes.SQLITE_IOERR_SHMSIZE)
}

// whyUnavailable names a failure of the storage for clients, or returns "".
func whyUnavailable(err error) string {
	if isDiskFull(err) {
		return "its disk is full"
	}
	switch resultCode(err) {
	case codes.SQLITE_READONLY:
		return "its file can't be written"
	case codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN:
		return "its disk fails"
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return "its file is damaged"
	}
	return ""
}
