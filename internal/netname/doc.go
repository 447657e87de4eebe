// Package netname recognizes e-mail addresses and host names.
package netname
