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
	"github.com/webhook-gateway/gateway/internal/clock"
)

// uniqueIssue finds or opens the one issue of a key. The issue carries a label
// that is made of the key.
//
// Cloud's index takes some seconds to list a new issue, so a search alone
// could let a second one through. If the gateway has a store, a key in it
// marks the run that is about to open the issue and, for an hour afterwards,
// holds the issue's name.
type uniqueIssue struct {
	jira     *client
	call     *flow.Call
	project  string
	label    string
	name     string // of the key in the store
	indexLag time.Duration
}

const (
	uniqueScope    = "jira"
	claimDuration  = 2 * time.Minute // how long one run may take to open the issue
	recordDuration = time.Hour       // how long the store remembers the issue
	recordPrefix   = "issue "
	labelPrefix    = "gw-"
)

func newUniqueIssue(j *client, c *flow.Call, project map[string]any, key string, lag time.Duration) *uniqueIssue {
	u := &uniqueIssue{jira: j, call: c, indexLag: lag, label: labelPrefix + hashText(key)}
	for _, v := range project {
		u.project, _ = v.(string)
	}
	u.name = hashText(j.connection.baseURL + "\n" + u.project + "\n" + key)
	return u
}

func hashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// findOrOpen returns the issue, and opens it if there is none yet.
func (u *uniqueIssue) findOrOpen(ctx context.Context, open func(context.Context) (issueRef, error)) (ref issueRef, created bool, err error) {
	for {
		ref, found, err := u.searchIssue(ctx)
		if err != nil || found {
			return ref, false, err
		}
		keys, own := u.call.Keys(), u.call.IdempotencyKey()
		if keys == nil {
			ref, err := open(ctx)
			return ref, err == nil, err
		}
		made, holder, err := keys.PutKey(ctx, uniqueScope, u.name, own, claimDuration)
		if err != nil {
			return ref, false, storeError(err)
		}
		known, isKnown := parseRecorded(holder)
		switch {
		case made:
			return u.openAndRecord(ctx, open)
		case isKnown:
			if there, err := u.issueExists(ctx, known); there || err != nil {
				return known, false, err
			}
			if err := keys.DropKey(ctx, uniqueScope, u.name, holder); err != nil {
				return ref, false, storeError(err)
			}
		case holder == own:
			return u.searchAgain(ctx, open)
		default: // another run is opening the issue
			if err := clock.Sleep(ctx, u.call.Clock(), u.indexLag/3); err != nil {
				return ref, false, err
			}
		}
	}
}

// searchAgain searches for an issue that an earlier attempt of this action may
// have opened before its answer was lost.
func (u *uniqueIssue) searchAgain(ctx context.Context, open func(context.Context) (issueRef, error)) (issueRef, bool, error) {
	for range 2 {
		if err := clock.Sleep(ctx, u.call.Clock(), u.indexLag); err != nil {
			return issueRef{}, false, err
		}
		if ref, found, err := u.searchIssue(ctx); err != nil || found {
			return ref, false, err
		}
	}
	return u.openAndRecord(ctx, open)
}

// openAndRecord opens the issue and records its name in the store. If Jira
// refuses, other runs may try at once. If the result is unknown, the claim
// stays and the next attempt searches twice.
func (u *uniqueIssue) openAndRecord(ctx context.Context, open func(context.Context) (issueRef, error)) (issueRef, bool, error) {
	keys, own := u.call.Keys(), u.call.IdempotencyKey()
	ref, err := open(ctx)
	var failed *flow.Error
	if err != nil {
		if errors.As(err, &failed) && failed.Class != flow.Transient {
			_ = keys.DropKey(ctx, uniqueScope, u.name, own) // the claim expires by itself
		}
		return ref, false, err
	}
	// The record only helps runs that follow soon, so its errors are ignored.
	if err := keys.DropKey(ctx, uniqueScope, u.name, own); err == nil {
		_, _, _ = keys.PutKey(ctx, uniqueScope, u.name, recordPrefix+ref.key+" "+ref.id, recordDuration)
	}
	return ref, true, nil
}

// searchIssue searches for the label. Cloud replaced Server's search
// (POST /rest/api/3/search) by one that has no total and returns only the
// fields in the request.
func (u *uniqueIssue) searchIssue(ctx context.Context) (issueRef, bool, error) {
	path := "/search"
	if u.jira.isCloud() {
		path = "/search/jql"
	}
	body, err := u.jira.callAPI(ctx, u.call, apiRequest{
		doing: "looking for the issue", method: http.MethodPost, path: path, wantStatus: http.StatusOK,
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
	ref, ok := parseRef(first)
	return ref, ok, nil
}

// issueExists reports whether an issue was not deleted.
func (u *uniqueIssue) issueExists(ctx context.Context, ref issueRef) (bool, error) {
	_, err := u.jira.callAPI(ctx, u.call, apiRequest{
		doing: "looking for the issue", method: http.MethodGet, path: "/issue/" + ref.key + "?fields=status", wantStatus: http.StatusOK,
	})
	var failed *flow.Error
	if errors.As(err, &failed) && failed.Class == flow.Permanent {
		return false, nil
	}
	return err == nil, err
}

// parseRecorded reads the value that openAndRecord stores.
func parseRecorded(holder string) (issueRef, bool) {
	rest, ok := strings.CutPrefix(holder, recordPrefix)
	key, id, both := strings.Cut(rest, " ")
	return issueRef{key, id}, ok && both && issueKeyPattern.MatchString(key)
}

// quoteJQL quotes a text for JQL. In quotes, a backslash escapes quotes and
// backslashes only.
func quoteJQL(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

func storeError(err error) error {
	failed := flow.AsError(err)
	failed.Class = flow.Transient
	failed.Message = fmt.Sprintf("the store can't be asked: %v", err)
	return failed
}
