// Package mariadbtest runs a real MariaDB server for tests.
//
// A test binary starts one server with Main when the first test asks for it,
// and every test takes a database of its own from it. The server listens on
// 127.0.0.1 and on a socket beside its data, keeps everything in a folder of its
// own below the system's one for temporary files, and is gone when the test
// binary ends.
//
// Where the server is missing the tests are skipped, and say what to install;
// in continuous integration (CI=true) they fail.
package mariadbtest
