package gateway

import "time"

// job is what is known of a run, or of a request that may become one, for
// logs and metrics.
type job struct {
	g        *Gateway
	snap     *snapshot // nil where the gateway is closed
	endpoint *endpoint // nil where no endpoint was found
	id       string
	began    time.Time
}

func (j *job) flowName() string {
	if j.endpoint == nil {
		return ""
	}
	return j.endpoint.flow.Name
}

// clean takes secrets out of a text.
func (j *job) clean(text string) string {
	if j.snap == nil {
		return j.g.log.clean(text)
	}
	return j.snap.hide.clean(text)
}
