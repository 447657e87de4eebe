package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/webhook-gateway/gateway/admin/api"
	"github.com/webhook-gateway/gateway/admin/ops"
)

const (
	runsPath       = "/api/v1/runs"
	contactsPath   = "/api/v1/contacts"
	keysPath       = "/api/v1/keys"
	handshakesPath = "/api/v1/handshakes"
)

// Runs returns a page of runs.
func (c *Client) Runs(ctx context.Context, q api.RunList) (ops.RunPage, error) {
	return call[ops.RunPage](ctx, c, http.MethodGet, runsPath, q, nil)
}

// Failures returns the groups of failed runs.
func (c *Client) Failures(ctx context.Context, q api.FailureList) (ops.FailureGroups, error) {
	return call[ops.FailureGroups](ctx, c, http.MethodGet, "/api/v1/failures", q, nil)
}

// Run returns a run.
func (c *Client) Run(ctx context.Context, id string) (ops.RunDetail, error) {
	return call[ops.RunDetail](ctx, c, http.MethodGet, runPath(id), nil, nil)
}

// RetryRun runs a run again.
func (c *Client) RetryRun(ctx context.Context, id string, o api.RetryRunOptions) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runPath(id)+"/retry", o, nil)
}

// CancelRun cancels a run.
func (c *Client) CancelRun(ctx context.Context, id string) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runPath(id)+"/cancel", nil, nil)
}

// RetryRuns runs the selected runs again.
func (c *Client) RetryRuns(ctx context.Context, s api.RetrySelection) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runsPath+"/retry", nil, s)
}

// CancelRuns cancels the selected runs.
func (c *Client) CancelRuns(ctx context.Context, s api.RunSelection) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runsPath+"/cancel", nil, s)
}

// DismissRun dismisses a failed run.
func (c *Client) DismissRun(ctx context.Context, id string) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runPath(id)+"/dismiss", nil, nil)
}

// DismissRuns dismisses the selected failed runs.
func (c *Client) DismissRuns(ctx context.Context, s api.RunSelection) (ops.RunsChanged, error) {
	return call[ops.RunsChanged](ctx, c, http.MethodPost, runsPath+"/dismiss", nil, s)
}

// Contacts returns a page of contacts.
func (c *Client) Contacts(ctx context.Context, q api.ContactList) (ops.ContactPage, error) {
	return call[ops.ContactPage](ctx, c, http.MethodGet, contactsPath, q, nil)
}

// Contact returns a contact.
func (c *Client) Contact(ctx context.Context, email string) (ops.Contact, error) {
	return call[ops.Contact](ctx, c, http.MethodGet, contactPath(email), nil, nil)
}

// ChangeContact changes or creates a contact.
func (c *Client) ChangeContact(ctx context.Context, email string, change ops.ContactChange) (ops.ContactChanged, error) {
	return call[ops.ContactChanged](ctx, c, http.MethodPatch, contactPath(email), nil, change)
}

// DeleteContact deletes a contact.
func (c *Client) DeleteContact(ctx context.Context, email string) (ops.ContactDeleted, error) {
	return call[ops.ContactDeleted](ctx, c, http.MethodDelete, contactPath(email), nil, nil)
}

// ImportContacts imports contacts.
func (c *Client) ImportContacts(ctx context.Context, o api.ImportOptions, list []ops.ContactImport) (ops.ContactsImported, error) {
	return call[ops.ContactsImported](ctx, c, http.MethodPost, contactsPath, o, list)
}

// Keys returns the keys of callers.
func (c *Client) Keys(ctx context.Context) (ops.KeyList, error) {
	return call[ops.KeyList](ctx, c, http.MethodGet, keysPath, nil, nil)
}

// CreateKey creates a key.
func (c *Client) CreateKey(ctx context.Context, k ops.NewKey) (ops.KeyCreated, error) {
	return call[ops.KeyCreated](ctx, c, http.MethodPost, keysPath, nil, k)
}

// RotateKey replaces a key by a new one.
func (c *Client) RotateKey(ctx context.Context, name string, r ops.KeyRotation) (ops.KeyCreated, error) {
	return call[ops.KeyCreated](ctx, c, http.MethodPost, keyPath(name)+"/rotate", r, nil)
}

// RevokeKey revokes the keys with a name.
func (c *Client) RevokeKey(ctx context.Context, name string) (ops.KeysRevoked, error) {
	return call[ops.KeysRevoked](ctx, c, http.MethodDelete, keyPath(name), nil, nil)
}

// Handshakes returns the handshakes of senders.
func (c *Client) Handshakes(ctx context.Context) (ops.HandshakeList, error) {
	return call[ops.HandshakeList](ctx, c, http.MethodGet, handshakesPath, nil, nil)
}

// ResetHandshakes deletes the handshakes of a flow.
func (c *Client) ResetHandshakes(ctx context.Context, flow string) (ops.HandshakesReset, error) {
	return call[ops.HandshakesReset](ctx, c, http.MethodDelete, handshakesPath+"/"+url.PathEscape(flow), nil, nil)
}

// Flows returns the flows that serve.
func (c *Client) Flows(ctx context.Context) (ops.FlowList, error) {
	return call[ops.FlowList](ctx, c, http.MethodGet, "/api/v1/flows", nil, nil)
}

// Status returns the state of the process.
func (c *Client) Status(ctx context.Context) (ops.Status, error) {
	return call[ops.Status](ctx, c, http.MethodGet, "/api/v1/status", nil, nil)
}

// Reload loads the flow files again. ok reports whether they serve now; if not, the
// findings say why.
func (c *Client) Reload(ctx context.Context) (found ops.Findings, ok bool, err error) {
	text, err := c.do(ctx, http.MethodPost, "/-/reload", nil, nil)
	var refused *Refusal
	if errors.As(err, &refused) && refused.Status == http.StatusUnprocessableEntity {
		return found, false, decode(c, text, &found)
	}
	if err != nil {
		return found, false, err
	}
	return found, true, decode(c, text, &found)
}

// PauseFlow pauses a flow.
func (c *Client) PauseFlow(ctx context.Context, flow string) (ops.FlowPaused, error) {
	return call[ops.FlowPaused](ctx, c, http.MethodPost, flowPath(flow)+"/pause", nil, nil)
}

// ResumeFlow ends the pause of a flow.
func (c *Client) ResumeFlow(ctx context.Context, flow string) (ops.FlowPaused, error) {
	return call[ops.FlowPaused](ctx, c, http.MethodPost, flowPath(flow)+"/resume", nil, nil)
}

// Audit returns a page of what operators changed.
func (c *Client) Audit(ctx context.Context, q api.AuditList) (ops.AuditPage, error) {
	return call[ops.AuditPage](ctx, c, http.MethodGet, "/api/v1/audit", q, nil)
}

// TriggerFlow starts a flow now.
func (c *Client) TriggerFlow(ctx context.Context, name string, t ops.Trigger) (ops.Triggered, error) {
	return call[ops.Triggered](ctx, c, http.MethodPost, "/api/v1/flows/"+url.PathEscape(name)+"/trigger", nil, t)
}

// Ready returns nil if the gateway takes requests.
func (c *Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodGet, "/readyz", nil, nil)
	var refused *Refusal
	if errors.As(err, &refused) {
		return fmt.Errorf("the gateway is not ready: it answered %d", refused.Status)
	}
	return err
}

func flowPath(name string) string { return "/api/v1/flows/" + url.PathEscape(name) }

func runPath(id string) string { return runsPath + "/" + url.PathEscape(id) }

func contactPath(email string) string { return contactsPath + "/" + url.PathEscape(email) }

func keyPath(name string) string { return keysPath + "/" + url.PathEscape(name) }
