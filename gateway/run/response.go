package run

import (
	"encoding/json"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
)

// storedResponse is the stored form of a response.
type storedResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"headers,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

// EncodeResponse encodes a response for the store.
func EncodeResponse(r *flow.Response) []byte {
	text, err := json.Marshal(storedResponse{r.Status, r.Header, r.Body})
	if err != nil {
		return nil // numbers, texts and bytes always marshal
	}
	return text
}

// DecodeResponse decodes a stored response.
func DecodeResponse(text []byte) (*flow.Response, error) {
	var s storedResponse
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("reading the stored response: %w", err)
	}
	return &flow.Response{Status: s.Status, Header: s.Header, Body: s.Body}, nil
}
