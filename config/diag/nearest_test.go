package diag_test

import (
	"slices"
	"testing"

	"github.com/webhook-gateway/gateway/config/diag"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	actions := []string{"transform", "http", "respond", "branch", "parallel", "loop", "delay", "stop", "flow", "log", "email", "jira_issue", "jira_comment", "webhook", "tag", "sql", "exec", "file"}
	tests := []struct {
		name, in   string
		candidates []string
		want       string
	}{
		{"one letter missing", "webhok", actions, "webhook"},
		{"one letter too many", "fulfill", []string{"fulfil", "confirm"}, "fulfil"},
		{"swapped letters in a short name", "ulr", []string{"url", "uri"}, "url"},
		{"swapped letters", "emial", actions, "email"},
		{"case only", "HTTP", actions, "http"},
		{"case before edits", "Log", []string{"lot", "log"}, "log"},
		{"exact before case", "Log", []string{"log", "Log"}, "Log"},
		{"hyphen for underscore", "jira-issue", actions, "jira_issue"},
		{"underscore missing", "jiraissue", actions, "jira_issue"},
		{"underscore too many", "web_hook", actions, "webhook"},
		{"plural", "emails", actions, "email"},
		{"plural of y", "retries", []string{"retry", "rotate"}, "retry"},
		{"singular", "header", []string{"headers", "leader"}, "headers"},
		{"spelling before edits", "user_names", []string{"user_game", "username"}, "username"},
		{"longer common beginning", "bax", []string{"fax", "bar"}, "bar"},
		{"first of equals", "bax", []string{"bay", "bar"}, "bar"},
		{"letters outside ASCII", "größe", []string{"grösse", "größer"}, "größer"},
		{"nothing close", "kafka", actions, ""},
		{"one edit in two letters is another name", "to", []string{"cc", "go"}, ""},
		{"two edits in three letters", "sql", []string{"xml"}, ""},
		{"empty name", "", actions, ""},
		{"empty candidate", "s", []string{"", "x"}, ""},
		{"no candidates", "http", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := diag.Nearest(tt.in, tt.candidates); got != tt.want {
				t.Errorf("Nearest(%q) = %q, want %q", tt.in, got, tt.want)
			}
			backwards := slices.Clone(tt.candidates)
			slices.Reverse(backwards)
			if got := diag.Nearest(tt.in, backwards); got != tt.want {
				t.Errorf("Nearest(%q) = %q with the candidates turned round, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	if got, want := diag.DidYouMean("htpp", []string{"http", "log"}), ` Did you mean "http"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := diag.DidYouMean("kafka", []string{"http", "log"}); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
