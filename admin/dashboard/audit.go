package dashboard

import (
	"net/http"
	"net/url"

	"github.com/webhook-gateway/gateway/admin/ops"
)

// auditPage is what operators did.
type auditPage struct {
	Entries []ops.AuditEntry
	Next    string
	First   string
}

func (d *Dashboard) listAudit(r *http.Request) (*page, error) {
	after := r.URL.Query().Get("after")
	list, err := d.Ops.Audit(r.Context(), 0, after)
	if err != nil {
		return nil, err
	}
	body := &auditPage{Entries: list.Entries}
	if after != "" {
		body.First = "/audit"
	}
	if list.Next != "" {
		body.Next = link("/audit", url.Values{"after": {list.Next}})
	}
	return &page{Name: "audit", Title: "Audit", Section: "/audit", Body: body}, nil
}
