// Package netname recognizes e-mail addresses and host names of any script, and
// compares them.
package netname
