package slack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
)

// TestSlackHookThatIsNone: a server that answers 200 with another text than "ok"
// did not post the message.
func TestSlackHookThatIsNone(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"", "<html>Sign in</html>", `{"ok":true}`, "okay", "no_text"} {
		s := actiontest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) })
		b := actiontest.New(t)
		b.Connections["slack.hook"] = fmt.Sprintf("webhook_url = %q", s.URL+"/services/x")
		err := b.MustFail("slack", byHook+"text = \"a\"", "{}")
		if err.Class != flow.Permanent || !strings.Contains(err.Message, `answers "ok"`) || strings.Contains(err.Message, "Sign") {
			t.Errorf("%q: %s %q", answer, err.Class, err.Message)
		}
	}
}
