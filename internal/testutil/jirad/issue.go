package jirad

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Issue is one issue.
type Issue struct {
	ID, Key, Status string
	Fields          map[string]any // as they came
	Comments        []Comment
}

// Comment is one comment.
type Comment struct {
	ID   string
	Body any // a document on Cloud, wiki markup on DataCenter

	properties any
}

func readAll(r *http.Request) ([]byte, error) { return io.ReadAll(r.Body) }

func (s *Server) nextID() string {
	s.ids++
	return strconv.Itoa(s.ids)
}

func (s *Server) find(idOrKey string) *Issue {
	for _, issue := range s.issues {
		if issue.Key == idOrKey || issue.ID == idOrKey {
			return issue
		}
	}
	return nil
}

func (s *Server) create(in map[string]any) answer {
	if unknown := others(in, "fields"); unknown != "" {
		return badRequest("unknown property %q", unknown)
	}
	fields, ok := in["fields"].(map[string]any)
	if !ok {
		return badRequest("fields is no object")
	}
	faults := s.checkFields(fields, true)
	for _, required := range []string{"project", "issuetype", "summary"} {
		if _, given := fields[required]; !given {
			faults[required] = required + " is required"
		}
	}
	if len(faults) > 0 {
		return refusal(http.StatusBadRequest, faults)
	}
	project := fields["project"].(map[string]any)["key"].(string)
	return answer{http.StatusCreated, s.reference(s.open(project, fields))}
}

func (s *Server) open(project string, fields map[string]any) *Issue {
	n := 1
	for _, issue := range s.issues {
		if strings.HasPrefix(issue.Key, project+"-") {
			n++
		}
	}
	issue := &Issue{ID: s.nextID(), Key: project + "-" + strconv.Itoa(n), Status: "To Do", Fields: fields}
	s.issues = append(s.issues, issue)
	return issue
}

func (s *Server) reference(issue *Issue) map[string]any {
	return map[string]any{"id": issue.ID, "key": issue.Key, "self": s.URL + s.base() + "/issue/" + issue.ID}
}

func (s *Server) get(issue *Issue, query url.Values) answer {
	if len(query) != 1 || query.Get("fields") != "status" {
		return badRequest("only fields=status can be asked for")
	}
	out := s.reference(issue)
	out["fields"] = map[string]any{"status": map[string]any{"id": "1", "name": issue.Status}}
	return answer{http.StatusOK, out}
}

func (s *Server) comment(issue *Issue, in map[string]any) answer {
	if unknown := others(in, "body", "properties"); unknown != "" {
		return badRequest("unknown property %q", unknown)
	}
	if fault := s.richText(in["body"]); fault != "" {
		return refusal(http.StatusBadRequest, map[string]string{"comment": fault})
	}
	c := Comment{ID: s.nextID(), Body: in["body"], properties: in["properties"]}
	issue.Comments = append(issue.Comments, c)
	return answer{http.StatusCreated, map[string]any{
		"id": c.ID, "body": c.Body, "self": s.URL + s.base() + "/issue/" + issue.ID + "/comment/" + c.ID,
	}}
}

// listComments returns the comments, newest first.
func (s *Server) listComments(issue *Issue, query url.Values) answer {
	if query.Get("orderBy") != "-created" || query.Get("maxResults") != "100" || len(query) != 3 {
		return badRequest("unknown parameters")
	}
	list := []any{}
	for _, c := range slices.Backward(issue.Comments) {
		shown := map[string]any{"id": c.ID, "body": c.Body}
		if query.Get("expand") == "properties" && c.properties != nil {
			shown["properties"] = c.properties
		}
		list = append(list, shown)
	}
	return answer{http.StatusOK, map[string]any{"startAt": 0, "maxResults": 100, "total": len(list), "comments": list}}
}

// others returns a member that is none of the known ones, "" where there is
// none.
func others(in map[string]any, known ...string) string {
	for name := range in {
		if !slices.Contains(known, name) {
			return name
		}
	}
	return ""
}

// Labels returns the labels of an issue.
func (i Issue) Labels() []string {
	var out []string
	list, _ := i.Fields["labels"].([]any)
	for _, l := range list {
		out = append(out, l.(string))
	}
	return out
}
