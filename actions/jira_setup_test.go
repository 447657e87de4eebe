package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/jirad"
)

// jiraBench has the connection "x" to a stand-in of the flavour.
func jiraBench(t *testing.T, flavour jirad.Flavour) (*bench, *jirad.Server) {
	s := jirad.Start(t, flavour)
	b := newBench(t)
	b.connections["jira.x"] = fmt.Sprintf("base_url = %q\nemail = %q\ntoken = %q", s.URL, jirad.Email, jirad.Token)
	if flavour == jirad.DataCenter {
		b.connections["jira.x"] = fmt.Sprintf("base_url = %q\ntoken = %q", s.URL, jirad.Token)
	}
	return b, s
}

const (
	byJira   = "connection = connection.jira.x\n"
	anIssue  = byJira + "project = \"SHOP\"\ntype = \"Task\"\nsummary = \"a\"\n"
	oneIssue = anIssue + "unique_key = \"k\"\n"
)

// shown returns what people read in a rich text of the stand-in.
func shown(t *testing.T, v any) string {
	t.Helper()
	if text, ok := v.(string); ok {
		return text
	}
	if err := jirad.CheckADF(v); err != nil {
		t.Errorf("not a document: %v", err)
	}
	return jirad.ADFText(v)
}

// flat writes a JSON value of the stand-in, for comparisons.
func flat(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keyring is a store's keys, in memory and without an end.
type keyring struct {
	mu    sync.Mutex
	names map[string]string
}

func (k *keyring) PutKey(_ context.Context, scope, name, owner string, _ time.Duration) (bool, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if holder, there := k.names[scope+name]; there {
		return false, holder, nil
	}
	if k.names == nil {
		k.names = map[string]string{}
	}
	k.names[scope+name] = owner
	return true, owner, nil
}

func (k *keyring) DropKey(_ context.Context, scope, name, owner string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names[scope+name] == owner {
		delete(k.names, scope+name)
	}
	return nil
}

// hurried compiles a flow whose issues are looked for without long waits.
func (b *bench) hurried(body string) *flow.Flow {
	b.t.Helper()
	f := b.must(body)
	f.Walk(func(s *flow.Step) {
		if j, ok := s.Action.(*jiraIssue); ok {
			j.lag = time.Millisecond
		}
	})
	return f
}
