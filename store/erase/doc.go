// Package erase erases the e-mail addresses of deleted contacts from the
// history. It has what the engines of the store share: finding an address in
// bytes of any kind, the parts of a run that may hold one, and the order in which
// runs and keys are scanned. Engines read and write.
//
// # Order
//
// An address is noted when its contact is deleted. Runs that were received until
// then are scanned from the newest to the oldest, then the values of all keys.
// Runs that are not over are noted, and scanned as soon as they are over.
//
// Runs of sync flows are recorded when they are over. So what the last
// LateRecordTime brought is scanned once more when that time has passed. Then
// the note is deleted, once no run that is not over is left.
package erase
