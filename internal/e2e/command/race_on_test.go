//go:build race

package command_test

// raceDetector: the tests, and the command that they start, run with the race
// detector, which takes several times the memory.
const raceDetector = true
