package explain

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/outline"
	"github.com/webhook-gateway/gateway/internal/duration"
)

func actions(list []outline.Action) []Action {
	out := make([]Action, 0, len(list))
	for i := range list {
		out = append(out, action(&list[i]))
	}
	return out
}

func action(a *outline.Action) Action {
	out := Action{
		Name: a.Name, Kind: a.Kind, Does: does(a), When: a.Block.Text("when"), Reads: reads(a.Step), Fails: fails(a), Line: a.Range.Start.Line,
	}
	if len(out.Fails) > 0 {
		out.Then = effect(a.Step)
	}
	for _, l := range a.Lanes {
		lane := Lane{Title: strings.TrimSpace(l.Kind + " " + l.Name), Actions: actions(l.Actions)}
		if l.Kind != "" {
			lane.When = l.Block.Text("when")
		}
		out.Lanes = append(out.Lanes, lane)
	}
	return out
}

// reads lists the names of the run and the secrets that an action reads.
func reads(s *flow.Step) []string {
	var out []string
	for _, r := range s.Reads {
		for _, ref := range r.Refs() {
			out = append(out, ref.String())
		}
		if secret := r.Secret(); secret != "" {
			out = append(out, secret)
		}
	}
	return sortedSet(out)
}

// does says what an action does.
func does(a *outline.Action) string { //nolint:cyclop // one line for each kind
	b := a.Block
	switch a.Kind {
	case "transform":
		return "computes a value with jq"
	case "http", "webhook":
		return "sends " + orDefault(b.Plain("method"), defaultMethod(a)) + " " + b.Plain("url")
	case "respond":
		if b.Plain("then") == "continue" {
			return "answers the caller, stores the run, and goes on"
		}
		return "answers the caller and ends the run"
	case "branch":
		return "takes the first case whose condition is true"
	case "parallel":
		return "runs these at once and waits for all"
	case "loop":
		if b.Has("while") {
			return "repeats these while " + b.Text("while")
		}
		return "runs these for each element of " + b.Text("for_each") + suffix(", at most ", atOnce(b))
	case "delay":
		return "waits for " + b.Plain("for")
	case "stop":
		return "ends the run as " + orDefault(b.Plain("status"), "succeeded")
	case "flow":
		if c := a.Traits.Callee; c != nil && !c.Waits {
			return "starts the flow " + quoted(c.Name) + " and does not wait for it"
		}
		return "runs the flow " + quoted(b.Plain("flow")) + " and waits for it"
	case "log":
		return "writes a line to the log: " + b.Plain("message")
	case "email":
		return "sends an e-mail to " + b.Text("to") + suffix(": ", b.Plain("subject"))
	case "slack":
		return "posts to Slack" + suffix(": ", b.Plain("text"))
	case "jira_issue":
		return "creates an issue in Jira: " + b.Plain("summary")
	case "jira_comment":
		return "comments on the issue " + b.Text("issue")
	case "jira_transition":
		return "moves the issue " + b.Text("issue")
	case "tag":
		return "changes the contact " + b.Text("contact") + suffix(", adds ", b.Text("add")) + suffix(", removes ", b.Text("remove"))
	case "sql":
		return "asks a database: " + orDefault(b.Plain("query"), b.Plain("exec"))
	case "exec":
		return "runs the command " + b.Text("command")
	case "file":
		return "writes the file " + b.Plain("path")
	}
	return "runs the action " + a.Kind
}

func atOnce(b outline.Block) string {
	if !b.Has("max") {
		return ""
	}
	return b.Text("max") + " at once"
}

// defaultMethod returns the method of a request whose file names none.
func defaultMethod(a *outline.Action) string {
	if a.Kind == "webhook" {
		return "POST"
	}
	for _, name := range []string{"json", "form", "text", "body"} {
		if a.Block.Has(name) {
			return "POST"
		}
	}
	if len(a.Block.Blocks("multipart")) > 0 {
		return "POST"
	}
	return "GET"
}

// fails says how an action may fail.
func fails(a *outline.Action) []string {
	var out []string
	switch a.Kind {
	case "http", "webhook":
		out = append(out, "the server can't be reached, or answers with a status outside of "+orDefault(a.Block.Plain("success"), "200-299"))
	case "email":
		out = append(out, "the mail server can't be reached, or refuses the message")
	case "slack", "jira_issue", "jira_comment", "jira_transition":
		out = append(out, "the service can't be reached, or refuses the request")
	case "sql":
		out = append(out, "the database can't be reached, or refuses the statement")
	case "exec":
		out = append(out, "the command ends with another exit code than 0, or `gateway run` does not allow commands")
	case "file":
		out = append(out, "the file can't be written, or `gateway run` does not allow its folder")
	case "tag":
		out = append(out, "the store is unavailable")
	case "loop", "parallel":
		out = append(out, "an action inside fails the run")
	case "flow":
		if c := a.Traits.Callee; c != nil && c.Waits {
			out = append(out, "the called flow fails")
		}
	}
	if len(out) == 0 && a.Kind != "branch" && readsRun(a.Step) {
		out = append(out, "an expression fails on the values of the run")
	}
	if a.Timeout > 0 && !a.Traits.Pure {
		out = append(out, fmt.Sprintf("an attempt takes longer than %s", duration.Format(a.Timeout)))
	}
	return out
}

// readsRun reports whether the action computes something from the run, which may
// fail.
func readsRun(s *flow.Step) bool {
	for _, r := range s.Reads {
		if len(r.Refs()) > 0 {
			return true
		}
	}
	return false
}

// effect says what happens after a failure of an action.
func effect(s *flow.Step) string {
	text := ""
	if r := s.Retry; r != nil {
		text = fmt.Sprintf("tried up to %d times on %s; then ", r.Attempts, strings.Join(r.On, ", "))
	}
	if s.OnError == flow.Continue {
		return text + "its value is null and the next action runs"
	}
	return text + "the run fails"
}
