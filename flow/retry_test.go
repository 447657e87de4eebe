package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// waits runs an action that fails each time, and returns how long it waited
// between its attempts.
func waits(ctx context.Context, t *testing.T, err error, retry string) ([]time.Duration, *flow.Error) {
	t.Helper()
	l := newLab(t)
	var at []time.Time
	l.does["a"] = func(context.Context, *flow.Call) (any, error) {
		at = append(at, time.Now())
		return nil, err
	}
	out := flow.Execute(ctx, l.start("action \"do\" \"a\" {\nretry {\n"+retry+"\n}\n}"))
	var between []time.Duration
	for i := 1; i < len(at); i++ {
		between = append(between, at[i].Sub(at[i-1]))
	}
	if l.records[0].Attempts != len(at) {
		t.Errorf("%d attempts, observed %d", len(at), l.records[0].Attempts)
	}
	return between, out.Err
}

func TestRetryBacksOffWithJitter(t *testing.T) {
	t.Parallel()
	unavailable := &flow.Error{Class: flow.Transient, Reason: flow.Reason5xx, Message: "answered 503"}
	bounds := []time.Duration{time.Second, 3 * time.Second, 9 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second}
	longest := make([]time.Duration, len(bounds))
	synctest.Test(t, func(t *testing.T) {
		for range 200 {
			got, err := waits(t.Context(), t, unavailable, "attempts = 7\ninitial = \"1s\"\nfactor = 3\nmax = \"20s\"")
			if len(got) != len(bounds) || err == nil || err.Message != "answered 503" {
				t.Fatalf("waited %v, then %v", got, err)
			}
			for i, w := range got {
				if w < 0 || w > bounds[i] {
					t.Errorf("wait %d is %s, above its bound of %s", i, w, bounds[i])
				}
				longest[i] = max(longest[i], w)
			}
		}
	})
	// Of 200 draws the longest falls short of three quarters of the bound once
	// in 10²⁵ times.
	for i, w := range longest {
		if w < bounds[i]*3/4 {
			t.Errorf("wait %d is never longer than %s: the jitter does not use its bound of %s", i, w, bounds[i])
		}
	}
}

func TestRetryCounts(t *testing.T) {
	t.Parallel()
	failing := func(reason string) error { return &flow.Error{Class: flow.Transient, Reason: reason} }
	cases := []struct {
		name, retry string
		err         error
		attempts    int
	}{
		{"default", "", failing(flow.Reason5xx), 3},
		{"one", "attempts = 1", failing(flow.Reason5xx), 1},
		{"five", "attempts = 5", failing(flow.Reason429), 5},
		{"connect", "", failing(flow.ReasonConnect), 3},
		{"time-out", "", failing(flow.ReasonTimeout), 3},
		{"time-out of the context", "", context.DeadlineExceeded, 3},
		{"not listed", "on = [\"5xx\"]", failing(flow.Reason429), 1},
		{"listed alone", "on = [\"429\"]", failing(flow.Reason429), 3},
		{"nothing listed", "on = []", failing(flow.Reason5xx), 1},
		{"no reason", "", errBroken, 1},
		{"wrapped", "", fmt.Errorf("more: %w", failing(flow.Reason5xx)), 3},
		{"no wait", "attempts = 100\ninitial = \"0s\"\nfactor = 1e308", failing(flow.Reason5xx), 100},
		{"factor beyond numbers", "attempts = 100\nfactor = 1e308", failing(flow.Reason5xx), 100},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := waits(t.Context(), t, c.err, c.retry)
				if len(got)+1 != c.attempts || err == nil {
					t.Errorf("%d attempts, then %v", len(got)+1, err)
				}
				if strings.HasPrefix(c.name, "no wait") && slices.Max(got) > 0 {
					t.Errorf("waited %v", got)
				}
			})
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for ask, want := range map[time.Duration]time.Duration{
		7 * time.Second: 7 * time.Second, time.Millisecond: time.Millisecond, time.Hour: 10 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			got, _ := waits(t.Context(), t, &flow.Error{Class: flow.Transient, Reason: flow.Reason429, RetryAfter: ask}, "attempts = 3\nmax = \"10s\"")
			if !slices.Equal(got, []time.Duration{want, want}) {
				t.Errorf("asked to wait %s, waited %v", ask, got)
			}
		})
	}
}

func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.fails("a", &flow.Error{Reason: flow.Reason5xx}, 2)
		out := l.run("action \"do\" \"a\" {\nretry {}\n}\naction \"do\" \"b\" { give = action.a }")
		if out.Err != nil || l.order() != "a a a b" || l.records[0].State != flow.Succeeded || l.records[0].Attempts != 3 {
			t.Errorf("%+v after %s, %+v", out, l.order(), l.records[0])
		}
	})
}

// TestRetryGivesUpInTime: a wait that the run's time does not allow is not
// begun, and one that a cancel cuts off ends.
func TestRetryGivesUpInTime(t *testing.T) {
	t.Parallel()
	asks := &flow.Error{Class: flow.Transient, Reason: flow.Reason429, RetryAfter: time.Minute, Message: "answered 429"}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		began := time.Now()
		got, err := waits(ctx, t, asks, "")
		if len(got) > 0 || time.Since(began) > 0 || err.Message != "answered 429" {
			t.Errorf("after %s and %d more attempts: %v", time.Since(began), len(got), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		got, err := waits(ctx, t, asks, "")
		if len(got) > 0 || time.Since(began) != time.Second || err.Message != "answered 429" {
			t.Errorf("after %s and %d more attempts: %v", time.Since(began), len(got), err)
		}
	})
}

// TestRetryEachAttemptHasItsTime: the timeout is that of one attempt.
func TestRetryEachAttemptHasItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.does["a"] = func(ctx context.Context, c *flow.Call) (any, error) {
			if c.Attempt == 3 {
				return nil, nil
			}
			<-ctx.Done()
			return nil, errors.New("cut off")
		}
		began := time.Now()
		out := l.run("action \"do\" \"a\" {\ntimeout = \"5s\"\nretry { initial = \"0s\" }\n}")
		if out.Err != nil || time.Since(began) != 10*time.Second {
			t.Errorf("%+v after %s", out, time.Since(began))
		}
	})
}

func TestRetryFindings(t *testing.T) {
	t.Parallel()
	cases := []struct{ retry, want string }{
		{"attempts = 0", "from 1 to 100"},
		{"attempts = 101", "from 1 to 100"},
		{"attempts = 1.5", "whole number"},
		{"factor = 0.5", "at least 1"},
		{"initial = \"2m\"", "longer than max"},
		{"initial = \"-1s\"", "not a duration"},
		{"on = [\"4xx\"]", "not one of"},
		{"attempts = webhook.body", "read when the file is loaded"},
	}
	for _, c := range cases {
		_, diags := newLab(t).parse("action \"do\" \"a\" {\nretry {\n" + c.retry + "\n}\n}")
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, c.want) {
			t.Errorf("%s: findings %v", c.retry, diags)
		}
	}
}
