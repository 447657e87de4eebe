package jira

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/outbound"
)

// statusError makes the error of a failed response. For a 400 it repeats
// Jira's messages, unless hideAnswer is set: the messages may quote values.
func statusError(r *outbound.Response, now time.Time, doing string, hideAnswer bool) error {
	if e := web.TemporaryStatus(r, now); e != nil {
		e.Message = fmt.Sprintf("%s: Jira answered %d %s", doing, r.Status, http.StatusText(r.Status))
		return e
	}
	e := &flow.Error{Class: flow.Permanent, Remote: true}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Message = "Jira does not accept the credentials of the connection; make another token, and check the e-mail address or user name that goes with it"
	case http.StatusForbidden:
		e.Message = "the credentials of the connection may not do this in Jira; give the account the permission in the project"
		if strings.Contains(r.Header.Get("X-Authentication-Denied-Reason"), "CAPTCHA") {
			e.Message = "Jira asks the account of the connection for a CAPTCHA after failed logins; sign in once in a browser"
		}
	case http.StatusNotFound:
		e.Message = "it does not exist in Jira, or the account of the connection may not see it"
	case http.StatusGone:
		e.Message = "this Jira does not have that part of the API; check flavour in the connection"
	default:
		e.Message = fmt.Sprintf("Jira answered %d %s", r.Status, http.StatusText(r.Status))
		if r.Status < http.StatusBadRequest {
			e.Message += ", which is not Jira's answer to this; see that base_url in the connection is its address, and no page to sign in"
		}
	}
	if r.Status == http.StatusBadRequest {
		if faults := listFaults(web.DecodeObject(r), hideAnswer); faults != "" {
			e.Message = "Jira refused it: " + faults
		}
	}
	e.Message = doing + ": " + e.Message
	return e
}

// maxFaultLength bounds each message of Jira that an error repeats.
const maxFaultLength = 200

// listFaults lists the fields that Jira refuses, with its messages, and its
// general messages.
func listFaults(body map[string]any, hideAnswer bool) string {
	var out []string
	fields, _ := body["errors"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text, _ := fields[name].(string)
		if hideAnswer || text == "" {
			out = append(out, cleanRemark(name))
		} else {
			out = append(out, cleanRemark(name)+": "+cleanRemark(text))
		}
	}
	messages, _ := body["errorMessages"].([]any)
	for _, m := range messages {
		if text, ok := m.(string); ok && !hideAnswer {
			out = append(out, cleanRemark(text))
		}
	}
	if len(out) > 10 {
		out = append(out[:10], "…")
	}
	return strings.Join(out, "; ")
}

// cleanRemark returns a text of Jira's for one line of a message.
func cleanRemark(text string) string {
	return strings.TrimRight(termtext.Line(text, maxFaultLength), ".")
}
