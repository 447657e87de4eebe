package engine_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/gateway/endpoint"
)

func TestRunLine(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"fail\" \"f\" {\n  message = \"no stock of ${req.body}\"\n}"))
	g := l.start()
	w := call(g, "POST", "/x", "lamps")
	line := fields(t, l.lines.await(0, `"msg":"run"`))
	for key, want := range map[string]any{
		"level": "error", "flow": "x", "run": w.Header().Get(endpoint.RunHeader), "state": "failed", "status": 500.0,
		"action": "f", "error": "no stock of lamps", "class": "permanent",
	} {
		if line[key] != want {
			t.Errorf("%s: %v, want %v", key, line[key], want)
		}
	}
	if at, _ := line["at"].(string); !strings.HasPrefix(at, "flows/main.hcl:6,") {
		t.Errorf("at: %v", line["at"])
	}
	if took, _ := line["took"].(float64); took <= 0 {
		t.Errorf("took: %v", line["took"])
	}
}

// Only the log has the cause of an internal error.
func TestRunLineOfADefect(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"fail\" \"f\" {\n  message = \"boom\"\n  panics = true\n}"))
	call(l.start(), "POST", "/x", "")
	if line := fields(t, l.lines.await(0, `"msg":"run"`)); !strings.Contains(fmt.Sprint(line["cause"]), "panic: boom") {
		t.Errorf("%v", line)
	}
}

// The failure of an action shows none of its sensitive values.
func TestRunLineOfASensitiveAction(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"fail\" \"f\" {\n  sensitive = true\n  message = \"no account ${req.body}\"\n}"))
	call(l.start(), "POST", "/x", "DE1234")
	line := l.lines.await(0, `"msg":"run"`)
	if got := fields(t, line); got["error"] != "(sensitive)" || got["action"] != "f" || strings.Contains(line, "DE1234") {
		t.Error(line)
	}
}

func TestActionsWriteLines(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"say\" \"s\" {\n  level = \"warn\"\n  message = \"got ${req.body}\"\n}"))
	w := call(l.start(), "POST", "/x", "it")
	line := fields(t, l.lines.await(0, `"msg":"got it"`))
	if line["level"] != "warn" || line["flow"] != "x" || line["action"] != "s" || line["run"] != w.Header().Get(endpoint.RunHeader) {
		t.Errorf("%v", line)
	}
	if inner, _ := line["fields"].(map[string]any); inner["again"] != "got it" {
		t.Errorf("%v", line)
	}
}

// The log has the path of a request that led to no endpoint. A long path is cut,
// and the query is left out.
func TestLogOfUnknownPath(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	long := "/" + strings.Repeat("y", 500)
	call(g, "PUT", "/nowhere?token=hush-hush", "")
	call(g, "PUT", long, "")
	line := fields(t, l.lines.await(0, `"path":"/nowhere"`))
	if line["method"] != "PUT" || line["flow"] != nil || strings.Contains(fmt.Sprint(line), "hush-hush") {
		t.Errorf("%v", line)
	}
	if got := fmt.Sprint(fields(t, l.lines.await(0, `"path":"/yyy`))["path"]); len(got) > 250 {
		t.Errorf("the path has %d bytes in the log", len(got))
	}
}

// stoppedClock always tells the same time.
type stoppedClock struct{ zapcore.Clock }

func (stoppedClock) Now() time.Time { return time.Unix(0, 0) }

// withinOneSecond returns a log whose lines are all of the same second, however
// busy the machine is: the log limits the lines of each second.
func withinOneSecond(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WithClock(stoppedClock{zapcore.DefaultClock}))
}

// A caller that floods the gateway does not flood the log.
func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "") + withoutStrayLimit)
	l.opts.Log = withinOneSecond(l.opts.Log)
	g := l.start()
	for range 2000 {
		call(g, "POST", "/nowhere", "")
	}
	lines := l.lines.all("refused: not_found", `"remote_ip":"192.0.2.1"`)
	if len(lines) != 119 {
		t.Errorf("%d lines of 2000, want the first 100 and each hundredth", len(lines))
	}
	if n := seriesValue(t, g, "gateway_requests_total", map[string]string{"outcome": "not_found"}); n != 2000 {
		t.Errorf("%v counted", n)
	}
}

const secretsAndFlows = `
secret "token" {
  env = "TOKEN"
}
secret "password" {
  env = "PASSWORD"
}
`

// shown lists the forms in which the secrets of testEnv could appear.
func shown() []string {
	var out []string
	for _, name := range []string{"TOKEN", "PASSWORD"} {
		s, _ := testEnv(name)
		basic := base64.StdEncoding.EncodeToString([]byte("u:" + s))
		out = append(out, s, url.QueryEscape(s), url.PathEscape(s), hex.EncodeToString([]byte(s)), basic[4:len(basic)-4])
	}
	return out
}

// Neither the log nor a response has a secret, a body or a header of a request,
// in whichever place a flow puts it and however the run ends.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	url := "http://u:${secret.password}@h/${urlencode(secret.token)}?t=${secret.token}"
	cases := map[string]string{
		"failure":          one("", "action \"fail\" \"f\" {\n  message = \""+url+"\"\n}"),
		"basic":            one("", "action \"fail\" \"f\" {\n  message = \"Basic ${base64encode(\"u:${secret.password}\")}\"\n}"),
		"panic of action":  one("", "action \"fail\" \"f\" {\n  panics = true\n  message = \""+url+"\"\n}"),
		"panic of trigger": one("panics = \"accept\"\ntoken = secret.token", ""),
		"log":              one("", "action \"say\" \"s\" {\n  message = \""+url+"\"\n}"),
		"fallback":         one("", "action \"fail\" \"f\" {\n  message = secret.token\n}\non_error {\n  action \"say\" \"s\" {\n    message = error.message\n  }\n}"),
		"expression":       one("", "action \"say\" \"s\" {\n  message = jsondecode(secret.password)\n}"),
		"opening":          one("", "action \"use\" \"u\" {\n  key = secret.password\n  fails = \"error\"\n}"),
		"panic of opening": one("", "action \"use\" \"u\" {\n  key = secret.password\n  fails = \"panic\"\n}"),
		"finding":          one("", "action \"answer\" \"a\" {\n  size = secret.password\n}"),
	}
	for name, flows := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.write(one("", ""))
			g := l.start()
			before := l.lines.mark()
			l.write(secretsAndFlows + flows)
			g.Reload("test")
			r := httptest.NewRequest("POST", "/x?in=query-text", strings.NewReader("body-text"))
			r.Header.Set("X-Header", "header-text")
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			lines := l.lines.since(before)
			if len(lines) < 2 {
				t.Fatalf("%q", lines)
			}
			for place, text := range map[string]string{"log": strings.Join(lines, "\n"), "answer": w.Body.String()} {
				for _, bad := range append(shown(), "query-text", "body-text", "header-text") {
					if strings.Contains(text, bad) {
						t.Errorf("%q is in the %s:\n%s", bad, place, text)
					}
				}
			}
		})
	}
}

// A run redacts the secrets of its own configuration after a reload has changed
// them.
func TestSecretsOfOldRuns(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(secretsAndFlows + one("", holding+"\naction \"fail\" \"f\" {\n  message = secret.password\n}"))
	g := l.start()
	done := make(chan int)
	go func() { done <- call(g, "POST", "/x", "").Code }()
	<-l.entered
	l.write(one("", ""))
	g.Reload("test")
	l.release <- struct{}{}
	<-done
	line := fields(t, l.lines.await(0, `"msg":"run"`, `"action":"f"`))
	if line["error"] != "(sensitive)" {
		t.Errorf("%v", line)
	}
}
