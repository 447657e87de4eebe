package auth

import (
	"strings"
	"testing"
)

// Test cases of RFC 4231, section 4, and of RFC 2202, section 3. Their keys are
// bytes that a configuration cannot hold, so the test builds the signature.
func TestSignatureTakesTheVectorsOfTheRFCs(t *testing.T) {
	t.Parallel()
	const larger = "This is a test using a larger than block-size key and a larger than block-size data. " +
		"The key needs to be hashed before being used by the HMAC algorithm."
	cases := []struct{ name, algorithm, key, data, want string }{
		{"4231 case 1", "sha256", strings.Repeat("\x0b", 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"4231 case 1", "sha384", strings.Repeat("\x0b", 20), "Hi There", "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6"},
		{"4231 case 1", "sha512", strings.Repeat("\x0b", 20), "Hi There", "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
		{"4231 case 2", "sha256", "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{"4231 case 2", "sha384", "Jefe", "what do ya want for nothing?", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
		{"4231 case 2", "sha512", "Jefe", "what do ya want for nothing?", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
		{"4231 case 3", "sha256", strings.Repeat("\xaa", 20), strings.Repeat("\xdd", 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{"4231 case 6", "sha256", strings.Repeat("\xaa", 131), "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{"4231 case 7", "sha256", strings.Repeat("\xaa", 131), larger, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
		{"2202 case 2", "sha1", "Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
	}
	for _, tc := range cases {
		t.Run(tc.name+" "+tc.algorithm, func(t *testing.T) {
			t.Parallel()
			s := &signature{scheme: bodyHMAC("X-Sig", "", hexName).signing(tc.algorithm)}
			s.setKeys([]string{tc.key})
			for range 3 { // a hash that is used again gives the same
				if err := s.Verify(t.Context(), withBody(tc.data, "X-Sig", tc.want)); err != nil {
					t.Error(err)
				}
				if s.Verify(t.Context(), withBody(tc.data+" ", "X-Sig", tc.want)) == nil {
					t.Error("other data are let in")
				}
			}
		})
	}
}

// A request may carry several signatures, while its sender changes a
// secret: one match is enough.
func TestSignatureComparesEveryItem(t *testing.T) {
	t.Parallel()
	s := &signature{scheme: bodyHMAC("X-Sig", "v1=", hexName).listed(",")}
	s.setKeys([]string{testKey, oldKey})
	good, other := "v1="+hmacOf(t, "sha256", oldKey, "body"), "v1="+hmacOf(t, "sha256", "incorrect", "body")
	const noPrefix = `the X-Sig header does not begin with "v1="`
	checkAttempts(t, s, []attempt{
		{"the first fits", withBody("body", "X-Sig", good+","+other), ""},
		{"the last fits", withBody("body", "X-Sig", other+", v0=junk ,"+good), ""},
		{"one cannot be read", withBody("body", "X-Sig", "v1=junk,"+good), ""},
		{"none fits", withBody("body", "X-Sig", other+","+other), errMismatch.Error()},
		{"none can be read", withBody("body", "X-Sig", "v1=junk,v1="), "the X-Sig header holds no sha256 sum in hex"},
		{"none has the prefix", withBody("body", "X-Sig", "v0=junk"), noPrefix},
		{"nothing", withBody("body", "X-Sig", ""), noPrefix},
		{"as many as may be", withBody("body", "X-Sig", strings.Repeat(other+",", maxSignatures-1)+good), ""},
		{"too many", withBody("body", "X-Sig", strings.Repeat(other+",", maxSignatures)+good), "the X-Sig header holds more than 16 signatures"},
	})
	alone := &signature{scheme: bodyHMAC("X-Sig", "v1=", hexName)}
	alone.setKeys([]string{oldKey})
	checkAttempts(t, alone, []attempt{
		{"two where one is expected", withBody("body", "X-Sig", good+","+good), "the X-Sig header holds no sha256 sum in hex"},
	})
}

func TestHashesAreOfKnownAlgorithms(t *testing.T) {
	t.Parallel()
	for _, name := range hmacAlgorithms() {
		if newHash(name) == nil {
			t.Errorf("%s is unknown", name)
		}
	}
	for _, name := range append(publicKeyAlgorithms(), "md5") {
		if newHash(name) != nil {
			t.Errorf("%s has the hash of an HMAC", name)
		}
	}
}
