package ops

import (
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
	src := v.Config.Files[f.Range.Filename]
	// The replaced texts keep the syntax of the file.
	files := map[string][]byte{f.Range.Filename: []byte(v.redactCredentials(src, f.Range.Filename, 0, len(src)))}
	o, err := outline.Of(f, files, outline.Options{Redact: v.redactText})
	if err != nil {
		return nil, s.convertError(v, err)
	}
	return graph.Of(o), nil
}
