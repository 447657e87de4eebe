package links_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/links"
)

var key = []byte("0123456789abcdef")

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"jane@example.com", "Jürgen+tag@bücher.example", strings.Repeat("x", 240) + "@example.com", ""} {
		token := links.Seal(key, "offer", email)
		if token != links.Seal(key, "offer", email) {
			t.Error("the token of an address changes")
		}
		if strings.ContainsAny(token, "+/=") || email != "" && strings.Contains(token, email) {
			t.Errorf("token %s", token)
		}
		if got, err := links.Open(key, "offer", token); err != nil || got != email {
			t.Errorf("opened %q: %v", got, err)
		}
	}
}

// Links in mails that were sent must go on to work.
func TestTokenStays(t *testing.T) {
	t.Parallel()
	key := []byte("0123456789abcdef0123456789abcdef")
	const token = "Jy5DLeq3iRKKQHEskkXHdndcP8gz6R2lqEx2HOMo4lb6ybfNod2mOt06uw"
	if got := links.Seal(key, "confirm", "ann@example.com"); got != token {
		t.Errorf("sealed as %s, want %s", got, token)
	}
	if got, err := links.Open(key, "confirm", token); err != nil || got != "ann@example.com" {
		t.Errorf("opened as %q: %v", got, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	good := links.Seal(key, "offer", "jane@example.com")
	changed := "A" + good[1:]
	if good[0] == 'A' {
		changed = "B" + good[1:]
	}
	for name, try := range map[string]struct {
		key         []byte
		flow, token string
	}{
		"another key":   {[]byte("fedcba9876543210"), "offer", good},
		"another flow":  {key, "other", good},
		"changed":       {key, "offer", changed},
		"cut":           {key, "offer", good[:len(good)-4]},
		"short":         {key, "offer", "AAAA"},
		"empty":         {key, "offer", ""},
		"a line break":  {key, "offer", good + "\n"},
		"other bits":    {key, "offer", good[:len(good)-1] + string(good[len(good)-1]+1)},
		"not base64":    {key, "offer", "!" + good},
		"another email": {key, "offer", links.Seal(key, "offer", "joe@example.com")[:16] + good[16:]},
	} {
		if got, err := links.Open(try.key, try.flow, try.token); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(links.Seal(key, "offer", "jane@example.com"))
	f.Add("")
	f.Add("-Se1XdrxQdNu7BUfegpSVaom_a_no6OYtwG_kumawdz37pNoiX4TvNp0tVm")
	f.Fuzz(func(t *testing.T, token string) {
		email, err := links.Open(key, "offer", token)
		if err == nil && links.Seal(key, "offer", email) != token {
			t.Errorf("%q opens as %q and is not its token", token, email)
		}
	})
}
