package ops

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// AuditPage is one page of the audit log, the newest entry first.
type AuditPage struct {
	Entries []AuditEntry `json:"entries"`
	Next    string       `json:"next" doc:"Pass it as after to get the next page. Empty on the last page."`
}

// AuditEntry is one change by an operator, or an attempt.
type AuditEntry struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who" doc:"The name of who signed in; token for the admin token, local for a caller on this machine without a token."`
	Address string    `json:"address,omitempty" doc:"IP address of the caller."`
	Action  string    `json:"action" doc:"Such as run.retry, runs.cancel, flow.pause or reload."`
	Target  string    `json:"target,omitempty" doc:"What was changed. Addresses of contacts are shortened."`
	Result  string    `json:"result" doc:"ok, or why nothing was changed."`
}

// auditTimeout bounds the write of one entry.
const auditTimeout = 2 * time.Second

// audit records a call that changes something: a line in the log, and an entry in
// the store if there is one. A change whose entry can't be stored stays: the line
// records it. Call it by defer with the named result err.
func (s *Service) audit(ctx context.Context, action, target string, err *error) {
	result := "ok"
	if *err != nil {
		result = (*err).Error()
	}
	s.recordAudit(ctx, action, target, result)
}

// auditCount records a call that changes several things.
func (s *Service) auditCount(ctx context.Context, action, target string, n *int, err *error) {
	result := "ok: " + strconv.Itoa(*n)
	if *err != nil {
		result = (*err).Error()
	}
	s.recordAudit(ctx, action, target, result)
}

func (s *Service) recordAudit(ctx context.Context, action, target, result string) {
	by := operatorOf(ctx)
	e := store.AuditEntry{Who: by.Name, Address: by.Address, Action: action, Target: shortenEmails(target), Result: shortenEmails(result)}
	if snap := s.opts.Snapshots.Acquire(); snap != nil {
		v := view{snap}
		e.Who, e.Target, e.Result = v.redactText(e.Who), v.redactText(e.Target), v.redactText(e.Result)
		snap.Release()
	}
	e = e.Clean()
	s.opts.AuditLog.Info("an operator changed something", zap.String("who", e.Who), zap.String("remote_ip", e.Address),
		zap.String("action", e.Action), zap.String("target", e.Target), zap.String("result", e.Result))
	if s.opts.Store == nil {
		return
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), s.opts.Clock, auditTimeout)
	defer cancel()
	if err := s.opts.Store.AppendAudit(ctx, e); err != nil {
		s.opts.Log.Warn("a change by an operator is missing in the audit log", zap.String("action", e.Action), zap.Error(err))
	}
}

// Audit returns a page of what operators did.
func (s *Service) Audit(ctx context.Context, limit int, after string) (AuditPage, error) {
	return withStore(s, func(v view) (AuditPage, error) {
		if limit == 0 {
			limit = DefaultPage
		}
		if limit < 1 || limit > store.MaxPage {
			return AuditPage{}, invalid("\"limit\" must be a number from 1 to %d", store.MaxPage)
		}
		q := store.AuditQuery{Limit: limit}
		if after != "" {
			n, err := strconv.ParseInt(after, 10, 64)
			if err != nil || n < 1 {
				return AuditPage{}, invalid("\"after\" must be the value of \"next\" in the page before")
			}
			q.After = n
		}
		page, err := s.opts.Store.ListAudit(ctx, q)
		out := AuditPage{Entries: make([]AuditEntry, 0, len(page.Entries))}
		for _, e := range page.Entries {
			out.Entries = append(out.Entries, AuditEntry{
				At: e.At.UTC(), Who: v.redactText(e.Who), Address: e.Address, Action: e.Action, Target: v.redactText(e.Target), Result: v.redactText(e.Result),
			})
		}
		if page.Next > 0 {
			out.Next = strconv.FormatInt(page.Next, 10)
		}
		return out, err
	})
}

// shortenEmail returns an address as the audit log has it, which keeps no address
// of a contact: j…@example.com.
func shortenEmail(email string) string {
	name, domain, ok := strings.Cut(email, "@")
	first := []rune(name)
	if !ok || len(first) == 0 {
		return "…"
	}
	return string(first[:1]) + "…@" + domain
}

// shortenEmails shortens each address in a text, such as one for which an operator
// searched.
func shortenEmails(text string) string {
	return regexp.MustCompile(`[^\s"'<>=,;]+@[^\s"'<>=,;]+`).ReplaceAllStringFunc(text, shortenEmail)
}

// text describes the selected runs.
func (sel Selection) text() string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+value)
		}
	}
	add("flow", strings.Join(sel.Flows, ","))
	var states []string
	for _, s := range sel.States {
		states = append(states, s.String())
	}
	add("state", strings.Join(states, ","))
	if !sel.From.IsZero() {
		add("from", sel.From.UTC().Format(time.RFC3339))
	}
	if !sel.To.IsZero() {
		add("to", sel.To.UTC().Format(time.RFC3339))
	}
	add("reason", strings.Join(sel.Reasons, ","))
	add("failure", sel.Failure)
	add("parent", sel.Parent)
	if sel.OrderKey != "" {
		add("order_key", store.ErasedText) // it may be an address
	}
	add("text", sel.Text)
	if sel.All {
		parts = append(parts, "all runs")
	}
	return strings.Join(parts, " ")
}
