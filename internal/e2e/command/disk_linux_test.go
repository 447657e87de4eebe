package command_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/disktest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// filler posts numbered requests with large bodies.
type filler struct {
	base string
	next int64

	mu       sync.Mutex
	accepted map[int64]string
}

// fill posts from several clients until each was refused, and checks how.
func (f *filler) fill(t *testing.T, clients int) {
	t.Helper()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range 10_000 {
				status, again := f.post(t)
				if status < 300 {
					continue
				}
				if status != http.StatusServiceUnavailable || again == "" {
					t.Errorf("on a full disk a request got %d, to come again after %q seconds", status, again)
				}
				return
			}
			t.Error("the disk does not get full")
		})
	}
	wg.Wait()
}

// post sends the next request, and notes it where it was accepted. It returns
// the status and Retry-After.
func (f *filler) post(t *testing.T) (status int, again string) {
	t.Helper()
	f.mu.Lock()
	f.next++
	n := f.next
	f.mu.Unlock()
	body := fmt.Sprintf(`{"n": %d, "more": %q}`, n, strings.Repeat("x", 20_000))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.base+"/load", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	_ = res.Body.Close()
	if res.StatusCode < 300 {
		f.mu.Lock()
		f.accepted[n] = res.Header.Get("Gateway-Run")
		f.mu.Unlock()
	}
	return res.StatusCode, res.Header.Get("Retry-After")
}

func (f *filler) numbers() (numbers []int64) {
	for n := range f.accepted {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// TestFullDisk fills the disk under a gateway. The gateway answers 503 to
// requests that it cannot store. With space again it continues by itself, and
// all accepted runs finish.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	s := newSite(t, threeActions(r.url))
	s.data = disktest.Small(t, "16m")
	ballast := filepath.Join(s.data, "ballast")
	if err := os.WriteFile(ballast, bytes.Repeat([]byte{1}, 6<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.start(t)
	f := &filler{base: p.base, accepted: map[int64]string{}}
	for range 3 { // each refusal must leave all as it was
		f.fill(t, 8)
	}
	full := len(f.accepted)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	signaltest.Repeat(t, "with space again the gateway accepts", func() bool {
		f.post(t)
		return len(f.accepted) >= full+5
	})
	numbers := f.numbers()
	r.await(t, numbers, "/three")
	p.stop()
	if repeated := r.check(t, "/one", "/two", "/three"); repeated > 0 {
		t.Errorf("%d actions were repeated, though no gateway was killed", repeated)
	}
	t.Logf("%d of %d requests were accepted, %d of them before the disk was full", len(numbers), f.next, full)
	checkFinished(t, openData(t, s), f.accepted, 1)
}

// TestPowerLoss ends the file system under a gateway under load without
// flushing it, and the gateway with it. After the restarts on the remaining
// files all accepted runs finish, and no completed action is repeated.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	image := disktest.Image(t)
	r := newReceiver(t, nil)
	s := newSite(t, threeActions(r.url))
	l := startTraffic(t, r, 6, 2)
	for range 3 {
		disk := disktest.Mount(t, image)
		s.data = disk.Dir
		p := s.start(t)
		l.to(p.base)
		r.awaitCalls(t, 200+rand.Int64N(1000)) //nolint:gosec // not secret
		r.power.turn()                         // before the cut: what is confirmed while it happens must not count
		l.turnPower()
		disk.CutPower(t)
		l.awaitAnswers(t, 5)
		p.kill()
		r.awaitClosed(t, r)
		r.life.Add(1)
		r.power.turn()
		l.turnPower()
		disk.Unmount()
	}
	disk := disktest.Mount(t, image)
	disk.CheckCut(t)
	s.data = disk.Dir
	p := s.start(t)
	l.to(p.base)
	awaitMore(t, 10, l)
	numbers := l.end()
	if n := r.missing(numbers, "/three"); n != 0 {
		p.stop()
		t.Fatalf("request %d did not come to /three: %s", n, recorded(openData(t, s), l.accepted[n]))
	}
	p.stop()
	repeated := r.check(t, "/one", "/two", "/three")
	t.Logf("%d accepted, other answers %v, %d actions repeated", len(numbers), l.refused, repeated)
	if len(numbers) < 20 {
		t.Errorf("only %d requests were accepted", len(numbers))
	}
	for status := range l.refused {
		if status != http.StatusServiceUnavailable {
			t.Errorf("a request was answered with %d", status)
		}
	}
	st := openData(t, s)
	checkFinished(t, st, l.accepted, 0)
	if err := st.Close(); err != nil {
		t.Error(err)
	}
}

// awaitAnswers waits until that many requests more were answered or failed.
func (l *traffic) awaitAnswers(t *testing.T, more int64) {
	t.Helper()
	before := l.answers.Load()
	l.receiver.changed.Await(t, "requests are answered", func() bool { return l.answers.Load() >= before+more })
}

// syncOnly is a flow that needs no store.
const syncOnly = `
flow "echo" {
  trigger "webhook" {
    path = "/echo"
    mode = "sync"
  }
  action "respond" "answer" { body = "hello" }
}`

// TestStartOnFullDisk starts gateways on a disk that is full. They serve the flows
// that need no store. A gateway without other flows is ready.
func TestStartOnFullDisk(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	s := newSite(t, threeActions(r.url)+syncOnly)
	s.data = disktest.Small(t, "8m")
	s.start(t).stop() // makes the files
	ballast := filepath.Join(s.data, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 9<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	p := s.start(t)
	checkNotStored(t, p, "its disk is full")
	if got := ask(t, p.base+"/echo", `{}`); got.status != http.StatusOK || got.body != "hello" {
		t.Errorf("a flow without a need of the store answers %+v", got)
	}
	s.write(t, syncOnly)
	if got := ask(t, "http://"+p.admin+"/-/reload", `{}`); got.status != http.StatusOK {
		t.Fatalf("reloading: %+v", got)
	}
	if got := ask(t, "http://"+p.admin+"/readyz", ""); got.status != http.StatusOK {
		t.Errorf("/readyz answers %+v, and no flow needs the store", got)
	}
	s.write(t, threeActions(r.url)+syncOnly)
	if got := ask(t, "http://"+p.admin+"/-/reload", `{}`); got.status != http.StatusOK {
		t.Fatalf("reloading: %+v", got)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	awaitReady(t, p)
	if got := ask(t, p.base+"/load", `{"n": 1}`); got.status >= http.StatusMultipleChoices {
		t.Errorf("with space again a request got %+v", got)
	}
	r.await(t, []int64{1}, "/three")
	p.stop()
}

// TestFirstStartOnFullDisk starts a gateway in an empty folder on a full disk: it
// says what to do. With key and token from outside it serves.
func TestFirstStartOnFullDisk(t *testing.T) {
	t.Parallel()
	s := newSite(t, syncOnly)
	s.data = disktest.Small(t, "1m")
	if err := os.WriteFile(filepath.Join(s.data, "ballast"), make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	text := s.fail(t)
	for _, want := range []string{"the disk of the data folder", s.data, "is full", "GATEWAY_KEY and GATEWAY_ADMIN_TOKEN"} {
		if !strings.Contains(text, want) {
			t.Errorf("the gateway does not say %q:\n%s", want, text)
		}
	}
	s.env = []string{"GATEWAY_KEY=key-of-a-full-disk", "GATEWAY_ADMIN_TOKEN=token-of-a-full-disk"}
	p := s.start(t)
	if got := ask(t, p.base+"/echo", `{}`); got.status != http.StatusOK || got.body != "hello" {
		t.Errorf("a flow without a need of the store answers %+v", got)
	}
	p.stop()
}
