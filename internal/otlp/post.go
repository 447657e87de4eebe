package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/outbound"
)

// maxAnswer bounds the answer of a collector, which has no content to speak of.
const maxAnswer = 64 << 10

// retryError is an error after which the same batch may be taken.
type retryError struct {
	cause error
	after time.Duration // as the collector asks for; 0 if it does not
}

func (e *retryError) Error() string { return e.cause.Error() }

// post sends the body once. It returns how many spans the collector refused.
func (e *Exporter) post(ctx context.Context, body []byte) (refused int64, err error) {
	ctx, cancel := e.opts.Clock.WithDeadline(ctx, e.opts.Clock.Now().Add(e.opts.Timeout))
	defer cancel()
	header := e.opts.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	var withheld []string
	for name := range e.opts.Header {
		withheld = append(withheld, name)
	}
	if e.opts.Gzip {
		header.Set("Content-Encoding", "gzip")
		body = compress(body)
	}
	answer, err := e.opts.Client.Do(ctx, &outbound.Request{
		Method: http.MethodPost, URL: e.opts.URL, Header: header, Body: body, MaxResponse: maxAnswer, Sensitive: withheld,
	})
	if err != nil {
		return 0, &retryError{cause: err}
	}
	switch answer.Status {
	case http.StatusOK:
		return e.readPartialSuccess(answer.Body), nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return 0, &retryError{cause: statusError(answer.Status), after: retryAfter(answer.Header, e.opts.Clock.Now())}
	}
	return 0, statusError(answer.Status)
}

func statusError(status int) error { return fmt.Errorf("the collector answered %d", status) }

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
	_, _ = w.Write(body)                            // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

// readPartialSuccess returns how many spans an answer with status 200 refuses.
func (e *Exporter) readPartialSuccess(body []byte) int64 {
	var answer struct {
		PartialSuccess struct {
			RejectedSpans json.RawMessage `json:"rejectedSpans"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.Trim(string(answer.PartialSuccess.RejectedSpans), `"`), 10, 64)
	if err != nil || n <= 0 {
		return 0
	}
	e.opts.Log.Warn("the collector refused spans", zap.Int64("spans", n))
	return n
}

// retryAfter returns the wait that an answer asks for; 0 if it asks for none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
