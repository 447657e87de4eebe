// Package actions lists the kinds of actions and connections. Simple kinds are
// in this package, the others in a package for each technology. To add a kind,
// write its file and its test and name it in All: its declarations make the
// decoding, the checks and the reference.
package actions

import (
	"github.com/webhook-gateway/gateway/actions/control"
	"github.com/webhook-gateway/gateway/actions/jira"
	"github.com/webhook-gateway/gateway/actions/local"
	"github.com/webhook-gateway/gateway/actions/mail"
	"github.com/webhook-gateway/gateway/actions/slack"
	"github.com/webhook-gateway/gateway/actions/sql"
	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
)

// All lists the kinds of actions that flows may use. A kind with NotYet
// has no New: this version knows only its name.
func All() []flow.Kind {
	return []flow.Kind{
		{Name: "transform", KnownAs: []string{"jq", "set", "map"}, New: func() flow.Action { return &transform{} }},
		{Name: "http", KnownAs: []string{"request", "fetch", "curl", "http_request"}, New: func() flow.Action { return &web.HTTP{} }},
		{Name: "respond", KnownAs: []string{"response", "reply", "return"}, New: func() flow.Action { return &control.Respond{} }},
		{Name: "branch", KnownAs: []string{"if", "switch", "condition"}, New: func() flow.Action { return &control.Branch{} }},
		{Name: "stop", KnownAs: []string{"end", "exit", "fail"}, New: func() flow.Action { return &control.Stop{} }},
		{Name: "tag", New: func() flow.Action { return &tag{} }},
		{Name: "log", New: func() flow.Action { return &logLine{} }},
		{Name: "email", KnownAs: []string{"mail", "smtp", "send_email"}, New: func() flow.Action { return &mail.Email{} }},
		{Name: "file", New: func() flow.Action { return &local.File{} }},
		{Name: "exec", KnownAs: []string{"shell", "command", "script"}, New: func() flow.Action { return &local.Exec{} }},

		{Name: "parallel", New: func() flow.Action { return &control.Parallel{} }},
		{Name: "loop", KnownAs: []string{"for", "foreach", "for_each"}, New: func() flow.Action { return &control.Loop{} }},
		{Name: "delay", KnownAs: []string{"wait", "sleep"}, New: func() flow.Action { return &control.Delay{} }},
		{Name: "flow", KnownAs: []string{"call", "subflow"}, New: func() flow.Action { return &control.Flow{} }},
		{Name: "slack", New: func() flow.Action { return &slack.Message{} }},
		{Name: "jira_issue", New: func() flow.Action { return &jira.Issue{} }},
		{Name: "jira_comment", New: func() flow.Action { return &jira.Comment{} }},
		{Name: "jira_transition", New: func() flow.Action { return &jira.Transition{} }},
		{Name: "webhook", New: func() flow.Action { return &web.Webhook{} }},
		{Name: "sql", KnownAs: []string{"postgres", "postgresql", "mysql", "mariadb", "sqlite", "query"}, New: func() flow.Action { return &sql.Transaction{} }},
	}
}

// Connections lists the kinds of connections that actions use.
func Connections() []flow.ConnectionKind {
	return []flow.ConnectionKind{
		{Name: "http", New: func() flow.Connection { return &web.Connection{} }},

		{Name: "smtp", KnownAs: []string{"mail", "email"}, New: func() flow.Connection { return &mail.Connection{} }},
		{Name: "slack", New: func() flow.Connection { return &slack.Connection{} }},
		{Name: "jira", New: func() flow.Connection { return &jira.Connection{} }},
		{Name: "sql", KnownAs: []string{"postgres", "postgresql", "mysql", "mariadb", "sqlite", "database"}, New: func() flow.Connection { return &sql.Connection{} }},
	}
}
