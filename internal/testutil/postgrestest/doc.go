// Package postgrestest runs real PostgreSQL servers for tests.
//
// A test binary starts one server with Main, and every test takes a database of
// its own from it. A test that kills the server starts one for itself. Servers
// listen on 127.0.0.1 and on a socket beside their data, keep everything in a
// folder of their own below the system's one for temporary files, and are gone
// when the test binary ends, whatever ends it.
//
// Where the programs of a server are missing the tests are skipped and say what
// to install. With CI=true in the environment they fail instead: what a missing
// server hides must not look tested.
package postgrestest
