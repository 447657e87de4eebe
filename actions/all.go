// Package actions holds the kinds of actions, one file each, and the kinds of
// connections that they use. To add one, write the file and its test, and name
// it in All: its declarations make the decoding, the checks and the reference.
package actions

import "github.com/webhook-gateway/gateway/flow"

// All lists the kinds of actions that flows may use. Those that say Later are
// known to the language and not to this version: they have no New.
func All() []flow.Kind {
	return []flow.Kind{
		{Name: "transform", New: func() flow.Action { return &transform{} }},
		{Name: "http", New: func() flow.Action { return &httpCall{} }},
		{Name: "respond", New: func() flow.Action { return &respond{} }},
		{Name: "branch", New: func() flow.Action { return &branch{} }},
		{Name: "stop", New: func() flow.Action { return &stop{} }},
		{Name: "tag", New: func() flow.Action { return &tag{} }},
		{Name: "log", New: func() flow.Action { return &logLine{} }},
		{Name: "email", New: func() flow.Action { return &email{} }},
		{Name: "file", New: func() flow.Action { return &fileWrite{} }},
		{Name: "exec", New: func() flow.Action { return &command{} }},

		{Name: "parallel", New: func() flow.Action { return &parallel{} }},
		{Name: "loop", New: func() flow.Action { return &loop{} }},
		{Name: "delay", New: func() flow.Action { return &delay{} }},
		{Name: "flow", New: func() flow.Action { return &callFlow{} }},
		{Name: "slack", New: func() flow.Action { return &slackMessage{} }},
		{Name: "jira_issue", New: func() flow.Action { return &jiraIssue{} }},
		{Name: "jira_comment", New: func() flow.Action { return &jiraComment{} }},
		{Name: "jira_transition", New: func() flow.Action { return &jiraTransition{} }},
		{Name: "webhook", New: func() flow.Action { return &webhookCall{} }},
		{Name: "sql", New: func() flow.Action { return &sqlAction{} }},
	}
}

// Connections lists the kinds of connections that actions use.
func Connections() []flow.ConnectionKind {
	return []flow.ConnectionKind{
		{Name: "http", New: func() flow.Connection { return &httpConnection{} }},

		{Name: "smtp", New: func() flow.Connection { return &smtpConnection{} }},
		{Name: "slack", New: func() flow.Connection { return &slackConnection{} }},
		{Name: "jira", New: func() flow.Connection { return &jiraConnection{} }},
		{Name: "sql", New: func() flow.Connection { return &sqlConnection{} }},
	}
}
