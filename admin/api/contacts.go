package api

import (
	"net/http"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

// ContactFilter are the parameters that select contacts.
type ContactFilter struct {
	Tag    string `json:"tag,omitempty" doc:"Contacts with this tag."`
	Search string `json:"q,omitempty" doc:"A part of the address, in either case."`
}

// ContactList are the parameters of a list of contacts.
type ContactList struct {
	ContactFilter
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of contacts."`
	After string `json:"after,omitempty" doc:"The value of next in the page before, or any address."`
}

// ImportOptions are the parameters of an import.
type ImportOptions struct {
	DryRun     bool `json:"dry_run,omitempty" doc:"Only report faults."`
	StartFlows bool `json:"start_flows,omitempty" doc:"Start the flows that wait for the tags that are added. Without it an import starts none."`
}

// contactRoutes are the routes about contacts.
func (a *API) contactRoutes() []route {
	const email = "Address of the contact, escaped as in a URL. Case does not matter."
	return []route{
		{
			method: http.MethodGet, path: "/api/v1/contacts", id: "listContacts", summary: "List contacts, sorted by address",
			query: ContactList{}, responses: withStore(ok("A page of contacts.", ops.ContactPage{})),
			serve: func(r *request) (any, error) {
				in := r.query.(ContactList)
				return a.Ops.Contacts(r.Context(), store.ContactQuery{Tag: in.Tag, Text: in.Search, After: in.After, Limit: in.Limit})
			},
		},
		{
			method: http.MethodPost, path: "/api/v1/contacts", id: "importContacts", summary: "Change or create up to 1000 contacts, each by itself",
			query: ImportOptions{}, body: []ops.ContactImport{}, responses: withStore(ok("The result for each contact.", ops.ContactsImported{})),
			serve: func(r *request) (any, error) {
				return a.Ops.ImportContacts(r.Context(), r.body.([]ops.ContactImport), ops.ImportOptions(r.query.(ImportOptions)))
			},
		},
		{
			method: http.MethodGet, path: "/api/v1/contacts/{email}", id: "getContact", summary: "Return a contact",
			param: email, responses: withStore(ok("The contact.", ops.Contact{}), refusal(http.StatusNotFound, "There is no such contact.")),
			serve: func(r *request) (any, error) { return a.Ops.Contact(r.Context(), r.param("email")) },
		},
		{
			method: http.MethodPatch, path: "/api/v1/contacts/{email}", id: "changeContact", summary: "Change a contact, or create it, and start the flows that wait for the tags that are added",
			param: email, body: ops.ContactChange{}, responses: withStore(ok("The contact after the change.", ops.ContactChanged{})),
			serve: func(r *request) (any, error) {
				return a.Ops.ChangeContact(r.Context(), r.param("email"), r.body.(ops.ContactChange))
			},
		},
		{
			method: http.MethodDelete, path: "/api/v1/contacts/{email}", id: "deleteContact", summary: "Delete a contact, if it exists, and remove its address from the history",
			param: email, responses: withStore(ok("The result.", ops.ContactDeleted{})),
			serve: func(r *request) (any, error) { return a.Ops.DeleteContact(r.Context(), r.param("email")) },
		},
	}
}
