package ratelimit

import (
	"strconv"
	"testing"
	"time"
)

func TestTake(t *testing.T) {
	t.Parallel()
	rate := Rate{Requests: 60, Per: time.Minute, Burst: 3} // one per second, three at once
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := New(10)
	for i, c := range []struct {
		after time.Duration // the request before
		want  Result
	}{
		{0, Result{OK: true, Remaining: 2, Reset: time.Second}},
		{0, Result{OK: true, Remaining: 1, Reset: 2 * time.Second}},
		{0, Result{OK: true, Remaining: 0, Reset: 3 * time.Second}},
		{0, Result{Reset: 3 * time.Second, Wait: time.Second}},
		{400 * time.Millisecond, Result{Reset: 2600 * time.Millisecond, Wait: 600 * time.Millisecond}},
		{600 * time.Millisecond, Result{OK: true, Remaining: 0, Reset: 3 * time.Second}},
		{2 * time.Second, Result{OK: true, Remaining: 1, Reset: 2 * time.Second}},
		{time.Hour, Result{OK: true, Remaining: 2, Reset: time.Second}},
	} {
		now = now.Add(c.after)
		if got := l.Take("k", rate, now); got != c.want {
			t.Errorf("request %d: %+v, want %+v", i+1, got, c.want)
		}
	}
	if got := l.Take("other", rate, now); !got.OK || got.Remaining != 2 {
		t.Errorf("another key: %+v", got)
	}
}

// TestSustainedRate: over a long time no more than the rate and one burst pass.
func TestSustainedRate(t *testing.T) {
	t.Parallel()
	rate := Rate{Requests: 7, Per: time.Second, Burst: 5}
	now, passed := time.Unix(0, 0), 0
	l := New(1)
	for range 100_000 { // 100 s
		if l.Take("k", rate, now).OK {
			passed++
		}
		now = now.Add(time.Millisecond)
	}
	if passed < 700 || passed > 706 {
		t.Errorf("%d requests passed in 100 s", passed)
	}
}

// TestRateChanges: a bucket that a larger rate has filled does not block a smaller
// one for longer than its own time.
func TestRateChanges(t *testing.T) {
	t.Parallel()
	now, l := time.Unix(0, 0), New(1)
	hourly := Rate{Requests: 1, Per: time.Hour, Burst: 1}
	secondly := Rate{Requests: 1, Per: time.Second, Burst: 1}
	l.Take("k", hourly, now)
	if got := l.Take("k", secondly, now); got.OK || got.Wait != time.Second {
		t.Errorf("at once: %+v", got)
	}
	if got := l.Take("k", secondly, now.Add(time.Second)); !got.OK {
		t.Errorf("after a second: %+v", got)
	}
}

// TestHugeBurst: a bucket that is full only after centuries is no less than one of
// a hundred years.
func TestHugeBurst(t *testing.T) {
	t.Parallel()
	now, l := time.Unix(0, 0), New(1)
	daily := Rate{Requests: 1, Per: 24 * time.Hour, Burst: 1_000_000}
	if got := l.Take("k", daily, now); !got.OK || got.Remaining != 36_499 || got.Reset != 24*time.Hour {
		t.Errorf("got %+v", got)
	}
}

// TestFollow: the bucket has what another limiter says, and keeps requests that
// the other one has not seen.
func TestFollow(t *testing.T) {
	t.Parallel()
	rate := Rate{Requests: 60, Per: time.Minute, Burst: 10}
	for _, c := range []struct {
		name  string
		taken int
		other Result
		want  int // requests that remain after one more
	}{
		{"the other has seen more", 1, rate.Result(true, 6*time.Second), 3},
		{"requests are on their way", 5, rate.Result(true, 2*time.Second), 4},
		{"refused, and more were counted here", 10, rate.Result(false, 9*time.Second), 0},
	} {
		now, l := time.Unix(0, 0), New(1)
		for range c.taken {
			l.Take("k", rate, now)
		}
		l.Follow("k", c.other, now)
		if got := l.Take("k", rate, now); !got.OK || got.Remaining != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	rate := Rate{Requests: 1, Per: time.Hour, Burst: 1}
	now, l := time.Unix(0, 0), New(100)
	for i := range 10_000 {
		l.Take(strconv.Itoa(i), rate, now)
		if l.Take("used", rate, now).OK != (i == 0) {
			t.Fatalf("the key that is used is forgotten after %d others", i)
		}
	}
	if len(l.byKey) != 100 || l.recent.Len() != 100 {
		t.Errorf("%d keys and %d buckets", len(l.byKey), l.recent.Len())
	}
	if !l.Take("0", rate, now).OK {
		t.Error("an old key is not forgotten")
	}
}
