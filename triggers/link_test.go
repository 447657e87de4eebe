package triggers

import "testing"

// TestRedirectIsAURL: what the file gives is sent as RFC 3986 writes it, whose
// characters are all of ASCII.
func TestRedirectIsAURL(t *testing.T) {
	t.Parallel()
	for redirect, want := range map[string]string{
		"https://shop.example.com/offer?a=b%20c#d": "https://shop.example.com/offer?a=b%20c#d",
		"https://shop.example.com/größe?q=ä b":     "https://shop.example.com/gr%C3%B6%C3%9Fe?q=%C3%A4%20b",
	} {
		if got := (&link{redirect: redirect}).redirectResponse().Header.Get("Location"); got != want {
			t.Errorf("%s is sent as %s", redirect, got)
		}
	}
}
