// Package ratelimit limits requests by key with token buckets. A bucket is one
// time: that at which it is full again (the generic cell rate algorithm).
package ratelimit

import (
	"container/list"
	"sync"
	"time"
)

// Rate is a number of requests per time, of which Burst may come at once.
type Rate struct {
	Requests int
	Per      time.Duration
	Burst    int
}

// maxFill limits the time after which an empty bucket is full, so that sums of
// times do not overflow.
const maxFill = 100 * 365 * 24 * time.Hour

// Interval returns the time in which a bucket gains one request.
func (r Rate) Interval() time.Duration { return max(r.Per/time.Duration(r.Requests), 1) }

// Capacity returns the time after which an empty bucket is full.
func (r Rate) Capacity() time.Duration {
	interval := r.Interval()
	requests := min(int64(r.Burst), int64(maxFill/interval))
	return interval * time.Duration(requests)
}

// Result returns the decision about a request, after which the bucket is full in
// the time used.
func (r Rate) Result(ok bool, used time.Duration) Result {
	left := r.Capacity() - used
	if !ok {
		return Result{Reset: used, Wait: r.Interval() - left}
	}
	return Result{OK: true, Remaining: int(left / r.Interval()), Reset: used}
}

// Result is the decision about one request.
type Result struct {
	OK        bool
	Remaining int           // requests that may come at once now
	Reset     time.Duration // until the bucket is full
	Wait      time.Duration // until the next request may come; 0 if OK
}

// Limiter holds the buckets of a limited number of keys. It forgets the key that
// was not used for the longest time. It is safe for concurrent use.
type Limiter struct {
	max int

	mu     sync.Mutex
	byKey  map[string]*list.Element // of buckets
	recent *list.List               // the bucket that was used last is in front
}

type bucket struct {
	key  string
	full time.Time // when the bucket is full again
}

// New returns a limiter for a number of keys.
func New(maxKeys int) *Limiter {
	return &Limiter{max: maxKeys, byKey: map[string]*list.Element{}, recent: list.New()}
}

// Take takes a request from the bucket of a key, if it has one.
func (l *Limiter) Take(key string, r Rate, now time.Time) Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, now)
	used := max(b.full.Sub(now), 0)
	if used > r.Capacity() { // the rate was slower when the bucket was used
		used = r.Capacity()
		b.full = now.Add(used)
	}
	if used+r.Interval() > r.Capacity() {
		return r.Result(false, used)
	}
	used += r.Interval()
	b.full = now.Add(used)
	return r.Result(true, used)
}

// Follow corrects the bucket of a key after another limiter, which counts more
// requests, has decided about a request that Take let pass. Requests that are on
// their way to the other limiter stay counted unless it refuses.
func (l *Limiter) Follow(key string, other Result, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, now)
	if full := now.Add(other.Reset); !other.OK || full.After(b.full) {
		b.full = full
	}
}

// bucket returns the bucket of a key, a full one if there is none.
func (l *Limiter) bucket(key string, now time.Time) *bucket {
	if e := l.byKey[key]; e != nil {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket) //nolint:forcetypeassert // the list has buckets only
	}
	if l.recent.Len() >= l.max {
		oldest := l.recent.Back()
		delete(l.byKey, l.recent.Remove(oldest).(*bucket).key) //nolint:forcetypeassert // as above
	}
	b := &bucket{key: key, full: now}
	l.byKey[key] = l.recent.PushFront(b)
	return b
}
