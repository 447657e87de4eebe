package apikey

import (
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"regexp"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^gwk_[a-z2-7]{59}$`)
	seen := map[string]bool{}
	for range 100 {
		key := New()
		if !form.MatchString(key) || seen[key] {
			t.Fatalf("%q", key)
		}
		seen[key] = true
		if err := Check(key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
		if hint := Hint(key); len(hint) != 10 || !strings.HasPrefix(key, hint) {
			t.Errorf("the hint is %q", hint)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	key := New()
	const foreign, mistyped = "no key of the gateway", "incomplete or mistyped"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", foreign},
		{"another prefix", "ghp_" + key[4:], foreign},
		{"prefix alone", "gwk_", mistyped},
		{"cut", key[:len(key)-1], mistyped},
		{"longer", key + "a", mistyped},
		{"one letter changed", key[:10] + otherLetter(key[10]) + key[11:], mistyped},
		{"upper case", "gwk_" + strings.ToUpper(key[4:]), mistyped},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := Check(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := Check(key); err != nil {
		t.Error(err)
	}
}

func otherLetter(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

// The hash is plain SHA-256, so that stored keys stay valid.
func TestHash(t *testing.T) {
	t.Parallel()
	if got := Hash("abc"); got[0] != 0xba || got[31] != 0xad {
		t.Errorf("%x", got)
	}
}

// The checksum is that of the standard library, so that scanners can verify it.
func TestChecksum(t *testing.T) {
	t.Parallel()
	payload := strings.Repeat("gwk2", payloadLength/4)
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(payload)))
	want := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum))
	if got := checksum(payload); string(got[:]) != want {
		t.Errorf("got %s, want %s", got[:], want)
	}
}
