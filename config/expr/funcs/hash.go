package funcs

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func hashFuncs() []entry {
	return []entry{
		newEntry("md5(text)", "Returns the MD5 hash of the text in hexadecimal digits. MD5 is not secure; use sha256 if you can choose.",
			hashFunc(md5.New, hex.EncodeToString), `md5("hello")`, `"5d41402abc4b2a76b9719d911017c592"`),
		newEntry("sha1(text)", "Returns the SHA-1 hash of the text in hexadecimal digits. Use sha256 if you can choose.",
			hashFunc(sha1.New, hex.EncodeToString), `sha1("hello")`, `"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"`),
		newEntry("sha256(text)", "Returns the SHA-256 hash of the text in hexadecimal digits.",
			hashFunc(sha256.New, hex.EncodeToString), `sha256("hello")`, `"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"`),
		newEntry("sha512(text)", "Returns the SHA-512 hash of the text in hexadecimal digits.",
			hashFunc(sha512.New, hex.EncodeToString), `substr(sha512("hello"), 0, 16)`, `"9b71d224bd62f378"`),
		newEntry("base64sha256(text)", "Returns the SHA-256 hash of the text in base64. It differs from base64encode(sha256(text)), which encodes the hexadecimal digits.",
			hashFunc(sha256.New, base64.StdEncoding.EncodeToString), `base64sha256("hello")`, `"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="`),
		newEntry("base64sha512(text)", "Returns the SHA-512 hash of the text in base64.",
			hashFunc(sha512.New, base64.StdEncoding.EncodeToString), `substr(base64sha512("hello"), 0, 16)`, `"m3HSJL1i83hdltRq"`),
		newEntry("hmac(algorithm, key, message[, encoding])", "Returns the HMAC (RFC 2104) of the message, to sign a request. The algorithm is md5, sha1, sha256, sha384 or sha512. The encoding is hex (default) or base64. To check the signature of an incoming request use an auth block, which reads the raw bytes. Terraform has no such function.",
			hmacFunc(), `hmac("sha256", "key", "The quick brown fox jumps over the lazy dog")`, `"f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"`),
		newEntry("uuidv5(namespace, name)", "Returns the UUID (RFC 9562, version 5) of the name in a namespace: dns, url, oid, x500 or a UUID. The same name always has the same UUID.",
			textFunc(2, cty.String, computeUUID), `uuidv5("dns", "www.example.com")`, `"2ed6657d-e927-568b-95e1-2665a8aea6a2"`),
	}
}

func hashFunc(algorithm func() hash.Hash, encode func([]byte) string) function.Function {
	return textFunc(1, cty.String, func(args []string) (cty.Value, error) {
		h := algorithm()
		h.Write([]byte(args[0])) // hash.Hash never returns an error
		return cty.StringVal(encode(h.Sum(nil))), nil
	})
}

func hmacFunc() function.Function {
	params := []function.Parameter{{Type: cty.String}, {Type: cty.String}, {Type: cty.String}}
	return function.New(&function.Spec{
		Params:       params,
		VarParam:     &function.Parameter{Type: cty.String},
		Type:         hmacType,
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			algorithm, key, message := args[0].AsString(), ctytext.String(args[1]), ctytext.String(args[2])
			if key == "" {
				return cty.NilVal, function.NewArgErrorf(1, "the key is empty")
			}
			mac := hmac.New(hashesByName()[algorithm], []byte(key))
			mac.Write([]byte(message)) // hash.Hash never returns an error
			if len(args) == 4 && args[3].AsString() == "base64" {
				return cty.StringVal(base64.StdEncoding.EncodeToString(mac.Sum(nil))), nil
			}
			return cty.StringVal(hex.EncodeToString(mac.Sum(nil))), nil
		},
	})
}

// hmacType reports wrong names even if the key and the message are unknown.
func hmacType(args []cty.Value) (cty.Type, error) {
	if len(args) > 4 {
		return cty.NilType, function.NewArgErrorf(4, "only an encoding may follow the message")
	}
	if name, ok := knownText(args[0]); ok && hashesByName()[name] == nil {
		return cty.NilType, function.NewArgErrorf(0, "there is no algorithm %q; use md5, sha1, sha256, sha384 or sha512", name)
	}
	if len(args) < 4 {
		return cty.String, nil
	}
	if name, ok := knownText(args[3]); ok && name != "hex" && name != "base64" {
		return cty.NilType, function.NewArgErrorf(3, "there is no encoding %q; use hex or base64", name)
	}
	return cty.String, nil
}

func hashesByName() map[string]func() hash.Hash {
	return map[string]func() hash.Hash{
		"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	}
}

// computeUUID follows RFC 9562, section 5.5, with the namespaces of section 6.6.
func computeUUID(args []string) (cty.Value, error) {
	const rest = "-9dad-11d1-80b4-00c04fd430c8"
	namespace := args[0]
	switch namespace {
	case "dns":
		namespace = "6ba7b810" + rest
	case "url":
		namespace = "6ba7b811" + rest
	case "oid":
		namespace = "6ba7b812" + rest
	case "x500":
		namespace = "6ba7b814" + rest
	}
	space, err := hex.DecodeString(strings.ReplaceAll(namespace, "-", ""))
	if err != nil || len(space) != 16 || !isHyphenated(namespace) {
		return cty.NilVal, function.NewArgErrorf(0, "%q is not a namespace; use dns, url, oid, x500 or a UUID", args[0])
	}
	h := sha1.New()
	h.Write(space)
	h.Write([]byte(args[1]))
	id := h.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	text := hex.EncodeToString(id)
	return cty.StringVal(strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")), nil
}

// isHyphenated reports whether a text has the hyphens of a UUID.
func isHyphenated(uuid string) bool {
	return len(uuid) == 36 && uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-'
}
