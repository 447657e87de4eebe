package fromrun_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/flowtest/fromrun"
)

const otherStarts = `
flow "report" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "http" "send" { url = "https://reports.example.com/${formatdate("YYYY-MM-DD", schedule.time)}" }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com/offer"
  }
  action "http" "seen" {
    url  = "https://crm.example.com/seen"
    json = { campaign = link.query.utm, agent = link.user_agent, from = link.remote_ip, to = contact.email }
  }
}
flow "orders" {
  trigger "webhook" { path = "/orders" }
}
flow "alert" {
  trigger "failure" {
    flows  = ["orders"]
    after  = 2
    within = "10m"
  }
  action "http" "tell" {
    url  = "https://chat.example.com/tell"
    json = { count = failure.count, flow = failure.flow, first = failure.runs[0], why = failure.causes[0].message }
  }
}
`

// TestOtherStarts: runs that no request to a webhook started are repeated with all
// that started them.
func TestOtherStarts(t *testing.T) {
	t.Parallel()
	const answer = `"output": {"status": 204, "headers": {}, "body": null, "text": ""}`
	for name, c := range map[string]struct{ run, want string }{
		"tick": {
			`{"id": "a", "flow": "report", "state": "succeeded", "received_at": "2026-03-02T07:00:03.4Z", "variables": {"schedule": {"time": "2026-03-02T07:00:00Z"}},
			"steps": [{"path": "send", "kind": "http", "state": "succeeded", "input": {"url": "https://reports.example.com/2026-03-02"}, ` + answer + `}]}`,
			`at = "2026-03-02T07:00:00Z"`,
		},
		"by hand": {
			`{"id": "a", "flow": "report", "state": "succeeded", "received_at": "2026-03-02T09:12:03.4Z", "variables": {"schedule": {"time": "2026-03-02T09:12:03Z"}},
			"steps": [{"path": "send", "kind": "http", "state": "succeeded", "input": {"url": "https://reports.example.com/2026-03-02"}, ` + answer + `}]}`,
			`manual = true`,
		},
		"link": {
			`{"id": "a", "flow": "offer", "state": "succeeded", "received_at": "2026-03-02T09:12:03Z", "status": 302,
			"variables": {"contact": {"email": "jane@example.com", "fields": {}}, "link": {"method": "GET", "url": "/offer?utm=mail", "query": {"utm": "mail"}, "user_agent": "UA/1", "remote_ip": "198.51.100.7"}},
			"steps": [{"path": "seen", "kind": "http", "state": "succeeded", "input": {"url": "https://crm.example.com/seen", "json": {"campaign": "mail", "agent": "UA/1", "from": "198.51.100.7", "to": "jane@example.com"}}, ` + answer + `}]}`,
			`query          = { utm = "mail" }`,
		},
		"failure": {
			`{"id": "a", "flow": "alert", "state": "succeeded", "received_at": "2026-03-02T09:12:03Z",
			"variables": {"failure": {"flow": "orders", "count": 2, "runs": ["01KG00000000000000000000RA", "01KG00000000000000000000RB"],
			"causes": [{"flow": "orders", "action": "charge", "message": "status …", "count": 2}]}},
			"steps": [{"path": "tell", "kind": "http", "state": "succeeded", "input": {"url": "https://chat.example.com/tell",
			"json": {"count": 2, "flow": "orders", "first": "01KG00000000000000000000RA", "why": "status …"}}, ` + answer + `}]}`,
			`message = "status …"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := fromrun.Read([]byte(c.run))
			if err != nil {
				t.Fatal(err)
			}
			o := files(t)
			o.FS = fstest.MapFS{"flows/main.hcl": {Data: []byte(otherStarts)}}
			test := write(t, r, o, true)
			if !strings.Contains(test.Text, c.want) {
				t.Errorf("no %q in\n%s", c.want, test.Text)
			}
			if report := play(t, test, o); report != "" {
				t.Errorf("%s in\n%s", report, test.Text)
			}
		})
	}
}
