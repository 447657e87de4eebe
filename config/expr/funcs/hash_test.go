package funcs_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestHashes(t *testing.T) {
	t.Parallel()
	yields(t, map[string][2]string{
		"sha1 of nothing":          {`sha1("")`, `"da39a3ee5e6b4b0d3255bfef95601890afd80709"`},
		"sha256 of UTF-8":          {`sha256("ü")`, `"607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f"`},
		"hmac in base64":           {`hmac("sha256", "key", "The quick brown fox jumps over the lazy dog", "base64")`, `"97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="`},
		"hmac md5":                 {`hmac("md5", "key", "The quick brown fox jumps over the lazy dog")`, `"80070713463e7749b90c2dc24911e275"`},
		"hmac sha1":                {`hmac("sha1", "key", "The quick brown fox jumps over the lazy dog", "hex")`, `"de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"`},
		"hmac sha384, RFC 4231":    {`hmac("sha384", "Jefe", "what do ya want for nothing?")`, `"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"`},
		"hmac sha512, RFC 4231":    {`substr(hmac("sha512", "Jefe", "what do ya want for nothing?"), 0, 32)`, `"164b7a7bfcf819e2e395fbe73b56e0a3"`},
		"hmac of another name":     {`hmac("sha-256", "key", "a")`, `error: there is no algorithm "sha-256"; use md5`},
		"hmac in another encoding": {`hmac("sha256", "key", "a", "base32")`, `error: use hex or base64`},
		"hmac without a key":       {`hmac("sha256", "", "a")`, `error: "key" parameter: the key is empty`},
		"hmac with too much":       {`hmac("sha256", "key", "a", "hex", "b")`, `error: only an encoding`},
		"uuidv5 of a URL":          {`uuidv5("url", "https://www.example.com/")`, `"3d3ed9d2-aa3d-5fa6-90e8-ed662e90f559"`},
		"uuidv5 of a UUID":         {`uuidv5("6BA7B810-9dad-11d1-80b4-00c04fd430c8", "www.example.com") == uuidv5("dns", "www.example.com")`, `true`},
		"uuidv5 without hyphens":   {`uuidv5("6ba7b8109dad11d180b400c04fd430c8", "a")`, `error: not a namespace`},
		"uuidv5 misplaced hyphens": {`uuidv5("6ba7b81-09dad-11d1-80b4-00c04fd430c8", "a")`, `error: not a namespace`},
		"uuidv5 of another name":   {`uuidv5("DNS", "a")`, `error: use dns, url, oid, x500 or a UUID`},
	})
}

// TestHmacFindsWrongNamesEarly tests that names in the flow are checked before the
// message is known.
func TestHmacFindsWrongNamesEarly(t *testing.T) {
	t.Parallel()
	vars := map[string]cty.Value{"raw": cty.UnknownVal(cty.String)}
	for _, source := range []string{`hmac("sha3", "key", raw)`, `hmac("sha256", "key", raw, "base85")`} {
		if _, diags := eval(t, source, vars); !diags.HasErrors() {
			t.Errorf("%s is accepted", source)
		}
	}
}
