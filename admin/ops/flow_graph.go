package ops

import (
	"strings"

	"github.com/webhook-gateway/gateway/flow/graph"
	"github.com/webhook-gateway/gateway/flow/outline"
)

// FlowGraph returns a flow as a tree that can be drawn. Values of secrets and
// credentials that the files state are replaced in its texts.
func (s *Service) FlowGraph(name string) (*graph.Graph, error) {
	snap := s.opts.Snapshots.Acquire()
	if snap == nil {
		return nil, errShuttingDown()
	}
	defer snap.Release()
	v := view{snap}
	f := v.findFlow(name)
	if f == nil {
		return nil, v.missingFlow(name)
	}
	// The text of the one flow is enough, in its lines. The texts that replace
	// credentials keep its syntax.
	src := v.showSource(f)
	text := strings.Repeat("\n", src.Line-1) + strings.Join(src.Lines, "\n")
	files := map[string][]byte{f.Range.Filename: []byte(text)}
	o, err := outline.Of(f, files, outline.Options{Redact: v.redactText})
	if err != nil {
		return nil, s.convertError(v, err)
	}
	return graph.Of(o), nil
}
