package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/config/diag"
)

// Handshakes knows the secrets that senders chose in their handshakes.
type Handshakes interface {
	// RefreshHandshakes makes a deletion count for the next request.
	RefreshHandshakes()
}

// HandshakeList is the list of the handshakes.
type HandshakeList struct {
	Handshakes []Handshake `json:"handshakes" doc:"Sorted by flow."`
}

// Handshake is a secret that a sender chose. The secret itself is never shown.
type Handshake struct {
	Flow    string    `json:"flow"`
	Sender  string    `json:"sender" doc:"The kind of auth that reads the secret, such as asana."`
	Created time.Time `json:"created_at" doc:"When the handshake came."`
}

// HandshakesReset is the result of a reset.
type HandshakesReset struct {
	Deleted int `json:"deleted" doc:"Number of secrets that were deleted."`
}

// Handshakes returns the handshakes of senders.
func (s *Service) Handshakes(ctx context.Context) (HandshakeList, error) {
	return withStore(s, func(v view) (HandshakeList, error) {
		list, err := s.opts.Store.ListHandshakes(ctx)
		out := HandshakeList{Handshakes: make([]Handshake, 0, len(list))}
		for i := range list {
			h := &list[i]
			out.Handshakes = append(out.Handshakes, Handshake{Flow: v.redactText(h.Flow), Sender: h.Sender, Created: utc(h.Created)})
		}
		return out, err
	})
}

// ResetHandshakes deletes the secrets that senders chose for a flow, also those of its
// old name. The next handshake is kept.
func (s *Service) ResetHandshakes(ctx context.Context, flow string) (_ HandshakesReset, err error) {
	defer s.audit(ctx, "handshakes.reset", flow, &err)
	return withStore(s, func(v view) (HandshakesReset, error) {
		names := []string{flow}
		for _, f := range v.Config.Flows {
			if f.Name == flow && f.RenamedFrom != "" {
				names = append(names, f.RenamedFrom)
			}
		}
		deleted, err := s.opts.Store.DeleteHandshakes(ctx, names...)
		if err != nil {
			return HandshakesReset{}, err
		}
		s.opts.Handshakes.RefreshHandshakes()
		if deleted == 0 {
			return HandshakesReset{}, s.missingHandshake(ctx, flow)
		}
		return HandshakesReset{Deleted: deleted}, nil
	})
}

func (s *Service) missingHandshake(ctx context.Context, flow string) error {
	list, err := s.opts.Store.ListHandshakes(ctx)
	if err != nil {
		return err
	}
	known := make([]string, len(list))
	for i := range list {
		known[i] = list[i].Flow
	}
	message := "the flow has no secret of a handshake"
	if near := diag.Nearest(flow, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return &Error{Kind: NotFound, Message: message}
}
