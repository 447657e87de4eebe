package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// presets returns the senders whose signatures need only a key. To add a sender,
// add a row to a list; see scheme for the columns.
func presets() []preset {
	return slices.Concat(commonPresets(), senderPresets(), opsPresets(), businessPresets(), aliasPresets())
}

// bodyHMAC is the scheme of senders that sign the body with HMAC-SHA-256.
func bodyHMAC(header, prefix, encoding string) scheme {
	return scheme{
		header: header, prefix: prefix, encoding: encoding, algorithm: sha256Name, secretEncoding: textName,
		payload: bodyPayload(),
	}
}

// signing returns the scheme with another algorithm.
func (s scheme) signing(algorithm string) scheme {
	s.algorithm = algorithm
	return s
}

// with returns the scheme with another payload and a time.
func (s scheme) with(payload string, t timeSource) scheme {
	s.payload, s.time = template(payload), t
	return s
}

// listed returns the scheme with several items in the header.
func (s scheme) listed(separator string) scheme {
	s.separator = separator
	return s
}

// one returns the schemes of a sender that signs in one way.
func one(s scheme) []presetScheme { return []presetScheme{{scheme: s}} }

// anyOf returns the schemes of a sender that signs in several ways.
func anyOf(schemes ...scheme) []presetScheme {
	out := make([]presetScheme, len(schemes))
	for i, s := range schemes {
		out[i].scheme = s
	}
	return out
}

// token is the scheme of senders that send the secret itself.
func token(header, prefix string) scheme {
	return scheme{header: header, prefix: prefix, encoding: textName, algorithm: tokenName, secretEncoding: textName}
}

// publicKeyScheme is the scheme of senders that sign with a private key.
func publicKeyScheme(header, algorithm, encoding string) scheme {
	s := bodyHMAC(header, "", encoding).signing(algorithm)
	s.secretEncoding = encoding
	return s
}

// withKeyIn returns the scheme with the key in another encoding.
func withKeyIn(encoding string, s scheme) scheme {
	s.secretEncoding = encoding
	return s
}

// inMillis returns the scheme with a time in milliseconds.
func inMillis(s scheme) scheme {
	s.time.format = unixMillisName
	return s
}

// isSigningToken tells the signing token of GitLab, which GitLab creates, from a
// secret token, which its user chooses.
func isSigningToken(secret string) bool { return strings.HasPrefix(secret, whsecPrefix) }

// docuSignSchemes are the headers of the keys that an account may have.
func docuSignSchemes() []presetScheme {
	schemes := make([]scheme, 10)
	for i := range schemes {
		schemes[i] = bodyHMAC(fmt.Sprintf("X-DocuSign-Signature-%d", i+1), "", base64Name)
	}
	return anyOf(schemes...)
}

// cloudinaryTolerance is the age up to which Cloudinary's own libraries accept a
// notification.
const cloudinaryTolerance = 2 * time.Hour

func cloudinaryScheme(algorithm string) scheme {
	return bodyHMAC("X-Cld-Signature", "", hexName).signing(algorithm).
		with("{body}{timestamp}", timeSource{header: "X-Cld-Timestamp", format: unixName, tolerance: cloudinaryTolerance, allowFuture: true})
}
