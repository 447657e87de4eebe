package slackd

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"unicode/utf8"
)

// The limits that Slack documents.
const (
	longestText = 40000
	mostBlocks  = 50
)

var (
	threadForm = regexp.MustCompile(`^\d{10}\.\d{6}$`)
	// entityForm finds what an ampersand or an angle bracket may begin in
	// mrkdwn: the three escapes, links, and what addresses people and channels.
	entityForm = regexp.MustCompile(`&(?:amp|lt|gt);|<(?:https?://[^\s<>|]+|mailto:[^\s<>|]+|[@#!][A-Za-z0-9_^-]+)(?:\|[^<>]*)?>`)
	bareForm   = regexp.MustCompile(`[&<>]`)
)

func (s *Server) postMessage(r *http.Request, body []byte) answer {
	switch auth := r.Header.Get("Authorization"); auth {
	case "":
		return refused("not_authed")
	case "Bearer " + Token:
	default:
		return refused("invalid_auth")
	}
	in, code := object(r, body)
	if code != "" {
		return refused(code)
	}
	m, code, detail := readMessage(in, "channel")
	if code != "" {
		return refused(code, detail)
	}
	channel, ok := in["channel"].(string)
	if !ok {
		return refused("invalid_arguments", "[ERROR] missing required field: channel")
	}
	switch channel {
	case "#alerts", "alerts", "C0ALERTS":
		m.Channel = "C0ALERTS"
	case "#private", "private", "C0PRIVATE":
		return refused("not_in_channel")
	case "#old", "old", "C0OLD":
		return refused("is_archived")
	default:
		return refused("channel_not_found")
	}
	m = s.add(m)
	return method(map[string]any{
		"ok": true, "channel": m.Channel, "ts": m.TS,
		"message": map[string]any{"type": "message", "text": m.Text, "ts": m.TS, "bot_id": "B0BOT"},
	})
}

func (s *Server) hook(r *http.Request, body []byte) answer {
	plain := func(status int, text string) answer { return answer{status, "text/html", text} }
	in, code := object(r, body)
	if code != "" {
		return plain(http.StatusBadRequest, "invalid_payload")
	}
	m, code, _ := readMessage(in)
	if code != "" {
		return plain(http.StatusBadRequest, code)
	}
	m.Webhook, m.Channel = true, "C0ALERTS"
	s.add(m)
	return plain(http.StatusOK, "ok")
}

// readMessage reads what both ways share; also names the arguments of one.
func readMessage(in map[string]any, also ...string) (m Message, code, detail string) {
	for name := range in {
		if !slices.Contains(append(also, "text", "blocks", "thread_ts"), name) {
			return m, "invalid_arguments", "[ERROR] unknown field: " + name
		}
	}
	if v, given := in["text"]; given {
		text, ok := v.(string)
		switch {
		case !ok:
			return m, "invalid_arguments", "[ERROR] must be a string: text"
		case utf8.RuneCountInString(text) > longestText:
			return m, "msg_too_long", ""
		case bareForm.MatchString(entityForm.ReplaceAllString(text, "")):
			return m, "invalid_arguments", "[ERROR] text is not escaped"
		}
		m.Text = text
	}
	if v, given := in["thread_ts"]; given {
		if m.Thread, _ = v.(string); !threadForm.MatchString(m.Thread) {
			return m, "invalid_thread_ts", ""
		}
	}
	if v, given := in["blocks"]; given {
		list, ok := v.([]any)
		if !ok || len(list) == 0 || len(list) > mostBlocks {
			return m, "invalid_blocks", "[ERROR] a list of 1 to 50 blocks [json-pointer:/blocks]"
		}
		for i, b := range list {
			if fault := checkBlock(b); fault != "" {
				return m, "invalid_blocks", fmt.Sprintf("[ERROR] %s [json-pointer:/blocks/%d]", fault, i)
			}
		}
		m.Blocks = list
	}
	if m.Text == "" && len(m.Blocks) == 0 {
		return m, "no_text", ""
	}
	return m, "", ""
}

// checkBlock knows the blocks that messages are mostly made of.
func checkBlock(v any) string {
	b, _ := v.(map[string]any)
	switch b["type"] {
	case "divider":
		return ""
	case "section":
		if b["fields"] != nil && b["text"] == nil {
			return checkTexts(b["fields"])
		}
		return checkText(b["text"], 3000, "mrkdwn", "plain_text")
	case "header":
		return checkText(b["text"], 150, "plain_text")
	case "context":
		return checkTexts(b["elements"])
	case "actions", "image", "rich_text", "input", "file", "video", "markdown":
		return ""
	}
	return fmt.Sprintf("unsupported type: %v", b["type"])
}

func checkTexts(v any) string {
	list, ok := v.([]any)
	if !ok || len(list) == 0 || len(list) > 10 {
		return "must be a list of 1 to 10 elements"
	}
	for _, e := range list {
		if fault := checkText(e, 2000, "mrkdwn", "plain_text"); fault != "" {
			return fault
		}
	}
	return ""
}

func checkText(v any, longest int, kinds ...string) string {
	o, _ := v.(map[string]any)
	kind, _ := o["type"].(string)
	text, ok := o["text"].(string)
	switch {
	case !slices.Contains(kinds, kind):
		return fmt.Sprintf("text must be of type %v", kinds)
	case !ok || text == "":
		return "text must have something in it"
	case utf8.RuneCountInString(text) > longest:
		return fmt.Sprintf("text must be at most %d characters", longest)
	}
	return ""
}
