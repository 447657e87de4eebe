package auth

// BodySignature returns the algorithm of a check that accepts an HMAC of a body and of
// nothing else, with the secret as its key; "" for other checks. Who gets the body
// signed elsewhere can send it.
func BodySignature(c Check) string {
	switch c := c.(type) {
	case *hmacCheck:
		return c.bodyAlgorithm()
	case *presetCheck:
		for _, one := range c.preset.schemes {
			if algorithm := one.bodyAlgorithm(); algorithm != "" {
				return algorithm
			}
		}
	}
	return ""
}

func (s scheme) bodyAlgorithm() string {
	isBody := len(s.payload) == 1 && s.payload[0].source == fromBody
	if !isBody || s.time.isChecked() || newHash(s.algorithm) == nil || s.secretEncoding != textName {
		return ""
	}
	return s.algorithm
}
