// Package explain says in words what a flow does: who may start it, what is checked,
// what each action reads and how it may fail, and what the caller then gets. The
// texts follow from the compiled flow and its file; nothing runs.
package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/outline"
	"github.com/webhook-gateway/gateway/internal/duration"
)

// Explanation is a flow in words. Each text is a sentence without its full stop.
type Explanation struct {
	Flow        string   `json:"flow"`
	Label       string   `json:"label"`
	Description string   `json:"description,omitempty"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Enabled     bool     `json:"enabled"`
	Starts      []string `json:"starts"`
	Callers     []string `json:"callers,omitempty"`
	Checks      []Check  `json:"checks,omitempty"`
	Inputs      []Input  `json:"inputs,omitempty"`
	Actions     []Action `json:"actions"`
	Failure     []string `json:"failure"`
	OnError     []Action `json:"on_error,omitempty"`
	Answers     []Answer `json:"answers,omitempty"`
}

// Check is something that a request must pass, and the answer to one that does not.
type Check struct {
	Text      string `json:"text"`
	Otherwise string `json:"otherwise"`
}

// Input is a declared variable.
type Input struct {
	Name     string `json:"name"`
	Text     string `json:"text"`
	Place    string `json:"place"`
	Required bool   `json:"required"`
}

// Action is an action in words.
type Action struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind"`
	Does  string   `json:"does"`
	When  string   `json:"when,omitempty"`
	Reads []string `json:"reads,omitempty"`
	Fails []string `json:"fails,omitempty"`
	Then  string   `json:"then,omitempty"` // the effect of a failure
	Lanes []Lane   `json:"lanes,omitempty"`
	Line  int      `json:"line"`
}

// Lane is a list of actions inside an action.
type Lane struct {
	Title   string   `json:"title,omitempty"`
	When    string   `json:"when,omitempty"`
	Actions []Action `json:"actions"`
}

// Answer is a response that the caller may get.
type Answer struct {
	Status string `json:"status"`
	When   string `json:"when"`
}

// Of explains a flow.
func Of(f *outline.Flow) *Explanation {
	x := &Explanation{
		Flow: f.Name, Label: f.Label, Description: f.Description, File: f.Range.Filename, Line: f.Range.Start.Line, Enabled: f.Enabled,
		Starts: starts(f), Actions: actions(f.Actions), OnError: actions(f.OnError), Failure: failure(f),
	}
	if f.OnError == nil {
		x.OnError = nil
	}
	for _, in := range f.Parts.Inputs.List() {
		x.Inputs = append(x.Inputs, inputOf(in))
	}
	if f.Parts.HTTP != nil && f.Kind == "webhook" {
		x.Callers, x.Checks, x.Answers = callers(f), checks(f), answers(f)
	}
	return x
}

// starts says which events start the flow.
func starts(f *outline.Flow) []string {
	t := f.Trigger
	switch f.Kind {
	case "webhook":
		return []string{webhookStart(f)}
	case "schedule":
		text := "At the times of the schedule " + quoted(t.Plain("cron"))
		if zone := t.Plain("timezone"); zone != "" {
			text += " in the time zone " + zone
		}
		return []string{text}
	case "tag":
		return []string{fmt.Sprintf("When a contact gets the tag %s; at most once in %s for each contact", quoted(t.Plain("tag")), orDefault(t.Plain("throttle"), "6h")), "When another flow calls it for a contact"}
	case "link":
		return []string{"When a contact follows the link " + t.Plain("path")}
	case "flow":
		return []string{"When another flow calls it"}
	case "failure":
		return []string{"When other flows fail"}
	}
	return []string{"By the trigger " + f.Kind}
}

func webhookStart(f *outline.Flow) string {
	h := f.Parts.HTTP
	path := orDefault(h.Route.Path, "/webhooks/… (a path that can't be guessed; `gateway urls` prints it)")
	text := fmt.Sprintf("Each accepted request %s %s starts a run", strings.Join(h.Route.Methods, " or "), path)
	if h.Async {
		return text + ". It is stored, the caller is answered, and the run goes on in the background"
	}
	return fmt.Sprintf("%s, and the caller waits for it, at most %s", text, duration.Format(h.Timeout))
}

// callers says who may call.
func callers(f *outline.Flow) []string {
	var out []string
	for _, a := range f.Trigger.Blocks("auth") {
		out = append(out, authText(a))
	}
	switch len(out) {
	case 0:
		out = append(out, "Everyone who knows the address: the trigger has no auth block")
	case 1:
		out = append(out, "Others get "+refusal(f))
	default:
		out = append([]string{"Callers that one of these accepts"}, append(out, "Others get "+refusal(f))...)
	}
	if f.Trigger.Has("allow_ips") {
		out = append(out, "Only from the addresses "+f.Trigger.Text("allow_ips")+"; others get 403")
	}
	if c := challenges(f); c != "" {
		out = append(out, "The provider may try the endpoint by its challenge ("+c+"), which starts no run")
	}
	return out
}

// refusal returns the status of the answer to callers that no auth block accepts.
func refusal(f *outline.Flow) string {
	for _, b := range f.Trigger.Blocks("unauthorized") {
		return orDefault(b.Text("status"), "401")
	}
	return "401"
}

func challenges(f *outline.Flow) string {
	var kinds []string
	for _, b := range f.Trigger.Blocks("challenge") {
		kinds = append(kinds, b.Label())
	}
	return strings.Join(kinds, ", ")
}

// authText says whom an auth block accepts.
func authText(b outline.Block) string {
	switch kind := b.Label(); kind {
	case "basic":
		return "Callers with the user name " + b.Text("username") + " and the password " + b.Text("password")
	case "bearer":
		return "Callers with the token " + b.Text("token") + " in the field Authorization"
	case "header", "query":
		return "Callers with " + b.Text("value") + " in the " + map[string]string{"header": "header", "query": "parameter"}[kind] + " " + b.Text("name")
	case "key":
		return "Callers with a key of `gateway keys`"
	case "mtls":
		return "Callers with a certificate for " + b.Text("subjects")
	case "jwt":
		return "Callers with a JSON Web Token" + suffix(" of the issuer ", b.Text("issuer")) + suffix(" for the audience ", b.Text("audience"))
	case "hmac", "signature":
		return "Requests signed over their bytes, with the signature in the header " + b.Text("header")
	case "all":
		return "Callers that pass all of the checks in the block"
	default:
		return "Requests of " + kind + ", checked as it signs them" + suffix(" with ", b.Text("secret"))
	}
}

func suffix(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// checks says what a request must pass, in the order of the checks.
func checks(f *outline.Flow) []Check {
	t := f.Trigger
	out := []Check{
		{"The body is of a type in " + orDefault(t.Text("content_types"), `["json"]`) + " and has its form", "415, or 400 if it is malformed"},
		{"The body is not larger than " + orDefault(t.Plain("max_body"), "limits.body of the gateway block"), "413"},
	}
	for _, b := range t.Blocks("rate_limit") {
		out = append(out, Check{fmt.Sprintf("At most %s requests in %s come from each %s", b.Text("requests"), orDefault(b.Plain("per"), "1m"), orDefault(b.Text("key"), "address")), "429"})
	}
	if t.Has("when") {
		out = append(out, Check{"It is wanted: " + t.Text("when"), "200 with Gateway-Ignored: true, and no run"})
	}
	if n := len(f.Parts.Inputs.List()); n > 0 {
		out = append(out, Check{"The variables below are there and fit", "422 with each fault"})
	}
	if t.Text("strict") == "true" {
		out = append(out, Check{"The body has no member that no variable names", "422"})
	}
	for _, b := range t.Blocks("dedupe") {
		out = append(out, Check{fmt.Sprintf("Its key %s was not seen within %s", b.Text("key"), orDefault(b.Plain("ttl"), "1d")), "the answer to the first request, with Gateway-Replayed: true"})
	}
	if q := f.Parts.Queue; f.Parts.HTTP.Async {
		out = append(out, Check{fmt.Sprintf("Fewer than %d runs wait (at most %d run at once)", q.Length, q.Max), "503 with Retry-After"})
	}
	return out
}

func inputOf(in flow.Input) Input {
	text := orDefault(in.Type, "any")
	if in.Rules != "" {
		text += ", " + in.Rules
	}
	if !in.Required {
		text += ", optional"
	}
	if in.Sensitive {
		text += ", kept out of the history"
	}
	return Input{Name: in.Name, Text: text, Place: in.Place, Required: in.Required}
}

// failure says what happens when an action fails the run.
func failure(f *outline.Flow) []string {
	var out []string
	if r := f.Retry; r != nil {
		out = append(out, fmt.Sprintf("The run is tried again up to %d times in all, after waits of %s to %s, if the failure may pass; completed actions do not run again", r.Attempts, duration.Format(r.Initial), duration.Format(r.Max)))
	}
	switch {
	case f.OnError != nil && f.Retry != nil:
		out = append(out, "When it is not tried again, the actions of on_error run")
	case f.OnError != nil:
		out = append(out, "The actions of on_error run")
	case f.Retry == nil:
		out = append(out, "The run is recorded as failed, and nothing else happens")
	}
	return out
}

// answers lists what the caller may get, besides the refusals of the checks.
func answers(f *outline.Flow) []Answer {
	h := f.Parts.HTTP
	configured := "200"
	for _, b := range f.Trigger.Blocks("response") {
		configured = orDefault(b.Text("status"), "200")
	}
	if h.Async {
		return []Answer{{configured, "the run is stored; its end changes nothing for the caller"}, {"503", "the run can't be stored"}}
	}
	var out []Answer
	collectAnswers(f.Actions, &out, "the run reaches the action ")
	if !alwaysAnswers(f.Flow.Actions) {
		out = append(out, Answer{configured, "the run ends without an action respond"})
	}
	before := len(out)
	collectAnswers(f.OnError, &out, "an action failed, and on_error reaches the action ")
	if len(out) == before || !alwaysAnswers(f.Flow.OnError) {
		out = append(out, Answer{"502", "an action failed because of a server that it called"}, Answer{"500", "an action failed for another reason"})
	}
	return append(out, Answer{"504", fmt.Sprintf("the run takes longer than %s", duration.Format(h.Timeout))})
}

// alwaysAnswers reports whether each run of a list answers the caller.
func alwaysAnswers(l flow.List) bool { return l.Ending() == flow.EndsWithAnswer }

func collectAnswers(list []outline.Action, out *[]Answer, when string) {
	for i := range list {
		a := &list[i]
		if a.Traits.Answers && len(a.Lanes) == 0 {
			fallback := "200"
			if strings.Contains(when, "on_error") {
				fallback = "500"
			}
			*out = append(*out, Answer{orDefault(a.Block.Text("status"), fallback), when + a.Name})
		}
		for _, l := range a.Lanes {
			collectAnswers(l.Actions, out, when)
		}
	}
}

func orDefault(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func quoted(text string) string { return `"` + text + `"` }

// sortedSet returns texts sorted and each once.
func sortedSet(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}
