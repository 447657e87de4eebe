// Package erase erases the e-mail addresses of deleted contacts from the
// history. The engines of the store share it: it finds an address in bytes of any
// kind, knows the parts of a run that may hold one, and decides in which order
// runs and keys are scanned. Engines read and write.
//
// # Order
//
// An address is noted when its contact is deleted. Runs that were received until
// then are scanned from the newest to the oldest, then the values of all keys.
// Runs that are not over are noted, and scanned as soon as they are over.
//
// Runs of sync flows are recorded when they are over. So the runs of
// the last LateRecordTime are scanned once more when that time has passed. Then
// the note is deleted, once no run that is not over is left.
package erase
