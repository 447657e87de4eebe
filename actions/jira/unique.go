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

// uniqueIssue is an issue of which there is one for a key. It is found by its label.
//
// Cloud's index takes some seconds to know a new issue, so a search alone would
// let a second one through. Where the gateway has a store, a key in it says who
// is about to open the issue and, for an hour, which one it became.
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
	claimDuration  = 2 * time.Minute // for which somebody is about to open an issue
	recordDuration = time.Hour       // for which the store knows what it became
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

// findOrOpen returns the issue, and opens it where there is none yet.
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
		default: // another run is at it
			if err := clock.Sleep(ctx, u.call.Clock(), u.indexLag/3); err != nil {
				return ref, false, err
			}
		}
	}
}

// searchAgain looks once more for what an earlier attempt of this action, whose
// answer was lost, may have opened.
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

// openAndRecord opens the issue and notes which one it is. Where Jira refuses it for
// good, others may try at once; where nobody knows whether it was opened, the
// next attempt looks twice.
func (u *uniqueIssue) openAndRecord(ctx context.Context, open func(context.Context) (issueRef, error)) (issueRef, bool, error) {
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
		_, _, _ = keys.PutKey(ctx, uniqueScope, u.name, recordPrefix+ref.key+" "+ref.id, recordDuration)
	}
	return ref, true, nil
}

// searchIssue asks Jira. Cloud took the search away that Server has
// (POST /rest/api/3/search) and gave another one, which has no total and leaves
// out all fields that are not asked for.
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

// issueExists tells whether an issue has not been deleted since.
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

// parseRecorded reads what open has noted.
func parseRecorded(holder string) (issueRef, bool) {
	rest, ok := strings.CutPrefix(holder, recordPrefix)
	key, id, both := strings.Cut(rest, " ")
	return issueRef{key, id}, ok && both && issueKeyPattern.MatchString(key)
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

func storeError(err error) error {
	return &flow.Error{Class: flow.Transient, Message: fmt.Sprintf("the store can't be asked: %v", err), Err: err}
}
