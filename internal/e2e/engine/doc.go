// Package engine holds the end-to-end tests of the gateway in this process.
//
// Two kits start a gateway. A lab has test kinds that a test controls, and no
// store: it tests requests, reloads, watched files and the listener. A durable
// gateway has the real kinds, a store on disk and a server that its flows call:
// it tests runs, retries, restarts, contacts and hostile requests.
package engine
