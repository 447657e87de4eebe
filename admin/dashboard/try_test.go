package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
	"github.com/webhook-gateway/gateway/store"
)

// tryFields fills the form that tries flow orders of the detailed flows.
func tryFields(changes map[string]string) url.Values {
	out := url.Values{
		"method": {"POST"}, "path.region": {"eu west/1"}, "query": {"limit=3"}, "username": {"shop"}, "password": {"written-in-the-file"},
		"headers": {"X-Event: order\r\n\r\nX-Other: a:b\r\n"}, "type": {"application/json"}, "body": {`{"email":"jane@example.com","order":{"items":[]}}`},
	}
	for name, text := range changes {
		out.Set(name, text)
	}
	return out
}

func TestTry(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, detailed))
	page := s.get("/flows/orders/try", 200)
	wantText(t, page, "Try orders", "/shop/{region}/orders", "region", "User", "Password", `"email": "jane@example.com"`)
	wantNone(t, page, "written-in-the-file")

	w := s.call(http.MethodPost, "/flows/orders/try", tryFields(nil))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	page = s.get(w.Header().Get("Location"), 200)
	wantText(t, page, "The flow answered 200", "X-Event: order", "X-Other: a:b", `"items": []`)
	wantNone(t, page, "written-in-the-file")
	if !strings.Contains(page, `name="path.region" value="eu west/1"`) || !strings.Contains(page, `name="query" value="limit=3"`) {
		t.Errorf("the form does not have the values of the request: %s", page)
	}
	run := s.get(linkTo(t, page, "See the run"), 200)
	wantText(t, run, "signed in by basic as shop", "/shop/eu%20west%2F1/orders?limit=3")
	wantNone(t, run, "written-in-the-file")
	wantText(t, s.get(linkTo(t, run, "Try the flow with this request"), 200), "X-Other: a:b")
	wantText(t, s.get("/audit", 200), "flow.try orders ok")
}

func TestTryFaults(t *testing.T) {
	t.Parallel()
	s := withPages(admintest.New(t, detailed))
	for _, c := range []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"wrong password", map[string]string{"password": "wrong"}, "answered 401"},
		{"no password", map[string]string{"password": ""}, "answered 401"},
		{"wrong body", map[string]string{"body": `{"email":5}`}, "answered 422"},
		{"wrong method", map[string]string{"method": "DELETE"}, "The flow takes POST."},
		{"wrong headers", map[string]string{"headers": "no colon"}, "Each line of the headers has a name and a value"},
		{"forged field", map[string]string{"headers": "X Y: 1"}, "Each line of the headers has a name and a value"},
		{"control character in a field", map[string]string{"headers": "X-A: a\x00b"}, "Each line of the headers has a name and a value"},
		{"name that is none", map[string]string{"headers": "X\u200bA: b"}, "Each line of the headers has a name and a value"},
		{"no region", map[string]string{"path.region": ""}, "The path of the request is not that of the flow"},
	} {
		w := s.call(http.MethodPost, "/flows/orders/try", tryFields(c.changes))
		page := w.Body.String()
		if w.Code == http.StatusSeeOther {
			page = s.get(w.Header().Get("Location"), 200)
		}
		if !strings.Contains(textOf(page), c.want) {
			t.Errorf("%s: %d lacks %q: %s", c.name, w.Code, c.want, textOf(page))
		}
		if typed := c.changes["body"]; typed != "" && !strings.Contains(textOf(page), typed) {
			t.Errorf("%s: the form lost the body: %s", c.name, textOf(page))
		}
	}
	large := url.Values{"body": {strings.Repeat("x", 1<<20)}}
	if w := s.call(http.MethodPost, "/flows/orders/try", large); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "A form has at most 1 MiB") {
		t.Errorf("a large form: %d %s", w.Code, textOf(w.Body.String()))
	}
	for _, name := range []string{"nightly", "offer", "none"} {
		s.get("/flows/"+name+"/try", http.StatusNotFound)
	}
	if w := s.call(http.MethodPost, "/flows/nightly/try", tryFields(nil)); w.Code == http.StatusSeeOther {
		t.Error("a request was sent to a flow that takes none")
	}
	wantText(t, s.get("/flows/signed/try", 200), "Callers sign their requests ( github ). A dry run signs for you. To send it for real, give the signature as a header, or run gateway send signed where the secrets are.")
	other := s.Record(&store.Entry{Flow: "signed", State: store.Refused, Payload: store.Payload{Event: []byte(`{"method":"POST","url":"/signed"}`), Body: []byte("secret of another flow")}})
	wantNone(t, s.get("/flows/orders/try?from="+other, 200), "secret of another flow")
}

// TestRefusedRequest shows what a refused request had and which values were wrong.
func TestRefusedRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const detail = `{"refused":{"method":"POST","path":"/x/<script>","remote_ip":"192.0.2.7","faults":[{"in":"body","pointer":"/a<b>","detail":"This must match."}]}}`
	id := s.Record(&store.Entry{Flow: "x", State: store.Refused, Status: 422, Cause: store.Cause{Reason: "invalid", Message: "1 value is wrong.", Detail: detail}})
	page := s.get("/runs/"+id, 200)
	wantText(t, page, "POST /x/<script> from 192.0.2.7", "Missing or wrong values", "body /a<b> This must match.")
	wantNone(t, page, "<script>", "No action ran")
}
