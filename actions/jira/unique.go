package jira

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// unique is an issue of which there is one for a key. It is found by its label.
//
// Cloud's index takes some seconds to know a new issue, so a search alone would
// let a second one through. Where the gateway has a store, a key in it says who
// is about to open the issue and, for an hour, which one it became.
type unique struct {
	jira    *jira
	call    *flow.Call
	project string
	label   string
	name    string // of the key in the store
	lag     time.Duration
}

const (
	uniqueScope  = "jira"
	claimTime    = 2 * time.Minute // for which somebody is about to open an issue
	knownTime    = time.Hour       // for which the store knows what it became
	knownPrefix  = "issue "
	uniquePrefix = "gw-"
)

func newUnique(j *jira, c *flow.Call, project map[string]any, key string, lag time.Duration) *unique {
	u := &unique{jira: j, call: c, lag: lag, label: uniquePrefix + hash(key)}
	for _, v := range project {
		u.project, _ = v.(string)
	}
	u.name = hash(j.connection.baseURL + "\n" + u.project + "\n" + key)
	return u
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// find returns the issue, and opens it where there is none yet.
func (u *unique) find(ctx context.Context, open func(context.Context) (issueRef, error)) (ref issueRef, created bool, err error) {
	for {
		ref, found, err := u.search(ctx)
		if err != nil || found {
			return ref, false, err
		}
		keys, own := u.call.Keys(), u.call.IdempotencyKey()
		if keys == nil {
			ref, err := open(ctx)
			return ref, err == nil, err
		}
		made, holder, err := keys.PutKey(ctx, uniqueScope, u.name, own, claimTime)
		if err != nil {
			return ref, false, storeTrouble(err)
		}
		known, isKnown := parseKnown(holder)
		switch {
		case made:
			return u.open(ctx, open)
		case isKnown:
			if there, err := u.isThere(ctx, known); there || err != nil {
				return known, false, err
			}
			if err := keys.DropKey(ctx, uniqueScope, u.name, holder); err != nil {
				return ref, false, storeTrouble(err)
			}
		case holder == own:
			return u.again(ctx, open)
		default: // another run is at it
			if err := pause(ctx, u.lag/3); err != nil {
				return ref, false, err
			}
		}
	}
}

// again looks once more for what an earlier attempt of this action, whose
// answer was lost, may have opened.
func (u *unique) again(ctx context.Context, open func(context.Context) (issueRef, error)) (issueRef, bool, error) {
	for range 2 {
		if err := pause(ctx, u.lag); err != nil {
			return issueRef{}, false, err
		}
		if ref, found, err := u.search(ctx); err != nil || found {
			return ref, false, err
		}
	}
	return u.open(ctx, open)
}

// open opens the issue and notes which one it is. Where Jira refuses it for
// good, others may try at once; where nobody knows whether it was opened, the
// next attempt looks twice.
func (u *unique) open(ctx context.Context, open func(context.Context) (issueRef, error)) (issueRef, bool, error) {
	keys, own := u.call.Keys(), u.call.IdempotencyKey()
	ref, err := open(ctx)
	var failed *flow.Error
	if err != nil {
		if errors.As(err, &failed) && failed.Class != flow.Transient {
			_ = keys.DropKey(ctx, uniqueScope, u.name, own) // it ends by itself
		}
		return ref, false, err
	}
	// What follows only helps those who come soon; the issue is open.
	if err := keys.DropKey(ctx, uniqueScope, u.name, own); err == nil {
		_, _, _ = keys.PutKey(ctx, uniqueScope, u.name, knownPrefix+ref.key+" "+ref.id, knownTime)
	}
	return ref, true, nil
}

// search asks Jira. Cloud took the search away that Server has
// (POST /rest/api/3/search) and gave another one, which has no total and leaves
// out all fields that are not asked for.
func (u *unique) search(ctx context.Context) (issueRef, bool, error) {
	path := "/search"
	if u.jira.isCloud() {
		path = "/search/jql"
	}
	body, err := u.jira.call(ctx, u.call, jiraRequest{
		doing: "looking for the issue", method: http.MethodPost, path: path, want: http.StatusOK,
		body: map[string]any{
			"jql":        "project = " + quoteJQL(u.project) + " AND labels = " + quoteJQL(u.label) + " ORDER BY created ASC",
			"maxResults": 1,
			"fields":     []any{"summary"},
		},
	})
	if err != nil {
		return issueRef{}, false, err
	}
	issues, _ := body["issues"].([]any)
	if len(issues) == 0 {
		return issueRef{}, false, nil
	}
	first, _ := issues[0].(map[string]any)
	ref, ok := refOf(first)
	return ref, ok, nil
}

// isThere tells whether an issue has not been deleted since.
func (u *unique) isThere(ctx context.Context, ref issueRef) (bool, error) {
	_, err := u.jira.call(ctx, u.call, jiraRequest{
		doing: "looking for the issue", method: http.MethodGet, path: "/issue/" + ref.key + "?fields=status", want: http.StatusOK,
	})
	var failed *flow.Error
	if errors.As(err, &failed) && failed.Class == flow.Permanent {
		return false, nil
	}
	return err == nil, err
}

// parseKnown reads what open has noted.
func parseKnown(holder string) (issueRef, bool) {
	rest, ok := strings.CutPrefix(holder, knownPrefix)
	key, id, both := strings.Cut(rest, " ")
	return issueRef{key, id}, ok && both && jiraKey.MatchString(key)
}

// quoteJQL writes a text as JQL reads it: in quotes, in which a backslash takes
// the meaning of a quote, of a backslash and of nothing else.
func quoteJQL(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func storeTrouble(err error) error {
	return &flow.Error{Class: flow.Transient, Message: fmt.Sprintf("the store can't be asked: %v", err), Err: err}
}

// pause waits, or returns why it may not.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
