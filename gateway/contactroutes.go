package gateway

import (
	"net/http"

	"github.com/webhook-gateway/gateway/store"
)

// contactRoutes are the part of the API that is about contacts.
func (g *Gateway) contactRoutes() adminMux {
	email := adminParam{name: "email", about: "Address of the contact, escaped as in a URL. Case does not matter.", shape: textShape()}
	missing := refusal(http.StatusNotFound, "There is no such contact.")
	limit := map[string]any{"type": "integer", "minimum": 1, "maximum": store.MaxContacts, "default": pageSize}
	return adminMux{
		{
			method: http.MethodGet, path: "/api/v1/contacts", id: "listContacts", about: "A page of the contacts, by address", serve: g.withContacts((*runsCall).listContacts),
			params: []adminParam{
				{name: "tag", about: "Contacts that have this tag.", shape: textShape()},
				{name: "q", about: "A part of the address, in either case.", shape: textShape()},
				{name: "limit", about: "How many contacts at most.", shape: limit},
				{name: "after", about: "next of the page before, or any address.", shape: textShape()},
			},
			answers: kept(answered("A page.", ContactPage{})),
		},
		{
			method: http.MethodPost, path: "/api/v1/contacts", id: "importContacts", about: "Make or change up to 1000 contacts, each by itself", serve: g.withContacts((*runsCall).importContacts),
			params: []adminParam{
				{name: "dry_run", about: "Only tell what is wrong.", shape: shape("boolean")},
				{name: "start_flows", about: "Start the flows that wait for the tags that are given. Without it an import starts none.", shape: shape("boolean")},
			},
			body:    []ContactImportBody{},
			answers: kept(answered("What became of them.", ContactsImported{})),
		},
		{
			method: http.MethodGet, path: "/api/v1/contacts/{email}", id: "getContact", about: "A contact", serve: g.withContacts((*runsCall).showContact),
			params: []adminParam{email}, answers: kept(answered("The contact.", ContactBody{}), missing),
		},
		{
			method: http.MethodPatch, path: "/api/v1/contacts/{email}", id: "changeContact", about: "Change a contact, or make it, and start the flows that wait for the tags that are given",
			serve: g.withContacts((*runsCall).changeContact), params: []adminParam{email}, body: ContactChangeBody{},
			answers: kept(answered("The contact as it is now.", ContactChangedBody{})),
		},
		{
			method: http.MethodDelete, path: "/api/v1/contacts/{email}", id: "deleteContact", about: "Delete a contact, where there is one, and take its address out of the history",
			serve: g.withContacts((*runsCall).deleteContact), params: []adminParam{email},
			answers: kept(answered("What was done.", ContactDeleted{})),
		},
	}
}
