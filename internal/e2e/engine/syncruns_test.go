package engine_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// TestCommandsPageListsSyncRuns: the list of runs has the sync runs that are under
// way, in their place, and they can be shown but not cancelled.
func TestCommandsPageListsSyncRuns(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "sync" {
  trigger "webhook" {
    path = "/sync"
    mode = "sync"
  }
  action "http" "act" { url = "OUT/act" }
}
flow "async" {
  trigger "webhook" { path = "/async" }
}`)
	list := func(query string) (runs []ops.RunSummary, next string) {
		t.Helper()
		r := d.admin(http.MethodGet, "/api/v1/runs"+query)
		var page ops.RunPage
		if err := json.Unmarshal(r.Body.Bytes(), &page); err != nil || r.Code != http.StatusOK {
			t.Fatalf("%d %s %v", r.Code, r.Body, err)
		}
		return page.Runs, page.Next
	}
	older := d.accept("/async", `{}`)
	d.await(older, store.Succeeded)
	release := d.outside.hold("/act")
	ended := make(chan reply, 1)
	go func() { ended <- d.post("/sync", `{}`) }()
	d.changed.Await(t, "the sync run is under way", func() bool { return d.outside.count("/act") == 1 })
	newer := d.accept("/async", `{}`)
	d.await(newer, store.Succeeded)
	runs, _ := list("")
	if len(runs) != 3 || runs[0].ID != newer || runs[2].ID != older || runs[1].Flow != "sync" || runs[1].State != "running" {
		t.Fatalf("the list is %+v", runs)
	}
	id := runs[1].ID
	for query, want := range map[string]int{"?state=running": 1, "?flow=sync": 1, "?state=failed": 0, "?flow=async": 2, "?after=" + id: 1, "?after=" + newer: 2, "?text=%2Fsync": 0} {
		if got, _ := list(query); len(got) != want {
			t.Errorf("%s lists %d runs, want %d: %+v", query, len(got), want, got)
		}
	}
	var paged []string
	for next := newer; next != ""; {
		var page []ops.RunSummary
		page, next = list("?limit=1&after=" + next)
		for _, r := range page {
			paged = append(paged, r.ID)
		}
	}
	if len(paged) != 2 || paged[0] != id || paged[1] != older {
		t.Errorf("the pages after %s list %s, want %s and %s", newer, paged, id, older)
	}
	if r := d.admin(http.MethodGet, "/api/v1/runs/"+id); r.Code != http.StatusOK {
		t.Errorf("the run is shown with %d %s", r.Code, r.Body)
	}
	if r := d.admin(http.MethodPost, "/api/v1/runs/"+id+"/cancel"); r.Code != http.StatusConflict {
		t.Errorf("the run is cancelled with %d %s", r.Code, r.Body)
	}
	release()
	if r := <-ended; r.run() != id {
		t.Errorf("the run of the request is %s, and %s was listed", r.run(), id)
	}
	d.await(id, store.Succeeded)
	if got, _ := list("?flow=sync"); len(got) != 1 || !got[0].Received.Equal(runs[1].Received) {
		t.Errorf("after its end the run was received at %v, and before at %v", got, runs[1].Received)
	}
	if got, _ := list("?state=running"); len(got) != 0 {
		t.Errorf("after its end the run is listed as running: %+v", got)
	}
}
