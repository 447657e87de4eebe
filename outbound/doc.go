// Package outbound is the one way out: every request a flow makes, and every
// connection it opens by other protocols, goes through a [Client] and so past
// one guard.
//
// The guard stands where it cannot be talked around. A host name is resolved
// here, each address it yields is judged, and exactly the judged address is
// dialled; nothing resolves the name a second time, so an answer that changes
// between check and use (DNS rebinding) gains nothing. Redirects dial through
// the same guard. Addresses that are not public are refused unless the
// [Policy] names them; the table in spaces.go says which addresses are public.
//
// What a contributor must keep:
//
//   - A URL is often a secret, and a server may echo it back. No error of this
//     package holds a URL's path, query or user, a header's value, or bytes a
//     server sent in its answer: classify.go builds every text from fixed words,
//     hosts, addresses and the TLS library's words for a handshake.
//   - A Client never changes. A new policy is a new Client, so no connection
//     outlives the policy it was judged by.
//   - The environment is not read: HTTP_PROXY and its kin have no effect, since
//     a proxy would resolve names behind the guard's back.
package outbound
