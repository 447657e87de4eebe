package engine_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

const tagFlows = `
gateway {
  public_url = "https://hooks.example.com"
  egress { allow = ["127.0.0.1"] }
}
flow "signup" {
  trigger "webhook" { path = "/signup" }
  action "tag" "remember" {
    contact = webhook.body.email
    add     = "signed-up"
    fields  = { name = webhook.body.name }
  }
}
flow "welcome" {
  trigger "tag" { tag = "signed-up" }
  action "http" "greet" {
    url  = "OUT/greet"
    json = { email = contact.email, name = contact.fields.name, missing = contact.fields.phone, tags = contact.tags, tag = tag.name, link = link_url("offer", contact.email) }
  }
}
flow "each_time" {
  trigger "tag" {
    tag      = "signed-up"
    throttle = "0s"
  }
  action "http" "count" { url = "OUT/each" }
}
flow "direct" {
  trigger "webhook" { path = "/direct" }
  action "flow" "welcome" {
    flow  = "welcome"
    input = { email = webhook.body.email }
    wait  = false
  }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com/offer?from=mail"
    tag      = "looked"
  }
  action "http" "seen" {
    url  = "OUT/seen"
    json = { email = contact.email, tags = contact.tags, url = link.url, page = link.query.page }
  }
}
flow "clicked" {
  trigger "tag" { tag = "clicked:offer" }
  action "http" "clicked" { url = "OUT/clicked" }
}`

// A tag starts a flow once in six hours for each contact. Throttled ones are
// recorded.
func TestTagsStartFlows(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	for _, email := range []string{"Jane@Example.com", "jane@example.com", "joe@example.com"} {
		d.await(d.accept("/signup", `{"email": "`+email+`", "name": "Jane & \"Co\" ü"}`), store.Succeeded)
	}
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 2, store.Throttled: 1})
	d.awaitRuns("each_time", map[store.State]int{store.Succeeded: 3})
	if n := d.outside.count("/greet"); n != 2 {
		t.Errorf("%d were greeted", n)
	}
	for range 2 { // a call is never throttled
		d.await(d.accept("/direct", `{"email": "jane@example.com"}`), store.Succeeded)
	}
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 4, store.Throttled: 1})
	greeted := d.bodies("welcome", "greet")
	if !strings.Contains(greeted, `"name":"Jane & \"Co\" ü"`) || !strings.Contains(greeted, `"missing":null`) ||
		!strings.Contains(greeted, `"tags":["signed-up"]`) || !strings.Contains(greeted, `https://hooks.example.com/offer?c=`) {
		t.Errorf("greeted with %s", greeted)
	}
}

// A tag that is given several times at the same moment starts one run.
func TestConcurrentTagsStartOneRun(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { d.accept("/signup", `{"email": "jane@example.com", "name": "Jane"}`) })
	}
	wg.Wait()
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1, store.Throttled: 7})
	d.awaitRuns("each_time", map[store.State]int{store.Succeeded: 8})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	d.await(d.accept("/signup", `{"email": "jane@example.com", "name": "Jane"}`), store.Succeeded)
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1})
	greeted := d.bodies("welcome", "greet")
	_, link, _ := strings.Cut(greeted, "https://hooks.example.com/offer?c=")
	token, _, _ := strings.Cut(link, `"`)
	for name, query := range map[string]string{"whole": "?page=2&c=" + token, "changed": "?c=x" + token, "nobody's": ""} {
		res := d.click("/offer" + query)
		if res.status != http.StatusFound || res.header.Get("Location") != "https://shop.example.com/offer?from=mail" || res.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s link: %d to %q", name, res.status, res.header.Get("Location"))
		}
	}
	d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1, store.Refused: 2})
	d.awaitRuns("clicked", map[store.State]int{store.Succeeded: 1})
	if seen := d.bodies("offer", "seen"); !strings.Contains(seen, `"tags":["clicked:offer","looked","signed-up"]`) || !strings.Contains(seen, `"url":"/offer?page=2"`) || !strings.Contains(seen, `"page":"2"`) || strings.Contains(seen, token) {
		t.Errorf("the flow saw %s", seen)
	}
	page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{Text: token[:40]}, Limit: 10})
	for _, r := range page.Runs {
		if r.Flow == "offer" {
			t.Errorf("the history of the link's flow holds the token (%v)", err)
		}
	}
	d.store.down.Store(true)
	if res := d.click("/offer?c=" + token); res.status != http.StatusFound {
		t.Errorf("without a store a click is answered with %d", res.status)
	}
	d.store.down.Store(false)
}

// jq reads complete contacts, in the first attempt and when the run resumes.
func TestContactsInPrograms(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "in" {
  trigger "webhook" { path = "/in" }
  action "tag" "t" {
    contact = webhook.body.email
    add     = "a"
    fields  = { deep = { z = [1, null] }, name = "x" }
  }
}
flow "read" {
  trigger "tag" { tag = "a" }
  action "transform" "before" { jq = "[.email, .fields.deep.z[0], $contact.fields.name, $contact.fields.none, .tags, $tag.name]" }
  action "delay" "wait" { for = "20ms" }
  action "transform" "after" {
    input = [contact, contact.fields]
    jq    = "[.[0].fields.deep.z, (.[1] | keys), $contact.email]"
  }
  action "http" "tell" {
    url  = "OUT/tell"
    json = { before = action.before.value, after = action.after.value, contact = contact, none = contact.fields.none }
  }
}`)
	d.accept("/in", `{"email": "jane@example.com"}`)
	d.awaitRuns("read", map[store.State]int{store.Succeeded: 1})
	got := d.bodies("read", "tell")
	for _, want := range []string{
		`"before":["jane@example.com",1,"x",null,["a"],"a"]`, `"after":[[1,null],["deep","name"],"jane@example.com"]`,
		`"fields":{"deep":{"z":[1,null]},"name":"x"}`, `"none":null`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the flow read %s, which lacks %s", got, want)
		}
	}
}

// A contact gets a tag for a message that was sent, and the tag starts flows. A
// throttled or failed message gives none.
func TestTagsOfSentMessages(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "in" {
  trigger "webhook" { path = "/in" }
  action "tag" "t" {
    contact = "jane@example.com"
    add     = "a"
  }
}
flow "tell" {
  trigger "tag" {
    tag      = "a"
    throttle = "0s"
  }
  action "webhook" "crm" {
    url = "OUT/crm"
    throttle {
      key   = contact.email
      every = "1h"
    }
  }
  action "webhook" "broken" {
    url      = "OUT/broken"
    on_error = "continue"
  }
}
flow "after" {
  trigger "tag" {
    tag      = "sent:tell/crm"
    throttle = "0s"
  }
  action "http" "seen" { url = "OUT/seen" }
}`)
	d.outside.fail("/broken", 2)
	for range 2 {
		d.await(d.accept("/in", `{}`), store.Succeeded)
	}
	d.awaitRuns("tell", map[store.State]int{store.Succeeded: 2})
	d.awaitRuns("after", map[store.State]int{store.Succeeded: 1})
	got, err := d.store.GetContact(t.Context(), "jane@example.com")
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, tag := range got.Tags {
		tags = append(tags, tag.Name+" "+string(tag.Source))
	}
	if text := strings.Join(tags, ", "); text != "a manual, sent:tell/crm smart" {
		t.Errorf("the contact has %s", text)
	}
}

// An old link gives no tag to a deleted contact.
func TestLinkOfDeletedContact(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	d.await(d.accept("/signup", `{"email": "jane@example.com", "name": "Jane"}`), store.Succeeded)
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1})
	_, link, _ := strings.Cut(d.bodies("welcome", "greet"), "https://hooks.example.com")
	target, _, _ := strings.Cut(link, `"`)
	if _, err := d.store.DeleteContact(t.Context(), "jane@example.com"); err != nil {
		t.Fatal(err)
	}
	d.click(target)
	d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1})
	if n := d.outside.count("/seen"); n != 0 {
		t.Error("actions ran for a contact that is not known")
	}
	if _, err := d.store.GetContact(t.Context(), "jane@example.com"); err == nil {
		t.Error("the contact is back")
	}
}

// sentOn is the response to a click.
type sentOn struct {
	status int
	header http.Header
}

// click follows a link, but not its redirect.
func (d *durable) click(target string) sentOn {
	d.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u, err := url.Parse(d.base + target)
	if err != nil {
		d.t.Fatal(err)
	}
	res, err := client.Get(u.String())
	if err != nil {
		d.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		d.t.Fatal(err)
	}
	return sentOn{res.StatusCode, res.Header}
}

// awaitRuns waits until the flow has exactly these numbers of runs in each state.
func (d *durable) awaitRuns(name string, want map[store.State]int) {
	d.t.Helper()
	total := 0
	for _, n := range want {
		total += n
	}
	got := map[store.State]int{}
	d.changed.Await(d.t, "runs of "+name, func() bool {
		clear(got)
		page, err := d.store.List(d.t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 100})
		if err != nil {
			d.t.Fatal(err)
		}
		for _, r := range page.Runs {
			got[r.State]++
		}
		same := len(page.Runs) == total
		for state, n := range want {
			same = same && got[state] == n
		}
		return same
	})
}

// bodies returns the inputs of an action of a flow in the stored runs.
func (d *durable) bodies(name, action string) string {
	d.t.Helper()
	var out []string
	page, err := d.store.List(d.t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range page.Runs {
		run, err := d.store.Get(d.t.Context(), r.ID)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, s := range run.Steps {
			if s.Path == action {
				out = append(out, string(s.Input))
			}
		}
	}
	return strings.Join(out, "\n")
}

// A running gateway starts the flows of schedules.
func TestScheduleRuns(t *testing.T) {
	t.Parallel()
	now := &shiftedClock{}
	now.forward(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute - time.Second))) // the next tick is soon
	began := now.Now()
	d := newStopped(t)
	d.opts.Clock = now
	d.open = func() (store.Store, error) { return sqlite.Open(sqlite.Options{Dir: d.dir, Clock: now}) }
	d.write(`
flow "minutely" {
  trigger "schedule" { cron = "* * * * *" }
  action "http" "tick" {
    url  = "OUT/tick"
    json = { at = schedule.time }
  }
}`)
	d.start()
	// A tick that is less than a minute late starts a run at the start.
	d.changed.Await(d.t, "a tick", func() bool { return d.outside.count("/tick") > 0 })
	at, err := time.Parse(time.RFC3339, strings.Trim(strings.TrimPrefix(d.variables("minutely"), `{"schedule":{"time":`), `"}`))
	if err != nil || at.Second() != 0 || at.Before(began.Truncate(time.Minute)) || at.After(now.Now()) {
		t.Errorf("ran for %s (%v)", at, err)
	}
}

func (d *durable) variables(name string) string {
	d.t.Helper()
	page, err := d.store.List(d.t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}}, Limit: 1})
	if err != nil || len(page.Runs) == 0 {
		d.t.Fatalf("%d runs (%v)", len(page.Runs), err)
	}
	run, err := d.store.Get(d.t.Context(), page.Runs[0].ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(run.Variables)
}

// An action that gives its tag again, as after a crash, starts no second run,
// even if the window of the flow is over. A throttled start is recorded once.
func TestRepeatedTagStartsOnce(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "give" {
  trigger "webhook" { path = "/give" }
  action "tag" "it" {
    contact = "jane@example.com"
    add     = "given"
  }
  action "http" "done" { url = "OUT/done" }
}
flow "short" {
  trigger "tag" {
    tag      = "given"
    throttle = "1ms"
  }
  action "http" "short" { url = "OUT/short" }
}
flow "long" {
  trigger "tag" { tag = "given" }
  action "http" "long" { url = "OUT/long" }
}`)
	again := func(id string, times int) {
		if err := d.store.Requeue(t.Context(), id, store.RequeueOptions{FromStart: true}); err != nil {
			t.Fatal(err)
		}
		d.changed.Await(d.t, "it is done again", func() bool { return d.outside.count("/done") == times })
		d.await(id, store.Succeeded)
	}
	first := d.accept("/give", `{}`)
	d.await(first, store.Succeeded)
	d.awaitRuns("short", map[store.State]int{store.Succeeded: 1})
	second := d.accept("/give", `{}`)
	d.await(second, store.Succeeded)
	again(first, 3)
	again(second, 4)
	d.awaitRuns("short", map[store.State]int{store.Succeeded: 2})
	d.awaitRuns("long", map[store.State]int{store.Succeeded: 1, store.Throttled: 1})
}

// A flow whose queue is full does not keep other flows from starting.
func TestTagOfFullFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "give" {
  trigger "webhook" { path = "/give" }
  action "tag" "it" {
    contact = "jane@example.com"
    add     = ["first", "second"]
  }
}
flow "full" {
  trigger "tag" {
    tag      = "first"
    throttle = "0s"
    concurrency {
      max   = 1
      queue = 1
    }
  }
  action "http" "hold" { url = "OUT/hold" }
}
flow "other" {
  trigger "tag" {
    tag      = "first"
    throttle = "0s"
  }
  action "http" "other" { url = "OUT/other" }
}
flow "second" {
  trigger "tag" {
    tag      = "second"
    throttle = "0s"
  }
  action "http" "second" { url = "OUT/second" }
}`)
	release := d.outside.hold("/hold")
	defer release()
	d.await(d.accept("/give", `{}`), store.Succeeded)
	d.changed.Await(d.t, "it is held", func() bool { return d.outside.count("/hold") == 1 })
	d.await(d.accept("/give", `{}`), store.Succeeded)
	run := d.await(d.accept("/give", `{}`), store.Failed)
	if !strings.Contains(run.Cause.Message, `"full"`) {
		t.Errorf("the action failed by %+v", run.Cause)
	}
	d.awaitRuns("other", map[store.State]int{store.Succeeded: 3})
	d.awaitRuns("second", map[store.State]int{store.Succeeded: 3})
}

// A tag that a link gives and the same tag from an action of its flow start two
// runs, even if the action has the name "link".
func TestTagsOfLinkAndFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "signup" {
  trigger "webhook" {
    path = "/signup"
    mode = "sync"
  }
  action "tag" "remember" {
    contact = "jane@example.com"
    add     = "known"
  }
  action "respond" "link" { body = link_url("offer", "jane@${webhook.body.at}") }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com"
    tag      = "looked"
  }
  action "tag" "link" { add = "looked" }
}
flow "looked" {
  trigger "tag" {
    tag      = "looked"
    throttle = "0s"
  }
  action "http" "looked" { url = "OUT/looked" }
}`)
	made := d.post("/signup", `{"at": "example.com"}`)
	_, query, _ := strings.Cut(made.body, "?")
	d.click("/offer?" + query)
	d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1})
	d.awaitRuns("looked", map[store.State]int{store.Succeeded: 2})
}
