package engine_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/store"
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
