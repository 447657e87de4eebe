package web

import (
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestParametersKeepWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	given := map[string]any{"a": []any{"x", nil, true}, "b": 1}
	before := valuetest.Clone(given)
	got, err := formValues(given)
	if err != nil || got.Encode() != "a=x&a=true&b=1" || !value.Equal(before, given) {
		t.Errorf("%v, %v from %v", got, err, given)
	}
}

func TestCheckMethod(t *testing.T) {
	t.Parallel()
	for _, good := range []string{http.MethodGet, "PROPFIND", "M-SEARCH"} {
		if err := checkMethod(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "get", "Post", "GET ", "CONNECT", "GÖT", "A\r\nB"} {
		if checkMethod(bad) == nil {
			t.Errorf("%q is taken for a method", bad)
		}
	}
}
