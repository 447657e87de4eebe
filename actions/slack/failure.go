package slack

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// codePattern matches Slack's error codes. Errors repeat no other part of an
// answer.
var codePattern = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// scopePattern matches the names of scopes.
var scopePattern = regexp.MustCompile(`^[a-z.:]{1,40}$`)

// pointerPattern finds the JSON pointer in Slack's message about a block.
var pointerPattern = regexp.MustCompile(`\[json-pointer:((?:/[A-Za-z0-9_]+)+)\]`)

// methodError makes the error of a failed call of the Web API, nil if the call
// succeeded. A success has the status 200 and "ok": true.
func methodError(r *outbound.Response, body map[string]any, now time.Time) error {
	code, _ := body["error"].(string)
	switch {
	case r.Status == http.StatusOK && body["ok"] == true:
		return nil
	case r.Status == http.StatusOK && codePattern.MatchString(code):
		return codeError(r, code, body, now)
	case r.Status == http.StatusOK:
		return &flow.Error{Class: flow.Permanent, Remote: true, Message: r.Target + ": the answer is not one of Slack's; base_url may lead elsewhere"}
	case !codePattern.MatchString(code):
		code = ""
	}
	return statusError(r, code, now)
}

// webhookError makes the error of an incoming webhook, which answers "ok", or
// reports the status and, in the body, a code.
func webhookError(r *outbound.Response, now time.Time) error {
	code := strings.TrimSpace(string(r.Body))
	if r.Status == http.StatusOK {
		if code == "ok" {
			return nil
		}
		return &flow.Error{Class: flow.Permanent, Remote: true, Message: "the answer is not that of a webhook of Slack, which answers \"ok\"; webhook_url may lead elsewhere"}
	}
	if !codePattern.MatchString(code) {
		code = ""
	}
	return statusError(r, code, now)
}

// statusError makes the error of a status and, if there is one, a code.
func statusError(r *outbound.Response, code string, now time.Time) error {
	if e := web.TemporaryStatus(r, now); e != nil {
		e.Message = fmt.Sprintf("Slack answered %d %s", r.Status, http.StatusText(r.Status))
		return e
	}
	if code != "" {
		return codeError(r, code, nil, now)
	}
	return &flow.Error{Class: flow.Permanent, Remote: true, Message: fmt.Sprintf("Slack answered %d %s", r.Status, http.StatusText(r.Status))}
}

// codeError makes the error of a code.
func codeError(r *outbound.Response, code string, body map[string]any, now time.Time) error {
	e := &flow.Error{Class: flow.Permanent, Remote: true, Message: "Slack refused the message: " + code}
	switch code {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		e.Class, e.Reason, e.RetryAfter = flow.Transient, flow.Reason429, web.RetryAfter(r.Header, now)
		e.Message = "Slack asks for fewer messages: " + code
	case "fatal_error", "internal_error", "service_unavailable", "team_added_to_org":
		e.Class, e.Reason, e.RetryAfter = flow.Transient, flow.Reason5xx, web.RetryAfter(r.Header, now)
		e.Message = "Slack has a fault of its own: " + code
	case "request_timeout":
		e.Class, e.Reason = flow.Transient, flow.ReasonTimeout
	case "missing_scope":
		e.Message += adviseOnScope(body)
	default:
		if cure := adviseOn(code); cure != "" {
			e.Message += ": " + cure
		}
	}
	if places := blockPointers(body); places != "" {
		e.Message += "; Slack points to " + places
	}
	return e
}

func adviseOnScope(body map[string]any) string {
	needed, _ := body["needed"].(string)
	for scope := range strings.SplitSeq(needed, ",") {
		if !scopePattern.MatchString(scope) {
			needed = "chat:write"
		}
	}
	return ": the app lacks the scope " + needed + "; add it and install the app again"
}

// blockPointers lists the faulty places in the blocks.
func blockPointers(body map[string]any) string {
	metadata, _ := body["response_metadata"].(map[string]any)
	messages, _ := metadata["messages"].([]any)
	var out []string
	for _, m := range messages {
		text, _ := m.(string)
		if place := pointerPattern.FindStringSubmatch(text); place != nil && len(out) < 5 {
			out = append(out, place[1])
		}
	}
	return strings.Join(out, ", ")
}

// adviseOn says what to do about a code, "" if there is no advice.
func adviseOn(code string) string {
	switch code {
	case "not_in_channel":
		return "the bot is not a member of the channel; invite it there with /invite"
	case "channel_not_found":
		return "the channel does not exist, or it is private and the bot is not a member; check the name or give the id, and invite the bot"
	case "is_archived", "channel_is_archived":
		return "the channel is archived; bring it back or use another"
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "org_login_required":
		return "the token of the connection is not accepted; install the app again and use its bot token"
	case "not_allowed_token_type", "no_permission", "access_denied", "ekm_access_denied":
		return "the token is not one that may post; use the bot token of an app with the scope chat:write"
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel", "action_prohibited", "posting_to_general_channel_denied":
		return "a setting of the workspace or the channel forbids it; ask its administrators"
	case "no_text", "missing_text_or_fallback_or_attachments":
		return "the message has neither text nor blocks"
	case "msg_too_long", "msg_blocks_too_long":
		return "the message is too long; send less, or several messages"
	case "too_many_attachments", "invalid_blocks", "invalid_blocks_format", "block_mismatch":
		return "the blocks are not valid Block Kit"
	case "invalid_payload", "invalid_arguments":
		return "Slack can't make a message of it; check blocks"
	case "invalid_thread_ts", "thread_not_found", "cannot_reply_to_message":
		return "thread is not the ts of a message in the channel"
	case "no_service", "no_service_id", "no_team", "no_active_hooks", "invalid_token", "team_disabled", "webhook_disabled":
		return "the incoming webhook was taken away or is disabled; make another one"
	}
	return ""
}
