package challenge

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

const (
	snsHost    = "https://sns.us-west-2.amazonaws.com/"
	snsConfirm = "?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336412f37"
)

func snsMessage(kind, at string) string {
	return `{"Type":"` + kind + `","MessageId":"165545c9-2a5c-472c-8df2-7ff2be2b3b1b","Token":"2336412f37","TopicArn":"arn:aws:sns:us-west-2:123456789012:MyTopic","SubscribeURL":"` + at + `","Timestamp":"2012-04-26T20:45:04.751Z"}`
}

func TestSNS(t *testing.T) {
	t.Parallel()
	const asked = "SubscriptionConfirmation"
	for name, c := range map[string]struct {
		kind, at string
		remote   int // status of SNS; 0 for an error
		status   int
		asks     bool // SNS
	}{
		"confirmed":           {asked, snsHost + snsConfirm, 200, 200, true},
		"confirmed in China":  {asked, "https://sns.cn-north-1.amazonaws.com.cn/" + snsConfirm, 200, 200, true},
		"not confirmed":       {asked, snsHost + snsConfirm, 403, 503, true},
		"redirected":          {asked, snsHost + snsConfirm, 302, 503, true},
		"not reached":         {asked, snsHost + snsConfirm, 0, 503, true},
		"plain HTTP":          {asked, "http://sns.us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
		"another host":        {asked, "https://sns.us-west-2.amazonaws.com.evil.com/" + snsConfirm, 200, 400, false},
		"a bucket named sns":  {asked, "https://sns.s3-us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
		"another service":     {asked, "https://s3.us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
		"host of a customer":  {asked, "https://x.sns.us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
		"another port":        {asked, "https://sns.us-west-2.amazonaws.com:8443/" + snsConfirm, 200, 400, false},
		"a user":              {asked, "https://a@sns.us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
		"another path":        {asked, snsHost + "topic" + snsConfirm, 200, 400, false},
		"another action":      {asked, snsHost + "?Action=DeleteTopic", 200, 400, false},
		"no URL":              {asked, "", 200, 400, false},
		"ended":               {"UnsubscribeConfirmation", snsHost + snsConfirm, 200, 200, false},
		"a notification":      {"Notification", snsHost + snsConfirm, 200, none, false},
		"a URL with a line":   {asked, snsHost + snsConfirm + `\nHost: a`, 200, 400, false},
		"a URL of characters": {asked, "sns.us-west-2.amazonaws.com/" + snsConfirm, 200, 400, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ch := newSNS()
			var requested []string
			ch.get = func(_ context.Context, url string) (int, error) {
				requested = append(requested, url)
				if c.remote == 0 {
					return 0, errors.New("refused by egress")
				}
				return c.remote, nil
			}
			got := ch.Answer(t.Context(), request("POST", "", snsMessage(c.kind, c.at)))
			switch {
			case got == nil:
				if c.status != none {
					t.Fatalf("no answer, want %d", c.status)
				}
			case got.Status != c.status || (got.Refusal != nil) != (c.status >= 400):
				t.Errorf("answer %d %v, want %d", got.Status, got.Refusal, c.status)
			}
			if sent := strings.Join(requested, " "); c.asks && sent != c.at || !c.asks && sent != "" {
				t.Errorf("requests to %q", sent)
			}
		})
	}
}

// A confirmation goes through the guard, and none is sent before the trigger is in
// service.
func TestSNSConfirmsThroughTheGuard(t *testing.T) {
	t.Parallel()
	ch := newSNS()
	if got := ch.Answer(t.Context(), request("POST", "", snsMessage("SubscriptionConfirmation", snsHost+snsConfirm))); got == nil || got.Status != 503 {
		t.Errorf("answer %+v without a client", got)
	}
	pool := &flow.Pool{}
	resources := pool.Lease(flow.Settings{})
	defer resources.Close()
	if err := ch.Open(resources); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.get(t.Context(), "https://127.0.0.1:1/"); err == nil || !strings.Contains(err.Error(), "egress") {
		t.Errorf("the guard lets a loopback address pass: %v", err)
	}
}
