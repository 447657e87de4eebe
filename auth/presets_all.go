package auth

import "slices"

// presets returns the senders whose signatures need only a key. To add a sender,
// add a row to a list; see scheme for the columns.
func presets() []preset {
	return slices.Concat(commonPresets())
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
