package gateway

import (
	"sync/atomic"
	"time"
)

// job is what is known of a run, or of a request that may become one, for
// logs and metrics.
type job struct {
	g        *Gateway
	snap     *snapshot // nil where the gateway is closed
	endpoint *endpoint // nil where no endpoint was found
	id       string
	began    time.Time
	veil     atomic.Pointer[veil] // nil where no sensitive action was done
}

func (j *job) flowName() string {
	if j.endpoint == nil {
		return ""
	}
	return j.endpoint.flow.Name
}

// inside is the endpoint of a flow that may run as a part of the job's own.
func (j *job) inside(flow string) *endpoint {
	if e := j.snap.byName[flow]; e != nil {
		return e
	}
	return j.endpoint
}
