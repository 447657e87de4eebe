package ops

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// largeBody returns JSON of about 10 MiB.
func largeBody() []byte {
	return []byte(`{"items":[` + strings.Repeat(`{"id":123456,"name":"a name","note":"a\tb","tags":["x","y"]},`, 170_000) + `{}]}`)
}

func viewWithSecrets(n int) view {
	var secrets []string
	for i := range n {
		secrets = append(secrets, fmt.Sprintf("hunter%d-hunter2", i))
	}
	return view{&snapshot.Snapshot{Redactor: redact.New(secrets)}}
}

// TestLargeBody: a body without secrets is shown without a value for each of its parts.
func TestLargeBody(t *testing.T) {
	v, body := viewWithSecrets(10), largeBody()
	if got := v.showBody(body, nil, false); string(got.Body) != string(body) || got.Encoding != "json" {
		t.Fatalf("%d bytes of %s, want the %d bytes of the body", len(got.Body), got.Encoding, len(body))
	}
	const limit = 170_000 + 50 // a string with an escape costs one
	if got := testing.AllocsPerRun(1, func() { v.showBody(body, nil, false) }); got > limit && !racetest.On {
		t.Errorf("%.0f allocations, want at most %d", got, limit)
	}
}

func BenchmarkLargeBody(b *testing.B) {
	v, body := viewWithSecrets(10), largeBody()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		v.showBody(body, nil, false)
	}
}
