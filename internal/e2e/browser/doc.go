// Package browser holds the end-to-end tests of the dashboard: a gateway in a
// process of its own, and a headless Chromium that uses its pages as a person
// would.
//
// The tests need the package chromium of Debian, which scripts/setup installs.
// Without it they are skipped, but fail where CI is set.
package browser
