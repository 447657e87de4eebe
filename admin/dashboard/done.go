package dashboard

import (
	"net/http"
	"net/url"
	"strings"
)

// A form answers with a redirect to a page, which says once what was done. The redirect
// puts the word for it into a cookie of that page, and the page deletes it: a page that is
// loaded again or sent to somebody does not say it again.
const (
	doneCookie = "gateway_done"
	doneAge    = 60 // seconds
)

// withDone returns the address of a page with the word for what was done.
func withDone(page, word string) string { return page + "?done=" + word }

// moveDone puts the word that an address has into a cookie, and returns the address
// without it.
func moveDone(w http.ResponseWriter, r *http.Request, next string) string {
	page, word, found := strings.Cut(next, "?done=")
	if !found {
		return next
	}
	u, err := url.Parse(page)
	if err != nil {
		return page
	}
	setDone(w, r, u.EscapedPath(), word, doneAge)
	return page
}

func setDone(w http.ResponseWriter, r *http.Request, path, word string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: doneCookie, Value: word, Path: path, MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// doneMessage returns the message about what was done before the redirect to a page.
func doneMessage(r *http.Request) string {
	c, err := r.Cookie(doneCookie)
	if err != nil {
		return ""
	}
	return map[string]string{
		"retry":      "The run was queued again.",
		"cancel":     "The run was cancelled.",
		"dismiss":    "The run was dismissed.",
		"start":      "The run was queued.",
		"tag":        "The tags of the contact were changed.",
		"erase":      "The contact was deleted, and its address was removed from the history.",
		"erase-more": "The contact was deleted. The gateway goes on to remove its address from the history.",
		"revoke":     "The key was revoked.",
		"pause":      "The flow was paused.",
		"resume":     "The flow was resumed.",
		"reload":     "The flow files were loaded.",
	}[c.Value]
}
