// Package command holds the end-to-end tests of the command, each in processes
// of its own.
//
// The test binary is the command: with "gateway" as its name it runs
// cmd.Main. The files in testdata are scripts of one story each. The other
// tests start gateways under load and kill, stop or freeze them, fill the disk
// under them, or share one database between several. They judge by the calls
// that arrived outside and by the runs in the store.
package command
