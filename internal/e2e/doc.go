// Package e2e holds the end-to-end tests: each one starts a whole gateway and
// judges it from outside, by its answers, its store, its log and its metrics.
//
//	engine    a gateway in this process, with test kinds or with a store on disk
//	command   the command in processes of its own: scripts, crashes, replicas
//	examples  the example flows
//	browser   the dashboard in a headless Chromium
//
// Run all of them with "go test ./internal/e2e/..." or one with
// "go test ./internal/e2e/command -run TestCrash". Tests of replicas need a
// PostgreSQL server, and the tests of a full disk need Linux.
package e2e
