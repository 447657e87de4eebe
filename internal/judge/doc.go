// Command judge writes signed requests of senders, and the verdict on each of
// them, as the test vectors of package auth: auth/testdata/vectors.
//
// A vector file has one judge. For most of the larger senders it is the library
// that the sender publishes: it signs or it judges each request, genuine ones and
// changed ones. For the others the requests are signed here from the documentation
// of the sender, by code that shares nothing with package auth, and the file names
// two independent readings of it.
//
// The module is separate, so that the libraries are no dependencies of the
// gateway. `make judge-signatures` runs it; CI runs only the tests with the vectors.
package main
