package jirad

import (
	"net/http"
	"net/url"
)

// way is one transition.
type way struct {
	id, name, to string
	hasScreen    bool
}

// workflow returns the ways out of a status. Only that to "Done" has a screen,
// on which a resolution and a comment may stand.
func workflow(status string) []way {
	switch status {
	case "To Do":
		return []way{{"11", "Start work", "In Progress", false}, {"31", "Close", "Done", true}}
	case "In Progress":
		return []way{{"21", "Stop work", "To Do", false}, {"31", "Close", "Done", true}}
	}
	return []way{{"41", "Reopen", "To Do", false}}
}

func (s *Server) transitions(issue *Issue, query url.Values) answer {
	if len(query) > 0 {
		return badRequest("unknown parameters")
	}
	list := []any{}
	for _, w := range workflow(issue.Status) {
		list = append(list, map[string]any{
			"id": w.id, "name": w.name, "hasScreen": w.hasScreen, "to": map[string]any{"id": "1" + w.id, "name": w.to},
		})
	}
	return answer{http.StatusOK, map[string]any{"expand": "transitions", "transitions": list}}
}

func (s *Server) transition(issue *Issue, in map[string]any) answer {
	if unknown := others(in, "transition", "fields", "update"); unknown != "" {
		return badRequest("unknown property %q", unknown)
	}
	chosen, _ := in["transition"].(map[string]any)
	id, ok := chosen["id"].(string)
	if !ok || len(chosen) != 1 {
		return badRequest("Missing 'transition' identifier")
	}
	for _, w := range workflow(issue.Status) {
		if w.id == id {
			return s.walk(issue, w, in)
		}
	}
	return badRequest("It seems that you have tried to perform an illegal workflow operation.")
}

func (s *Server) walk(issue *Issue, w way, in map[string]any) answer {
	if fields, given := in["fields"]; given {
		named, ok := fields.(map[string]any)
		if !ok || !w.hasScreen {
			return badRequest("fields can't be set in this transition")
		}
		if faults := s.checkFields(named, false); len(faults) > 0 {
			return refusal(http.StatusBadRequest, faults)
		}
		for name, v := range named {
			issue.Fields[name] = v
		}
	}
	if update, given := in["update"]; given {
		body, ok := commentOf(update)
		if !ok {
			return badRequest("update holds no comment to add")
		}
		if fault := s.richText(body); fault != "" {
			return refusal(http.StatusBadRequest, map[string]string{"comment": fault})
		}
		if w.hasScreen { // without one Jira drops it in silence
			issue.Comments = append(issue.Comments, Comment{ID: s.nextID(), Body: body})
		}
	}
	issue.Status = w.to
	return answer{status: http.StatusNoContent}
}

// commentOf reads {"comment": [{"add": {"body": …}}]}.
func commentOf(update any) (any, bool) {
	u, _ := update.(map[string]any)
	list, _ := u["comment"].([]any)
	if len(u) != 1 || len(list) != 1 {
		return nil, false
	}
	operation, _ := list[0].(map[string]any)
	add, ok := operation["add"].(map[string]any)
	if !ok || len(operation) != 1 || others(add, "body") != "" {
		return nil, false
	}
	return add["body"], true
}
