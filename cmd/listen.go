package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// listen opens an address. An error names the flag that changes it.
func listen(ctx context.Context, address, flag string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		return l, nil
	}
	var wrong *net.AddrError
	var op *net.OpError
	switch {
	case errors.As(err, &wrong):
		return nil, fmt.Errorf("%q is no address to listen on; write it like \":8080\" or \"127.0.0.1:8080\"", address)
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use: stop the program that listens there, or choose another address with %s", address, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("this machine has no address %s: choose another with %s", address, flag)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this process may not listen on %s: choose a port above 1023 with %s", address, flag)
	case errors.As(err, &op):
		err = op.Err // the outer error repeats the address
	}
	return nil, fmt.Errorf("listening on %s: %w", address, err)
}

// baseURL returns the URL of a listener from this machine: the configured host,
// or localhost for a listener on all addresses, and the actual port.
func baseURL(configured string, l net.Listener, tls bool) string {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	host, _, _ := net.SplitHostPort(configured)
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "localhost"
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return scheme + "://" + l.Addr().String()
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
