package racetest

import "os"

// options is the variable with the options of the race detector.
const options = "GORACE"

// endAtOnce has a process wait 10 ms for late races before it exits, not a second.
const endAtOnce = "atexit_sleep_ms=10"

// EndAtOnce makes the processes that the tests start exit without the wait of the race
// detector, which is longer than most of them run. TestMain calls it. A test that
// passes an environment of its own adds Environment to it.
func EndAtOnce() {
	if os.Getenv(options) == "" {
		_ = os.Setenv(options, endAtOnce) // it fails only for a wrong name
	}
}

// Environment returns the name and the value of the variable that EndAtOnce sets.
func Environment() (name, value string) { return options, os.Getenv(options) }
