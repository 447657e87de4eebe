package dashboard

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestBulkSearchThatEndsEarly: a search that read only a part of the history does not
// say that there is nothing to change.
func TestBulkSearchThatEndsEarly(t *testing.T) {
	t.Parallel()
	d := New(Options{Clock: clock.System{}, Log: zap.NewNop()})
	for want, body := range map[string]*bulkPage{
		"the search goes no further here":   {Do: "retry", More: true},
		"there is nothing to change":        {Do: "retry"},
		"<b>At least 3 runs</b>":            {Do: "retry", Count: 3, More: true},
		"<b>3 runs</b> will be queued":      {Do: "retry", Count: 3},
		"<b>1 run</b> will end now":         {Do: "cancel", Count: 1},
		"<dt>Received before</dt><dd><bdi>": {Do: "retry", Count: 1, Filter: runFilter{To: "2026-01-31T15:04:05Z"}},
	} {
		w := httptest.NewRecorder()
		d.writePage(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/bulk", nil), http.StatusOK, &page{Name: "bulk", Body: body})
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%+v lacks %q: %s", body, want, w.Body)
		}
	}
}
