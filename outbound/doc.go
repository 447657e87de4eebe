// Package outbound is the one way out: every request a flow makes, and every
// connection it opens by other protocols, goes through a [Client] and so past
// one guard.
//
// The guard cannot be bypassed. The dialer resolves a host name once, and the
// policy judges each address immediately before the socket connects to it. The
// name is not resolved a second time, so an answer that changes between check
// and use (DNS rebinding) has no effect. Redirects dial through the same guard. Addresses that
// are not public are refused unless the [Policy] names them; the table in
// spaces.go says which addresses are public.
//
// What a contributor must keep:
//
//   - A URL is often a secret, and a server may echo it back. No error of this
//     package holds a URL's path, query or user, a header's value, or bytes a
//     server sent in its answer: classify.go builds every text from fixed words,
//     hosts, addresses and the TLS library's words for a handshake.
//   - A Client never changes. A new policy is a new Client, so no connection
//     outlives the policy it was judged by.
//   - The environment is not read: HTTP_PROXY and similar variables have no
//     effect, because a proxy would resolve names where the guard cannot judge
//     the addresses.
package outbound
