//go:build race

package examples_test

// raceDetector: tests take several times longer.
const raceDetector = true
