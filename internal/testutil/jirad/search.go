package jirad

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// clause is one comparison of a query.
type clause struct {
	field, value string
}

var (
	clauseForm = regexp.MustCompile(`^\s*(project|labels|key|issuekey|status)\s*=\s*(?:"((?:[^"\\]|\\["\\'])*)"|([A-Za-z0-9_.-]+))\s*`)
	orderForm  = regexp.MustCompile(`^(?i:ORDER\s+BY)\s+(created|key)(?:\s+(?i:ASC|DESC))?\s*$`)
)

// parseJQL reads the queries that are known here: comparisons for equality,
// joined by AND, and an order.
func parseJQL(jql string) ([]clause, error) {
	var out []clause
	rest := jql
	for {
		m := clauseForm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("Error in the JQL Query: expecting a clause at %q", rest) //nolint:staticcheck // Jira's own words
		}
		value := m[3]
		if value == "" {
			value = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\'`, `'`).Replace(m[2])
		}
		out = append(out, clause{m[1], value})
		rest = rest[len(m[0]):]
		switch {
		case rest == "" || orderForm.MatchString(rest):
			return out, nil
		case strings.HasPrefix(rest, "AND "):
			rest = rest[len("AND "):]
		default:
			return nil, fmt.Errorf("Error in the JQL Query: expecting 'AND' or 'ORDER BY' at %q", rest) //nolint:staticcheck // Jira's own words
		}
	}
}

func (s *Server) search(in map[string]any) answer {
	known := []string{"jql", "maxResults", "fields"}
	if s.Flavour == Cloud {
		known = append(known, "nextPageToken", "reconcileIssues", "expand", "properties", "fieldsByKeys")
	} else {
		known = append(known, "startAt", "validateQuery", "expand")
	}
	if unknown := others(in, known...); unknown != "" {
		return badRequest("unknown property %q", unknown)
	}
	jql, ok := in["jql"].(string)
	if !ok {
		return badRequest("jql is no text")
	}
	clauses, err := parseJQL(jql)
	if err != nil {
		return badRequest("%s", err)
	}
	most, ok := whole(in["maxResults"])
	if !ok || most < 1 || most > 100 {
		return badRequest("maxResults is from 1 to 100")
	}
	if list, ok := in["fields"].([]any); !ok || len(list) == 0 {
		return badRequest("fields is no list of names")
	}
	found := []any{}
	for _, issue := range s.issues {
		if !s.hidden && issue.fits(clauses) && len(found) < most {
			found = append(found, s.reference(issue))
		}
	}
	if s.Flavour == Cloud {
		return answer{http.StatusOK, map[string]any{"issues": found, "isLast": true}}
	}
	return answer{http.StatusOK, map[string]any{"issues": found, "startAt": 0, "maxResults": most, "total": len(found)}}
}

func (i *Issue) fits(clauses []clause) bool {
	for _, c := range clauses {
		ok := false
		switch c.field {
		case "project":
			ok = strings.HasPrefix(i.Key, c.value+"-")
		case "labels":
			ok = slices.Contains(i.Labels(), c.value)
		case "key", "issuekey":
			ok = i.Key == c.value
		case "status":
			ok = i.Status == c.value
		}
		if !ok {
			return false
		}
	}
	return true
}
