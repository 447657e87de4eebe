package dashboard

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// curlCommand returns a command that sends a request with placeholders to a flow:
// variables of the shell stand for credentials, and a sample for each variable of
// the flow. signed reports that callers must sign, which curl can't. The command
// is "" if the flow takes no requests.
func curlCommand(f *ops.FlowDetail) (command string, signed bool) {
	if f.URL == "" || f.Trigger != "webhook" {
		return "", false
	}
	s := sampleRequest(f)
	args := []string{"curl"}
	method := "POST"
	if len(f.Methods) > 0 {
		method = f.Methods[0]
	}
	hasBody := method != "GET" && method != "HEAD"
	if method != "POST" || len(s.body) == 0 {
		args = append(args, "-X "+method)
	}
	args = append(args, quoteShell(s.url))
	credential, signed := curlCredential(f.Auth)
	if signed {
		return "", true
	}
	if credential != "" {
		args = append(args, credential)
	}
	for _, h := range s.headers {
		args = append(args, "-H "+quoteShell(h))
	}
	if hasBody && len(s.body) > 0 {
		text, err := json.Marshal(s.body)
		if err == nil {
			args = append(args, "-H 'Content-Type: application/json'", "-d "+quoteShell(string(text)))
		}
	}
	return strings.Join(args, " \\\n  "), false
}

// curlCredential returns the arguments for the first check that takes a plain
// credential. Its value is a variable of the shell.
func curlCredential(kinds []string) (args string, signed bool) {
	if len(kinds) == 0 {
		return "", false
	}
	for _, kind := range kinds {
		switch kind {
		case "basic":
			return `-u "$USERNAME:$PASSWORD"`, false
		case "bearer", "key", "jwt":
			return `-H "Authorization: Bearer $TOKEN"`, false
		case "header":
			return `-H "$HEADER: $TOKEN"`, false
		case "mtls":
			return `--cert "$CERTIFICATE" --key "$PRIVATE_KEY"`, false
		}
	}
	return "", true
}

// sample is a request with a value for each variable of a flow.
type sample struct {
	url     string
	headers []string
	body    map[string]any
}

func sampleRequest(f *ops.FlowDetail) sample {
	s := sample{url: f.URL, body: map[string]any{}}
	query := url.Values{}
	for _, v := range f.Variables {
		place := strings.Split(v.Place, ".")
		if len(place) < 3 || place[0] != "webhook" || strings.ContainsAny(v.Place, `[]"`) {
			continue // the flow reads it in a way that a sample can't show
		}
		switch value := sampleValue(&v); place[1] {
		case "body":
			setMember(s.body, place[2:], value)
		case "query":
			query.Set(place[2], sampleText(value))
		case "headers":
			s.headers = append(s.headers, place[2]+": "+sampleText(value))
		}
	}
	if len(query) > 0 {
		s.url += "?" + query.Encode()
	}
	return s
}

// sampleInput returns an input with a value for each variable of a flow that other
// flows call.
func sampleInput(f *ops.FlowDetail) string {
	input := map[string]any{}
	for _, v := range f.Variables {
		input[v.Name] = sampleValue(&v)
	}
	text, err := json.MarshalIndent(input, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}

// setMember sets a member of an object at a path.
func setMember(object map[string]any, path []string, value any) {
	for ; len(path) > 1; path = path[1:] {
		inner, ok := object[path[0]].(map[string]any)
		if !ok {
			inner = map[string]any{}
			object[path[0]] = inner
		}
		object = inner
	}
	object[path[0]] = value
}

func sampleText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	if raw, ok := value.(json.RawMessage); ok {
		if text, ok := stringOf(raw); ok {
			return text
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// sampleValue returns a value that shows what belongs into a variable.
func sampleValue(v *ops.Variable) any {
	if len(v.Example) == 0 {
		return "…"
	}
	return v.Example
}

// quoteShell quotes an argument for a shell.
func quoteShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
